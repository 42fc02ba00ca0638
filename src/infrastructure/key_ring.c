/* Keys out of rows, and rows out of keys. */
#include "infrastructure/key_ring.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

enum { COORDINATE_SIZE = 32 };

static str place_of(struct arena *a, str key_id)
{
    return str_format(a, "signing key %.*s", STR_ARG(key_id));
}

static bool keep_text(char *out, size_t size, str text)
{
    if (text.len + 1 > size)
        return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

/* The one header that is made with a key is the one that is taken: nothing in it is a choice of the
 * sender (RFC 9068 2.1, RFC 8725 3.1). */
static bool describe_header(struct arena *a, struct ring_key *key)
{
    struct buf header = BUF_IN(a);
    str json = str_format(a, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", key->id);
    buf_add_base64url(&header, json.ptr, json.len);
    return keep_text(key->header, sizeof key->header, buf_str(&header));
}

/* The point, and its thumbprint (RFC 7638) as identifier. */
static bool describe(struct arena *a, struct ring_key *key)
{
    unsigned char point[1 + 2 * COORDINATE_SIZE], digest[32];
    size_t size;
    struct buf x = BUF_IN(a), y = BUF_IN(a), id = BUF_IN(a);
    if (EVP_PKEY_get_id(key->key) != EVP_PKEY_EC ||
        EVP_PKEY_get_octet_string_param(key->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                        &size) != 1 ||
        size != sizeof point)
        return false;
    buf_add_base64url(&x, point + 1, COORDINATE_SIZE);
    buf_add_base64url(&y, point + 1 + COORDINATE_SIZE, COORDINATE_SIZE);
    str print = str_format(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                           STR_ARG(buf_str(&x)), STR_ARG(buf_str(&y)));
    EVP_Digest(print.ptr, print.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_base64url(&id, digest, sizeof digest);
    return keep_text(key->x, sizeof key->x, buf_str(&x)) &&
           keep_text(key->y, sizeof key->y, buf_str(&y)) &&
           keep_text(key->id, sizeof key->id, buf_str(&id)) && describe_header(a, key);
}

/* False: sealed with another secret, or not the key that it says. */
static bool open_key(struct key_ring *ring, struct arena *a, const struct signing_key *row,
                     struct ring_key *out)
{
    str plain;
    *out = (struct ring_key){.active_at = row->active_at, .row_key = row->key};
    if (failed(unseal(ring->seals, a, place_of(a, row->key_id), row->sealed, &plain)))
        return false;
    const unsigned char *p = (const unsigned char *)plain.ptr;
    out->key = d2i_AutoPrivateKey(NULL, &p, (long)plain.len);
    OPENSSL_cleanse((char *)plain.ptr, plain.len);
    if (out->key != NULL && describe(a, out) && str_eq(str_of(out->id), row->key_id))
        return true;
    EVP_PKEY_free(out->key);
    return false;
}

static int64_t last_key_of(const struct signing_key_slice *rows)
{
    return rows->len == 0 ? 0 : rows->at[rows->len - 1].key;
}

static void replace(struct key_ring *ring, const struct ring_key *keys, size_t count,
                    const struct signing_key_slice *rows)
{
    pthread_rwlock_wrlock(&ring->lock);
    for (size_t i = 0; i < ring->count; i++)
        EVP_PKEY_free(ring->keys[i].key);
    for (size_t i = 0; i < count; i++)
        ring->keys[i] = keys[i];
    ring->count = count;
    ring->row_count = rows->len;
    ring->last_row_key = last_key_of(rows);
    pthread_rwlock_unlock(&ring->lock);
}

/* Keys never change, come at the end and go at the beginning: then nothing is opened again. */
static bool is_same(struct key_ring *ring, const struct signing_key_slice *rows)
{
    pthread_rwlock_rdlock(&ring->lock);
    bool same = ring->row_count == rows->len && ring->last_row_key == last_key_of(rows);
    pthread_rwlock_unlock(&ring->lock);
    return same;
}

static void take_rows(struct key_ring *ring, struct arena *a, const struct signing_key_slice *rows)
{
    struct ring_key keys[SIGNING_KEY_COUNT_MAX];
    size_t count = 0;
    if (is_same(ring, rows))
        return;
    for (size_t i = rows->len > SIGNING_KEY_COUNT_MAX ? rows->len - SIGNING_KEY_COUNT_MAX : 0;
         i < rows->len; i++) {
        if (!open_key(ring, a, &rows->at[i], &keys[count])) {
            log_event(LOG_WARN, "signing_key", "kid=%.*s readable=false",
                      STR_ARG(rows->at[i].key_id));
            continue;
        }
        keys[count++].ends_at = signing_key_end(rows, &rows->at[i]);
    }
    replace(ring, keys, count, rows);
}

static err read_rows(struct key_ring *ring, struct arena *a, struct signing_key_slice *out)
{
    struct db_session *session;
    TRY(db_session_begin(ring->db, a, ring->clock, &session));
    err e = signing_key_reader_all(session->readers.signing_keys, a, out);
    db_session_end(session);
    return e;
}

err key_ring_read(struct key_ring *ring)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct signing_key_slice rows;
    TRY(read_rows(ring, &scratch, &rows));
    take_rows(ring, &scratch, &rows);
    return OK;
}

bool key_ring_ask(struct key_ring *ring)
{
    uint64_t now = monotonic_ns();
    pthread_rwlock_wrlock(&ring->lock);
    bool may = ring->asked_ns == 0 || now - ring->asked_ns >= KEY_RING_ASKED_MS * UINT64_C(1000000);
    if (may)
        ring->asked_ns = now;
    pthread_rwlock_unlock(&ring->lock);
    return may && !failed(key_ring_read(ring));
}

err key_ring_make(struct seal_service *seals, struct arena *a, struct signing_key *out)
{
    struct ring_key key = {.key = EVP_EC_gen("P-256")};
    unsigned char *der = NULL;
    int size = key.key != NULL && describe(a, &key) ? i2d_PrivateKey(key.key, &der) : -1;
    EVP_PKEY_free(key.key);
    if (size <= 0)
        return ERR(UNAVAILABLE, "a key cannot be made");
    *out = (struct signing_key){.key_id = str_copy(a, str_of(key.id))};
    out->sealed = seal(seals, a, place_of(a, out->key_id), (str){(char *)der, (size_t)size});
    OPENSSL_clear_free(der, (size_t)size);
    return OK;
}

static err add_first(struct key_ring *ring, struct arena *a)
{
    struct db_session *session;
    struct signing_key key;
    TRY(key_ring_make(ring->seals, a, &key));
    key.id = uuid_make(ring->clock);
    key.created_at = key.updated_at = key.active_at = clock_now(ring->clock);
    TRY(db_session_begin(ring->db, a, ring->clock, &session));
    err e = signing_key_writer_add(session->uow.signing_keys, &key);
    if (!failed(e))
        e = db_session_commit(session);
    db_session_end(session);
    return e;
}

err key_ring_open(struct key_ring *ring, struct db_context *db, struct seal_service *seals,
                  struct clock *clock)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    *ring = (struct key_ring){.db = db, .seals = seals, .clock = clock};
    pthread_rwlock_init(&ring->lock, NULL);
    TRY(key_ring_read(ring));
    if (ring->count != 0)
        return OK;
    TRY(add_first(ring, &scratch)); /* two nodes at once make two: both are known to both */
    return key_ring_read(ring);
}

void key_ring_close(struct key_ring *ring)
{
    if (ring->db == NULL)
        return;
    replace(ring, NULL, 0, &(struct signing_key_slice){0});
    pthread_rwlock_destroy(&ring->lock);
    *ring = (struct key_ring){0};
}

/* With the lock. */
static bool is_known(const struct ring_key *key, instant now)
{
    return key->ends_at.us == 0 || key->ends_at.us > now.us;
}

static bool take(const struct ring_key *key, struct ring_key *out)
{
    if (key == NULL || EVP_PKEY_up_ref(key->key) != 1)
        return false;
    *out = *key;
    return true;
}

bool key_ring_signer(struct key_ring *ring, instant now, struct ring_key *out)
{
    const struct ring_key *newest = NULL;
    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < ring->count; i++) {
        const struct ring_key *key = &ring->keys[i]; /* in the order of their row keys */
        if (key->active_at.us <= now.us &&
            (newest == NULL || key->active_at.us >= newest->active_at.us))
            newest = key;
    }
    bool found = take(newest, out);
    pthread_rwlock_unlock(&ring->lock);
    return found;
}

bool key_ring_find(struct key_ring *ring, str header, instant now, struct ring_key *out)
{
    const struct ring_key *key = NULL;
    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < ring->count && key == NULL; i++)
        if (str_eq(header, str_of(ring->keys[i].header)) && is_known(&ring->keys[i], now))
            key = &ring->keys[i];
    bool found = take(key, out);
    pthread_rwlock_unlock(&ring->lock);
    return found;
}

str key_ring_jwks(struct key_ring *ring, struct arena *a, instant now)
{
    struct buf out = BUF_IN(a);
    bool first = true;
    buf_add(&out, STR("{\"keys\":["));
    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < ring->count; i++) {
        const struct ring_key *key = &ring->keys[i];
        if (!is_known(key, now))
            continue;
        buf_addf(&out,
                 "%s{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\",\"use\":\"sig\","
                 "\"alg\":\"ES256\",\"kid\":\"%s\"}",
                 first ? "" : ",", key->x, key->y, key->id);
        first = false;
    }
    pthread_rwlock_unlock(&ring->lock);
    buf_add(&out, STR("]}"));
    return buf_str(&out);
}
