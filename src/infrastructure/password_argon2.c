/* Hashing with a cap on concurrency. */
#include "infrastructure/password_argon2.h"

#include "base/arena.h"

#include <sodium.h>
#include <utf8proc.h>

/* What unknown users are measured against: the hash of 32 random bytes that nobody kept, with the
 * figures of the header. Made once and not at every start, which it would double. */
static const char decoy[] = "$argon2id$v=19$m=47104,t=1,p=1$C70Jj/bIHkT291vpUs1vuA$uGC/"
                            "nR0B65as8lM6paCsSUS0+neWbpJzZBFMcA7aP6Y";

static struct password_argon2 *self(struct password_service *p)
{
    return container_of(p, struct password_argon2, base);
}

static err enter(struct password_argon2 *p)
{
    err e = OK;
    pthread_mutex_lock(&p->lock);
    if (p->waiting_count >= PASSWORD_WAITING_MAX) {
        e = ERR(UNAVAILABLE, "too many people sign in right now");
    } else {
        p->waiting_count++;
        while (p->working_count >= PASSWORD_AT_ONCE_MAX)
            pthread_cond_wait(&p->free, &p->lock);
        p->waiting_count--;
        p->working_count++;
    }
    pthread_mutex_unlock(&p->lock);
    return e;
}

static void leave(struct password_argon2 *p)
{
    pthread_mutex_lock(&p->lock);
    p->working_count--;
    pthread_cond_signal(&p->free);
    pthread_mutex_unlock(&p->lock);
}

static err make_hash(str password, char out[crypto_pwhash_STRBYTES])
{
    if (crypto_pwhash_str_alg(out, password.ptr, password.len, PASSWORD_PASS_COUNT,
                              (size_t)PASSWORD_MEMORY_MIB * 1024 * 1024,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ERR(UNAVAILABLE, "no memory to check a password");
    return OK;
}

static err normalize(struct password_service *base, struct arena *a, str password, str *out)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)password.ptr;
    utf8proc_ssize_t len = (utf8proc_ssize_t)password.len,
                     count = utf8proc_decompose(text, len, NULL, 0, options);
    (void)base;
    if (count < 0)
        return ERR(INVALID, "the password is not text");
    utf8proc_int32_t *points = NEW_ARRAY(a, utf8proc_int32_t, (size_t)count + 1); /* and a NUL */
    utf8proc_decompose(text, len, points, count, options);
    utf8proc_ssize_t size = utf8proc_reencode(points, count, options);
    if (size < 0)
        return ERR(INVALID, "the password is not text");
    *out = (str){(const char *)points, (size_t)size};
    return OK;
}

static err hash(struct password_service *base, struct arena *a, str password, str *out)
{
    char text[crypto_pwhash_STRBYTES];
    TRY(normalize(base, a, password, &password));
    TRY(enter(self(base)));
    err e = make_hash(password, text);
    leave(self(base));
    if (!failed(e))
        *out = str_copy(a, str_of(text));
    return e;
}

static err verify(struct password_service *base, str password, str given, bool *matches)
{
    struct password_argon2 *p = self(base);
    char text[crypto_pwhash_STRBYTES] = {0};
    bool is_known = given.len != 0 && given.len < sizeof text;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    TRY(normalize(base, &scratch, password, &password));
    if (is_known)
        memcpy(text, given.ptr, given.len);
    TRY(enter(p));
    int code = crypto_pwhash_str_verify(is_known ? text : decoy, password.ptr, password.len);
    leave(p);
    sodium_memzero((char *)password.ptr, password.len);
    *matches = is_known && code == 0;
    return OK;
}

static const struct password_service_ops argon2_ops = {
    .hash = hash, .verify = verify, .normalize = normalize};

err password_argon2_open(struct password_argon2 *p)
{
    *p = (struct password_argon2){.base = {&argon2_ops}};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->free, NULL);
    return sodium_init() < 0 ? ERR(UNAVAILABLE, "libsodium does not start") : OK;
}

void password_argon2_close(struct password_argon2 *p)
{
    if (p->base.ops == NULL)
        return;
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->free);
    *p = (struct password_argon2){0};
}
