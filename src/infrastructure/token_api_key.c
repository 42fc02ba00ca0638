/* Fields of fixed size, all of them hexadecimal in lower case. */
#include "infrastructure/token_api_key.h"

#include "base/buf.h"
#include "domain/entities/api_key.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>

/* CRC-32 of ISO 3309, bit by bit: a hundred bytes, now and then. */
static uint32_t crc32_of(str text)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < text.len; i++) {
        crc ^= (unsigned char)text.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & (0u - (crc & 1)));
    }
    return ~crc;
}

static str hash_of(struct arena *a, const void *secret)
{
    unsigned char digest[32];
    struct buf hex = BUF_IN(a);
    EVP_Digest(secret, API_KEY_SECRET_SIZE, digest, NULL, EVP_sha256(), NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    return buf_str(&hex);
}

err token_api_key_make(struct token_service *t, struct arena *a, uuid id, str *text, str *hash)
{
    unsigned char secret[API_KEY_SECRET_SIZE];
    struct buf out = BUF_IN(a);
    (void)t;
    random_bytes(secret, sizeof secret);
    buf_add(&out, STR(API_KEY_PREFIX));
    buf_add_hex(&out, id.at, sizeof id.at);
    buf_add_hex(&out, secret, sizeof secret);
    buf_addf(&out, "%08x", (unsigned)crc32_of(buf_str(&out)));
    *hash = hash_of(a, secret);
    *text = buf_str(&out);
    sodium_memzero(secret, sizeof secret);
    return OK;
}

static bool is_lower_hex(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
              (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
            return false;
    return true;
}

err token_api_key_read(struct token_service *t, struct arena *a, str text, uuid *id, str *hash)
{
    char checksum[9];
    str id_bytes, secret;
    (void)t;
    bool good = text.len == API_KEY_TEXT_SIZE && str_starts(text, STR(API_KEY_PREFIX)) &&
                is_lower_hex(str_sub(text, API_KEY_ID_AT, text.len));
    if (good) {
        snprintf(checksum, sizeof checksum, "%08x",
                 (unsigned)crc32_of(str_sub(text, 0, API_KEY_CHECKSUM_AT)));
        good = str_eq(str_sub(text, API_KEY_CHECKSUM_AT, text.len), (str){checksum, 8}) &&
               hex_decode(a, str_sub(text, API_KEY_ID_AT, API_KEY_SECRET_AT), &id_bytes) &&
               hex_decode(a, str_sub(text, API_KEY_SECRET_AT, API_KEY_CHECKSUM_AT), &secret);
    }
    if (!good)
        return ERR(UNAUTHENTICATED, "the API key is not good");
    memcpy(id->at, id_bytes.ptr, sizeof id->at);
    *hash = hash_of(a, secret.ptr);
    sodium_memzero((void *)secret.ptr, secret.len);
    return OK;
}
