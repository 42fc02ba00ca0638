/* "gs_", the claims and the MAC of claims and address, both in base64url. The claims begin with the
 * number of the key, which is the day (UTC) of signing: what is good for an hour is signed today or
 * was yesterday, so that a key is good for two days at most, whoever found it. */
#include "infrastructure/token_signed_url.h"

#include "base/buf.h"
#include "infrastructure/token_jws.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

enum {
    MAC_SIZE = 32,
    MAC_TEXT_SIZE = 43,
    ISSUER_AT = 4, /* in the claims */
    ENDS_AT = ISSUER_AT + 1 + 16,
    FILENAME_AT = ENDS_AT + 8,
    SIGNATURE_SIZE_MAX = 1024,
    CLOCK_MARGIN_SECONDS = 60, /* by which a node may be ahead */
    DAY_SECONDS = 24 * 3600
};

static err not_good(void)
{
    return ERR(UNAUTHENTICATED, "the signature is not good for this address, or no longer");
}

static uint32_t day_of(instant t)
{
    return (uint32_t)(t.us / SECONDS(DAY_SECONDS));
}

static void write_number(unsigned char *to, unsigned size, uint64_t number)
{
    for (unsigned i = 0; i < size; i++)
        to[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t read_number(str bytes, size_t at, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number |= (uint64_t)(unsigned char)bytes.ptr[at + i] << (8 * i);
    return number;
}

static void mac_of(struct token_service *base, struct arena *a, uint32_t day, str claims, str what,
                   unsigned char out[MAC_SIZE])
{
    static const char label[] = "gantry signed address";
    const struct token_jws *t = container_of(base, struct token_jws, base);
    unsigned char key[MAC_SIZE], seed[sizeof label + 4];
    unsigned size = MAC_SIZE;
    struct buf message = BUF_IN(a);
    memcpy(seed, label, sizeof label);
    write_number(seed + sizeof label, 4, day);
    HMAC(EVP_sha256(), t->secret, sizeof t->secret, seed, sizeof seed, key, &size);
    buf_add(&message, claims);
    buf_add_char(&message, '\n'); /* is in no base64 */
    buf_add(&message, what);
    HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)message.ptr, message.len, out,
         &size);
    OPENSSL_cleanse(key, sizeof key);
}

err token_signed_url_make(struct token_service *t, struct arena *a, const struct url_claims *claims,
                          str what, instant now, str *out)
{
    unsigned char head[FILENAME_AT], mac[MAC_SIZE];
    struct buf bytes = BUF_IN(a), text = BUF_IN(a), signature = BUF_IN(a);
    write_number(head, 4, day_of(now));
    head[ISSUER_AT] = claims->is_of_key ? 'k' : 'u';
    memcpy(head + ISSUER_AT + 1, claims->issuer_id.at, 16);
    write_number(head + ENDS_AT, 8, (uint64_t)(claims->expires_at.us / SECONDS(1)));
    buf_add_bytes(&bytes, head, sizeof head);
    buf_add(&bytes, claims->filename);
    buf_add_base64url(&text, bytes.ptr, bytes.len);
    mac_of(t, a, day_of(now), buf_str(&text), what, mac);
    buf_addf(&signature, SIGNATURE_PREFIX "%.*s.", STR_ARG(buf_str(&text)));
    buf_add_base64url(&signature, mac, sizeof mac);
    *out = buf_str(&signature);
    return OK;
}

static bool read_claims(str bytes, instant now, struct url_claims *out)
{
    uint64_t seconds = read_number(bytes, ENDS_AT, 8);
    int64_t now_seconds = now.us / SECONDS(1);
    if ((bytes.ptr[ISSUER_AT] != 'k' && bytes.ptr[ISSUER_AT] != 'u') || seconds > INT32_MAX * 4ull)
        return false;
    *out = (struct url_claims){.is_of_key = bytes.ptr[ISSUER_AT] == 'k',
                               .expires_at = {SECONDS((int64_t)seconds)},
                               .filename = str_sub(bytes, FILENAME_AT, bytes.len)};
    memcpy(out->issuer_id.at, bytes.ptr + ISSUER_AT + 1, 16);
    return (int64_t)seconds > now_seconds &&
           (int64_t)seconds <= now_seconds + SIGNED_URL_SECONDS_MAX + CLOCK_MARGIN_SECONDS;
}

err token_signed_url_read(struct token_service *t, struct arena *a, str signature, str what,
                          instant now, struct url_claims *out)
{
    unsigned char mac[MAC_SIZE];
    str rest = str_sub(signature, sizeof SIGNATURE_PREFIX - 1, signature.len), claims, bytes;
    struct buf wanted = BUF_IN(a);
    if (signature.len > SIGNATURE_SIZE_MAX || !str_starts(signature, STR(SIGNATURE_PREFIX)) ||
        !str_cut(&rest, '.', &claims) || rest.ptr == NULL || rest.len != MAC_TEXT_SIZE ||
        !base64url_decode(a, claims, &bytes) || bytes.len < FILENAME_AT)
        return not_good();
    uint32_t day = (uint32_t)read_number(bytes, 0, 4);
    mac_of(t, a, day, claims, what, mac);
    buf_add_base64url(&wanted, mac, sizeof mac);
    bool is_ours = str_eq_secret(buf_str(&wanted), rest);
    bool is_of_now = day + 1 == day_of(now) || day == day_of(now) ||
                     day == day_of(instant_add(now, SECONDS(CLOCK_MARGIN_SECONDS)));
    return is_ours && is_of_now && read_claims(bytes, now, out) ? OK : not_good();
}
