/* Over libsodium. What is signed is a text with a name in front, so that no signature of one kind
 * is one of another. */
#include "infrastructure/audit_seal.h"

#include "base/buf.h"

#include <sodium.h>

_Static_assert(AUDIT_SEAL_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "not an Ed25519 key");
_Static_assert(AUDIT_SEAL_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "not an Ed25519 key");

enum { KEY_ID_SIZE = 12 };

err audit_seal_trust(struct audit_seal *s, str key)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    str bytes;
    if (!base64url_decode(&scratch, key, &bytes) || bytes.len != AUDIT_SEAL_KEY_SIZE)
        return ERR(INVALID, "that is no public key of an audit trail");
    if (s->key_count == AUDIT_SEAL_KEY_COUNT_MAX)
        return ERR(INVALID, "too many public keys");
    memcpy(s->keys[s->key_count++], bytes.ptr, AUDIT_SEAL_KEY_SIZE);
    return OK;
}

static str encoded(struct arena *a, const unsigned char *bytes, size_t size)
{
    struct buf out = BUF_IN(a);
    buf_add_base64url(&out, bytes, size);
    return buf_str(&out);
}

str audit_seal_public_key(const struct audit_seal *s, struct arena *a)
{
    return encoded(a, s->keys[0], AUDIT_SEAL_KEY_SIZE);
}

static str key_id(struct arena *a, const unsigned char *key)
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof digest, key, AUDIT_SEAL_KEY_SIZE, NULL, 0);
    return encoded(a, digest, KEY_ID_SIZE);
}

static void sign(const struct audit_seal *s, struct arena *a, str text, str *id, str *signature)
{
    unsigned char bytes[crypto_sign_BYTES];
    crypto_sign_detached(bytes, NULL, (const unsigned char *)text.ptr, text.len, s->secret);
    *id = key_id(a, s->keys[0]);
    *signature = encoded(a, bytes, sizeof bytes);
}

static enum audit_seal_verdict check(const struct audit_seal *s, struct arena *a, str text, str id,
                                     str signature)
{
    str bytes;
    for (size_t i = 0; i < s->key_count; i++) {
        if (!str_eq(id, key_id(a, s->keys[i])))
            continue;
        bool holds =
            base64url_decode(a, signature, &bytes) && bytes.len == crypto_sign_BYTES &&
            crypto_sign_verify_detached((const unsigned char *)bytes.ptr,
                                        (const unsigned char *)text.ptr, text.len, s->keys[i]) == 0;
        return holds ? AUDIT_SEAL_HOLDS : AUDIT_SEAL_BROKEN;
    }
    return AUDIT_SEAL_UNKNOWN_KEY;
}

static str anchor_text(struct arena *a, const struct audit_anchor *anchor)
{
    return str_format(a, "gantry audit anchor\n%.*s\n%lld\n%.*s\n%lld",
                      STR_ARG(uuid_text(a, anchor->organization_id)), (long long)anchor->sequence,
                      STR_ARG(anchor->hash), (long long)anchor->anchored_at.us);
}

static str cut_text(struct arena *a, const struct audit_cut *cut)
{
    return str_format(a, "gantry audit cut\n%lld\n%lld\n%lld\n%.*s\n%lld",
                      (long long)cut->organization_key, (long long)cut->last_key,
                      (long long)cut->event_count, STR_ARG(cut->hash), (long long)cut->cut_at.us);
}

void audit_seal_sign_cut(const struct audit_seal *s, struct arena *a, struct audit_cut *cut)
{
    sign(s, a, cut_text(a, cut), &cut->key_id, &cut->signature);
}

enum audit_seal_verdict audit_seal_check_anchor(const struct audit_seal *s, struct arena *a,
                                                const struct audit_anchor *anchor)
{
    return check(s, a, anchor_text(a, anchor), anchor->key_id, anchor->signature);
}

enum audit_seal_verdict audit_seal_check_cut(const struct audit_seal *s, struct arena *a,
                                             const struct audit_cut *cut)
{
    return check(s, a, cut_text(a, cut), cut->key_id, cut->signature);
}

static void sign_anchor(const struct audit_sealer *base, struct arena *a,
                        struct audit_anchor *anchor)
{
    const struct audit_seal *s = container_of(base, const struct audit_seal, base);
    sign(s, a, anchor_text(a, anchor), &anchor->key_id, &anchor->signature);
}

static const struct audit_sealer_ops seal_ops = {.sign = sign_anchor};

void audit_seal_open(struct audit_seal *s, const unsigned char secret[32])
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    static const unsigned char name[] = "gantry audit seal";
    crypto_generichash(seed, sizeof seed, name, sizeof name - 1, secret, 32);
    crypto_sign_seed_keypair(s->keys[0], s->secret, seed);
    s->key_count = 1;
    s->base.ops = &seal_ops;
    sodium_memzero(seed, sizeof seed);
}
