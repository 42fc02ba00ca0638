/* A key of its own follows from the secret, so that what is sealed here is nothing elsewhere. */
#include "infrastructure/seal_sodium.h"

#include "base/arena.h"
#include "base/buf.h"

#include <sodium.h>

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES
};
_Static_assert(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "as declared");
#define PREFIX STR("s1.")

static const unsigned char *key_of(struct seal_service *s)
{
    return container_of(s, struct seal_sodium, base)->key;
}

static str seal_text(struct seal_service *s, struct arena *a, str place, str plain)
{
    unsigned long long size;
    unsigned char *bytes = arena_alloc_raw(a, NONCE_SIZE + plain.len + TAG_SIZE, 1);
    struct buf out = BUF_IN(a);
    randombytes_buf(bytes, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + NONCE_SIZE, &size, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)place.ptr, place.len, NULL, bytes, key_of(s));
    buf_add(&out, PREFIX);
    buf_add_base64url(&out, bytes, NONCE_SIZE + (size_t)size);
    return buf_str(&out);
}

static err unseal_text(struct seal_service *s, struct arena *a, str place, str sealed, str *out)
{
    str bytes;
    unsigned long long size;
    if (!str_starts(sealed, PREFIX) ||
        !base64url_decode(a, str_sub(sealed, PREFIX.len, sealed.len), &bytes) ||
        bytes.len < NONCE_SIZE + TAG_SIZE)
        return ERR(MALFORMED, "this is no seal");
    const unsigned char *from = (const unsigned char *)bytes.ptr;
    unsigned char *plain = arena_alloc_raw(a, bytes.len - NONCE_SIZE - TAG_SIZE, 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, &size, NULL, from + NONCE_SIZE, bytes.len - NONCE_SIZE,
            (const unsigned char *)place.ptr, place.len, from, key_of(s)) != 0)
        return ERR(MALFORMED, "it was sealed with another key");
    *out = (str){(char *)plain, (size_t)size};
    return OK;
}

static const struct seal_service_ops sodium_ops = {.seal = seal_text, .unseal = unseal_text};

err seal_sodium_open(struct seal_sodium *s, const unsigned char *secret)
{
    static const unsigned char purpose[] = "gantry seal";
    *s = (struct seal_sodium){.base = {&sodium_ops}};
    if (sodium_init() < 0)
        return ERR(UNAVAILABLE, "libsodium does not start");
    crypto_generichash(s->key, sizeof s->key, purpose, sizeof purpose - 1, secret, SEAL_KEY_SIZE);
    return OK;
}

void seal_sodium_close(struct seal_sodium *s)
{
    sodium_memzero(s, sizeof *s);
}
