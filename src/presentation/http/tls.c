/* A handshake may be at work with a certificate that has been replaced: those are kept. */
#include "presentation/http/tls.h"

#include "base/arena.h"
#include "base/log.h"

#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct pair {
    gnutls_pcert_st chain[HTTP_TLS_CHAIN_LEN_MAX];
    unsigned len;
    gnutls_privkey_t key;
    int64_t expires_at;
    struct pair *before;
};

static struct {
    struct arena arena; /* of the pairs */
    const char *certificate, *key;
    struct stat seen[2];
    struct pair *pair; /* in force; read and written atomically */
    pthread_mutex_t lock;
} tls = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int give(gnutls_session_t session, const gnutls_datum_t *issuers, int issuer_count,
                const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                gnutls_pcert_st **chain, unsigned *len, gnutls_privkey_t *key)
{
    struct pair *pair = __atomic_load_n(&tls.pair, __ATOMIC_ACQUIRE);
    (void)session, (void)issuers, (void)issuer_count, (void)algorithms, (void)algorithm_count;
    if (pair == NULL)
        return -1;
    *chain = pair->chain;
    *len = pair->len;
    *key = pair->key;
    return 0;
}

void *http_tls_callback(void)
{
    union {
        gnutls_certificate_retrieve_function2 *function;
        void *pointer;
    } callback = {give};
    return callback.pointer;
}

/* out is the heap of a. */
static err read_file(struct arena *a, const char *path, bool is_secret, gnutls_datum_t *out,
                     struct stat *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, info) != 0 || !S_ISREG(info->st_mode) ||
        info->st_size > HTTP_TLS_FILE_SIZE_MAX) {
        if (fd >= 0)
            close(fd);
        return ERRF(a, INVALID, "%s cannot be read", path);
    }
    if (is_secret && (info->st_mode & 07) != 0) {
        close(fd);
        return ERRF(a, INVALID, "%s may be read by everybody: chmod 600", path);
    }
    out->data = arena_alloc(a, (size_t)info->st_size + 1, 1);
    ssize_t size = read(fd, out->data, (size_t)info->st_size);
    close(fd);
    out->size = size > 0 ? (unsigned)size : 0;
    return OK;
}

static void pair_deinit(struct pair *pair)
{
    for (unsigned i = 0; i < pair->len; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    gnutls_privkey_deinit(pair->key);
}

/* Whether the key is that of the certificate. */
static bool belong_together(struct pair *pair)
{
    unsigned char ids[2][64];
    size_t sizes[2] = {sizeof ids[0], sizeof ids[1]};
    gnutls_pubkey_t of_key;
    if (gnutls_pubkey_init(&of_key) != 0)
        return false;
    bool good = gnutls_pubkey_import_privkey(of_key, pair->key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(of_key, GNUTLS_KEYID_USE_SHA256, ids[0], &sizes[0]) == 0 &&
                gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, ids[1],
                                         &sizes[1]) == 0;
    gnutls_pubkey_deinit(of_key);
    return good && sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
}

static int64_t expiry_of(const gnutls_datum_t *pem)
{
    gnutls_x509_crt_t certificate;
    int64_t at = 0;
    if (gnutls_x509_crt_init(&certificate) != 0)
        return 0;
    if (gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM) == 0)
        at = (int64_t)gnutls_x509_crt_get_expiration_time(certificate);
    gnutls_x509_crt_deinit(certificate);
    return at;
}

/* pair has its key, without anything in it. */
static err fill(struct arena *a, struct pair *pair, const gnutls_datum_t *chain,
                const gnutls_datum_t *key)
{
    unsigned len = HTTP_TLS_CHAIN_LEN_MAX;
    if (gnutls_pcert_list_import_x509_raw(pair->chain, &len, chain, GNUTLS_X509_FMT_PEM, 0) != 0)
        return ERRF(a, INVALID, "%s holds no certificates in PEM, or more than %d", tls.certificate,
                    HTTP_TLS_CHAIN_LEN_MAX);
    pair->len = len;
    if (gnutls_privkey_import_x509_raw(pair->key, key, GNUTLS_X509_FMT_PEM, NULL, 0) != 0)
        return ERRF(a, INVALID, "%s holds no key in PEM without a password", tls.key);
    if (!belong_together(pair))
        return ERRF(a, INVALID, "%s is not the key of %s", tls.key, tls.certificate);
    pair->expires_at = expiry_of(chain);
    return pair->expires_at > (int64_t)time(NULL)
               ? OK
               : ERRF(a, INVALID, "%s has expired", tls.certificate);
}

/* Called with the lock. */
static err take(struct arena *a)
{
    gnutls_datum_t chain, key;
    TRY(read_file(a, tls.certificate, false, &chain, &tls.seen[0]));
    TRY(read_file(a, tls.key, true, &key, &tls.seen[1]));
    struct pair *pair = NEW(&tls.arena, struct pair);
    *pair = (struct pair){.before = tls.pair};
    if (gnutls_privkey_init(&pair->key) != 0)
        return ERR(UNAVAILABLE, "GnuTLS has no memory");
    err e = fill(a, pair, &chain, &key);
    gnutls_memset(key.data, 0, key.size);
    if (failed(e))
        pair_deinit(pair);
    else
        __atomic_store_n(&tls.pair, pair, __ATOMIC_RELEASE);
    return e;
}

err http_tls_open(struct arena *a, str certificate, str key)
{
    tls.certificate = str_cstr(a, certificate);
    tls.key = str_cstr(a, key);
    pthread_mutex_lock(&tls.lock);
    err e = take(a);
    pthread_mutex_unlock(&tls.lock);
    return e;
}

static bool has_changed(const char *path, const struct stat *seen)
{
    struct stat now;
    return stat(path, &now) == 0 && (now.st_ino != seen->st_ino || now.st_size != seen->st_size ||
                                     now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
                                     now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec);
}

err http_tls_refresh(void)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    err e = OK;
    if (!http_tls_is_open())
        return OK;
    pthread_mutex_lock(&tls.lock);
    if (has_changed(tls.certificate, &tls.seen[0]) || has_changed(tls.key, &tls.seen[1])) {
        e = take(&scratch);
        if (failed(e))
            log_err(LOG_ERROR, "tls_certificate_refused", e);
        else
            log_event(LOG_INFO, "tls_certificate", "expires_at=%lld",
                      (long long)tls.pair->expires_at);
    }
    pthread_mutex_unlock(&tls.lock);
    return failed(e) ? ERR(INVALID, "the new certificate was refused: see the log") : OK;
}

bool http_tls_is_open(void)
{
    return __atomic_load_n(&tls.pair, __ATOMIC_ACQUIRE) != NULL;
}

int64_t http_tls_expires_at(void)
{
    const struct pair *pair = __atomic_load_n(&tls.pair, __ATOMIC_ACQUIRE);
    return pair != NULL ? pair->expires_at : 0;
}

void http_tls_close(void)
{
    struct pair *pair = __atomic_exchange_n(&tls.pair, NULL, __ATOMIC_ACQ_REL);
    for (struct pair *before; pair != NULL; pair = before) {
        before = pair->before;
        pair_deinit(pair);
    }
    arena_deinit(&tls.arena);
}
