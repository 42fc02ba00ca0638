/* Names of keys, and the seal: "g1", nonce, text, tag. */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"
#include "base/buf.h"

#include <sodium.h>

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES
};
_Static_assert(REDIS_SEAL_SIZE == 2 + NONCE_SIZE + TAG_SIZE, "as declared");
_Static_assert(REDIS_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "as declared");

str redis_key(const struct redis_database *db, struct arena *a, const char *kind, str name)
{
    return str_format(a, "%.*s%s:%.*s", STR_ARG(db->prefix), kind, STR_ARG(name));
}

str redis_hidden(const struct redis_database *db, struct arena *a, str name)
{
    unsigned char digest[16];
    struct buf hex = BUF_IN(a);
    crypto_generichash(digest, sizeof digest, (const unsigned char *)name.ptr, name.len, db->key,
                       sizeof db->key);
    buf_add_hex(&hex, digest, sizeof digest);
    return buf_str(&hex);
}

str redis_seal(const struct redis_database *db, struct arena *a, str place, str plain)
{
    unsigned long long size;
    unsigned char *out = arena_alloc_raw(a, REDIS_SEAL_SIZE + plain.len, 1);
    memcpy(out, "g1", 2);
    randombytes_buf(out + 2, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + 2 + NONCE_SIZE, &size, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)place.ptr, place.len, NULL, out + 2, db->key);
    return (str){(char *)out, 2 + NONCE_SIZE + (size_t)size};
}

bool redis_unseal(const struct redis_database *db, struct arena *a, str place, str sealed,
                  str *plain)
{
    unsigned long long size;
    const unsigned char *bytes = (const unsigned char *)sealed.ptr;
    if (sealed.len < REDIS_SEAL_SIZE || memcmp(bytes, "g1", 2) != 0)
        return false;
    unsigned char *out = arena_alloc_raw(a, sealed.len - REDIS_SEAL_SIZE, 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, &size, NULL, bytes + 2 + NONCE_SIZE, sealed.len - 2 - NONCE_SIZE,
            (const unsigned char *)place.ptr, place.len, bytes + 2, db->key) != 0)
        return false;
    *plain = (str){(char *)out, (size_t)size};
    return true;
}
