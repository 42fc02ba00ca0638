/* Over libsodium. */
#include "infrastructure/report_seal.h"

#include "base/buf.h"
#include "base/err.h"

#include <sodium.h>

_Static_assert(REPORT_SEAL_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "not an Ed25519 key");
_Static_assert(REPORT_SEAL_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "not an Ed25519 key");

enum { KEY_ID_SIZE = 12 };

static const struct report_seal *self(const struct report_sealer *s)
{
    return container_of(s, const struct report_seal, base);
}

static str encoded(struct arena *a, const unsigned char *bytes, size_t size)
{
    struct buf out = BUF_IN(a);
    buf_add_base64url(&out, bytes, size);
    return buf_str(&out);
}

static str key_id(struct arena *a, const unsigned char *key)
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof digest, key, REPORT_SEAL_KEY_SIZE, NULL, 0);
    return encoded(a, digest, KEY_ID_SIZE);
}

static str hash(const struct report_sealer *s, struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    unsigned char digest[crypto_hash_sha256_BYTES];
    (void)s;
    crypto_hash_sha256(digest, (const unsigned char *)text.ptr, text.len);
    buf_add_hex(&out, digest, sizeof digest);
    return buf_str(&out);
}

static void sign(const struct report_sealer *s, struct arena *a, str text,
                 struct report_seal_mark *out)
{
    unsigned char bytes[crypto_sign_BYTES];
    crypto_sign_detached(bytes, NULL, (const unsigned char *)text.ptr, text.len, self(s)->secret);
    *out = (struct report_seal_mark){.key_id = key_id(a, self(s)->key),
                                     .public_key = encoded(a, self(s)->key, REPORT_SEAL_KEY_SIZE),
                                     .signature = encoded(a, bytes, sizeof bytes)};
}

static bool holds(const struct report_sealer *s, struct arena *a, str text,
                  const struct report_seal_mark *mark)
{
    str key, signature;
    (void)s;
    return base64url_decode(a, mark->public_key, &key) && key.len == REPORT_SEAL_KEY_SIZE &&
           base64url_decode(a, mark->signature, &signature) && signature.len == crypto_sign_BYTES &&
           str_eq(mark->key_id, key_id(a, (const unsigned char *)key.ptr)) &&
           crypto_sign_verify_detached((const unsigned char *)signature.ptr,
                                       (const unsigned char *)text.ptr, text.len,
                                       (const unsigned char *)key.ptr) == 0;
}

static bool is_own(const struct report_sealer *s, struct arena *a, str public_key)
{
    return str_eq(public_key, encoded(a, self(s)->key, REPORT_SEAL_KEY_SIZE));
}

static const struct report_sealer_ops seal_ops = {
    .hash = hash, .sign = sign, .holds = holds, .is_own = is_own};

void report_seal_open(struct report_seal *s, const unsigned char secret[32])
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    static const unsigned char name[] = "gantry report seal";
    crypto_generichash(seed, sizeof seed, name, sizeof name - 1, secret, 32);
    crypto_sign_seed_keypair(s->key, s->secret, seed);
    s->base.ops = &seal_ops;
    sodium_memzero(seed, sizeof seed);
}
