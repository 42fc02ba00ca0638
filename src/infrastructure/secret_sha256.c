/* 256 bits, and their hash. */
#include "infrastructure/secret_sha256.h"

#include "base/buf.h"
#include "base/uuid.h"

#include <openssl/evp.h>

static str make(struct secret_service *s, struct arena *a, const char *prefix)
{
    unsigned char bytes[SECRET_SIZE];
    struct buf text = BUF_IN(a);
    (void)s;
    random_bytes(bytes, sizeof bytes);
    buf_add(&text, str_of(prefix));
    buf_add_base64url(&text, (const char *)bytes, sizeof bytes);
    return buf_str(&text);
}

static str digest(struct secret_service *s, struct arena *a, str secret)
{
    unsigned char hash[32];
    struct buf hex = BUF_IN(a);
    (void)s;
    EVP_Digest(secret.ptr, secret.len, hash, NULL, EVP_sha256(), NULL);
    buf_add_hex(&hex, hash, sizeof hash);
    return buf_str(&hex);
}

static const struct secret_service_ops ops = {.make = make, .digest = digest};
struct secret_service secret_sha256 = {&ops};
