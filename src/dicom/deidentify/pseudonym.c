/* One keyed hash with a word in front that says what for. */
#include "dicom/deidentify/pseudonym.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/uid.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define REGISTERED_ROOT "1.2.840.10008."
enum { HASH_SIZE = 32, REGISTERED_SIZE_MAX = 34, COMPONENT_SIZE_MAX = 4 };

err pseudonym_check_key(str key)
{
    return key.len >= DEIDENTIFY_KEY_SIZE_MIN && key.len <= DEIDENTIFY_KEY_SIZE_MAX
               ? OK
               : ERR(INVALID, "the key to de-identify with has 16 to 64 bytes");
}

/* The length of first stands before it: "a" and "bc" are not "ab" and "c". */
static void keyed_hash(str key, const char *purpose, str first, str second,
                       unsigned char out[HASH_SIZE])
{
    struct arena scratch = {0};
    struct buf text = BUF_IN(&scratch);
    unsigned size = HASH_SIZE;
    buf_addf(&text, "%s %zu ", purpose, first.len);
    buf_add(&text, first);
    buf_add(&text, second);
    if (HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)text.ptr, text.len, out,
             &size) == NULL ||
        size != HASH_SIZE)
        __builtin_trap(); /* nothing may go out under its own name instead */
    arena_deinit(&scratch);
}

/* Registered UIDs are short; what devices wrongly make under DICOM's root has long components. */
static bool is_registered(str uid)
{
    str rest = uid, part;
    if (!str_starts(uid, STR(REGISTERED_ROOT)) || uid.len > REGISTERED_SIZE_MAX ||
        !uid_is_valid(uid))
        return false;
    rest = str_sub(uid, sizeof REGISTERED_ROOT - 1, uid.len);
    while (str_cut(&rest, '.', &part))
        if (part.len > COMPONENT_SIZE_MAX)
            return false;
    return true;
}

str pseudonym_uid(struct arena *a, str key, str uid)
{
    unsigned char hash[HASH_SIZE];
    if (is_registered(uid))
        return uid;
    keyed_hash(key, "UID", uid, STR(""), hash);
    hash[6] = (unsigned char)((hash[6] & 0x0F) | 0x80); /* a UUID of version 8, RFC 9562 */
    hash[8] = (unsigned char)((hash[8] & 0x3F) | 0x80);
    return uid_from_bytes(a, hash);
}

str pseudonym_patient(struct arena *a, str key, str issuer, str id)
{
    static const char digits[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* without I, O, 0, 1 */
    unsigned char hash[HASH_SIZE];
    char *out = arena_alloc_raw(a, PSEUDONYM_SIZE, 1);
    keyed_hash(key, "patient", issuer, id, hash);
    for (size_t i = 0; i < PSEUDONYM_SIZE; i++)
        out[i] = digits[hash[i] & 31];
    return (str){out, PSEUDONYM_SIZE};
}

int pseudonym_shift_days(str key, str issuer, str id)
{
    unsigned char hash[HASH_SIZE];
    uint64_t number = 0;
    keyed_hash(key, "days", issuer, id, hash);
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | hash[i];
    return 1 + (int)(number % DEIDENTIFY_SHIFT_DAYS_MAX);
}
