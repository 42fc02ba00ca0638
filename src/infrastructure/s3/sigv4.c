/* Canonical request, string to sign, key of the day, signature: the four steps of the published
 * algorithm. */
#include "infrastructure/s3/sigv4.h"

#include "base/arena.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <time.h>

enum { SHA256_SIZE = 32, DATE_SIZE = 8 };

#define ALGORITHM STR("AWS4-HMAC-SHA256")

static const char hex_digits[] = "0123456789abcdef";

static void write_hex(const unsigned char digest[SHA256_SIZE], char out[SHA256_HEX_SIZE])
{
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = hex_digits[digest[i] >> 4];
        out[2 * i + 1] = hex_digits[digest[i] & 15];
    }
}

err sha256_hex(str bytes, char out[SHA256_HEX_SIZE])
{
    unsigned char digest[SHA256_SIZE];
    if (EVP_Digest(bytes.ptr, bytes.len, digest, NULL, EVP_sha256(), NULL) != 1)
        return ERR(INTERNAL, "a hash cannot be computed");
    write_hex(digest, out);
    return OK;
}

static err hmac(str key, str text, unsigned char out[SHA256_SIZE])
{
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)text.ptr, text.len, out,
             &size) == NULL ||
        size != SHA256_SIZE)
        return ERR(INTERNAL, "a signature cannot be computed");
    return OK;
}

void sigv4_time(instant t, char out[SIGV4_TIME_SIZE + 1])
{
    time_t seconds = (time_t)(t.us / SECONDS(1));
    struct tm parts;
    gmtime_r(&seconds, &parts);
    if (strftime(out, SIGV4_TIME_SIZE + 1, "%Y%m%dT%H%M%SZ", &parts) != SIGV4_TIME_SIZE)
        memset(out, 0, SIGV4_TIME_SIZE + 1);
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void sigv4_encode(struct buf *out, str text, bool is_path)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (is_unreserved((char)c) || (is_path && c == '/'))
            buf_add_char(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

static int compare_pairs(const void *one, const void *two)
{
    const struct sigv4_pair *a = one, *b = two;
    int order = str_cmp(a->name, b->name);
    return order != 0 ? order : str_cmp(a->value, b->value);
}

/* Sorted by what is sent, so encoded first. */
static str canonical_query(struct arena *a, const struct sigv4_request *request)
{
    struct sigv4_pair pairs[SIGV4_PAIR_COUNT_MAX];
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < request->query_count; i++) {
        struct buf name = BUF_IN(a), value = BUF_IN(a);
        sigv4_encode(&name, request->query[i].name, false);
        sigv4_encode(&value, request->query[i].value, false);
        pairs[i] = (struct sigv4_pair){buf_str(&name), buf_str(&value)};
    }
    if (request->query_count != 0)
        qsort(pairs, request->query_count, sizeof pairs[0], compare_pairs);
    for (size_t i = 0; i < request->query_count; i++) {
        if (i != 0)
            buf_add_char(&out, '&');
        buf_add(&out, pairs[i].name);
        buf_add_char(&out, '=');
        buf_add(&out, pairs[i].value);
    }
    return buf_str(&out);
}

/* Trimmed, runs of spaces as one. */
static void add_header_value(struct buf *out, str value)
{
    value = str_trim(value);
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] != ' ' || i == 0 || value.ptr[i - 1] != ' ')
            buf_add_char(out, value.ptr[i]);
}

/* The lines of the headers, and their names joined by semicolons. */
static void canonical_headers(struct buf *lines, struct buf *names,
                              const struct sigv4_request *request)
{
    struct sigv4_pair pairs[SIGV4_PAIR_COUNT_MAX];
    if (request->header_count != 0) {
        memcpy(pairs, request->headers, request->header_count * sizeof pairs[0]);
        qsort(pairs, request->header_count, sizeof pairs[0], compare_pairs);
    }
    for (size_t i = 0; i < request->header_count; i++) {
        if (i != 0)
            buf_add_char(names, ';');
        buf_add(names, pairs[i].name);
        buf_add(lines, pairs[i].name);
        buf_add_char(lines, ':');
        add_header_value(lines, pairs[i].value);
        buf_add_char(lines, '\n');
    }
}

static err sign_text(struct arena *a, const struct sigv4_key *key, str text,
                     char out[SHA256_HEX_SIZE])
{
    unsigned char digest[SHA256_SIZE], next[SHA256_SIZE];
    str secret = str_format(a, "AWS4%.*s", STR_ARG(key->secret_access_key));
    const str steps[] = {
        {key->time, DATE_SIZE}, key->region, key->service, STR("aws4_request"), text};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        TRY(hmac(i == 0 ? secret : (str){(char *)digest, sizeof digest}, steps[i], next));
        memcpy(digest, next, sizeof digest);
    }
    write_hex(digest, out);
    return OK;
}

err sigv4_sign(struct arena *a, const struct sigv4_key *key, const struct sigv4_request *request,
               struct sigv4_signature *out)
{
    struct buf path = BUF_IN(a), lines = BUF_IN(a), names = BUF_IN(a), canonical = BUF_IN(a);
    char hash[SHA256_HEX_SIZE], signature[SHA256_HEX_SIZE];
    if (request->query_count > SIGV4_PAIR_COUNT_MAX || request->header_count > SIGV4_PAIR_COUNT_MAX)
        return ERR(INVALID, "a request with too many headers");
    sigv4_encode(&path, request->path, true);
    str query = canonical_query(a, request);
    canonical_headers(&lines, &names, request);
    buf_addf(&canonical, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(request->method),
             STR_ARG(buf_str(&path)), STR_ARG(query), STR_ARG(buf_str(&lines)),
             STR_ARG(buf_str(&names)), STR_ARG(request->payload_hash));
    TRY(sha256_hex(buf_str(&canonical), hash));
    str scope = str_format(a, "%.*s/%.*s/%.*s/aws4_request", DATE_SIZE, key->time,
                           STR_ARG(key->region), STR_ARG(key->service));
    str text = str_format(a, "%.*s\n%s\n%.*s\n%.*s", STR_ARG(ALGORITHM), key->time, STR_ARG(scope),
                          SHA256_HEX_SIZE, hash);
    TRY(sign_text(a, key, text, signature));
    out->path = buf_str(&path);
    out->query = query;
    out->authorization =
        str_format(a, "%.*s Credential=%.*s/%.*s, SignedHeaders=%.*s, Signature=%.*s",
                   STR_ARG(ALGORITHM), STR_ARG(key->access_key_id), STR_ARG(scope),
                   STR_ARG(buf_str(&names)), SHA256_HEX_SIZE, signature);
    return OK;
}
