/* Signed tokens: short access tokens that carry who is asking, and refresh tokens that carry a
 * session's generation. */
#ifndef APPLICATION_SERVICES_TOKEN_SERVICE_H
#define APPLICATION_SERVICES_TOKEN_SERVICE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/entities/signing_key.h"

struct access_claims {
    uuid user_id, session_id;
    int64_t user_key;
    instant issued_at, expires_at; /* whole seconds */
};

struct refresh_claims {
    uuid session_id;
    int64_t generation;
};

/* What a signed address says beside what it is the address of. */
struct url_claims {
    bool is_of_key;     /* signed by an API key; else by a user */
    uuid issuer_id;     /* the key, or the user's session */
    instant expires_at; /* whole seconds */
    str filename;       /* as which it is saved; empty: as it comes */
};
enum { SIGNED_URL_SECONDS_MAX = 3600, SIGNED_URL_SECONDS_DEFAULT = 300 };
#define SIGNATURE_PREFIX "gs_"
#define SIGNATURE_PARAMETER "signature" /* of the query */

/* What a browser token begins with, so that it can never be taken for one of another kind. */
#define BROWSER_TOKEN_PREFIX "gb_"

struct token_service;
struct token_service_ops {
    err (*issue_access)(struct token_service *t, struct arena *a,
                        const struct access_claims *claims, str *out);
    err (*verify_access)(struct token_service *t, struct arena *a, str token, instant now,
                         struct access_claims *out);
    err (*issue_refresh)(struct token_service *t, struct arena *a,
                         const struct refresh_claims *claims, str *out);
    err (*verify_refresh)(struct token_service *t, struct arena *a, str token,
                          struct refresh_claims *out);
    err (*issue_browser)(struct token_service *t, struct arena *a, uuid session_id, str *out);
    err (*verify_browser)(struct token_service *t, str token, uuid *session_id);
    err (*make_api_key)(struct token_service *t, struct arena *a, uuid id, str *text, str *hash);
    err (*read_api_key)(struct token_service *t, struct arena *a, str text, uuid *id, str *hash);
    err (*sign_url)(struct token_service *t, struct arena *a, const struct url_claims *claims,
                    str what, instant now, str *out);
    err (*verify_url)(struct token_service *t, struct arena *a, str signature, str what,
                      instant now, struct url_claims *out);
    str (*jwks)(struct token_service *t, struct arena *a, instant now);
    err (*make_key)(struct token_service *t, struct arena *a, struct signing_key *out);
    str (*hash)(struct token_service *t, struct arena *a, str token);
};
struct token_service {
    const struct token_service_ops *ops;
};

/* A JWT access token (RFC 9068) as JWS, RFC 7515: ES256 and nothing else. Errors: UNAVAILABLE (no
 * key to sign with). */
static inline err token_issue_access(struct token_service *t, struct arena *a,
                                     const struct access_claims *claims, str *out)
{
    return t->ops->issue_access(t, a, claims, out);
}
/* Errors: UNAUTHENTICATED, without telling why. Asks the database when the token names a key that
 * is not known here. */
static inline err token_verify_access(struct token_service *t, struct arena *a, str token,
                                      instant now, struct access_claims *out)
{
    return t->ops->verify_access(t, a, token, now, out);
}
static inline err token_issue_refresh(struct token_service *t, struct arena *a,
                                      const struct refresh_claims *claims, str *out)
{
    return t->ops->issue_refresh(t, a, claims, out);
}
/* Only that this program made it; whether the generation is good is the session's to say. Errors:
 * UNAUTHENTICATED. */
static inline err token_verify_refresh(struct token_service *t, struct arena *a, str token,
                                       struct refresh_claims *out)
{
    return t->ops->verify_refresh(t, a, token, out);
}
/* Names a session to the program's own pages, in a cookie that no script can read. Good as long as
 * the session is, which is the database's to say. */
static inline err token_issue_browser(struct token_service *t, struct arena *a, uuid session_id,
                                      str *out)
{
    return t->ops->issue_browser(t, a, session_id, out);
}
/* Errors: UNAUTHENTICATED. */
static inline err token_verify_browser(struct token_service *t, str token, uuid *session_id)
{
    return t->ops->verify_browser(t, token, session_id);
}
/* A new API key of that identifier, see domain/entities/api_key.h, and the hash that is kept of its
 * secret. */
static inline err token_make_api_key(struct token_service *t, struct arena *a, uuid id, str *text,
                                     str *hash)
{
    return t->ops->make_api_key(t, a, id, text, hash);
}
/* What identifier it names and what its secret hashes to: whether that is right is the key's to
 * say. Errors: UNAUTHENTICATED (not of that form). */
static inline err token_read_api_key(struct token_service *t, struct arena *a, str text, uuid *id,
                                     str *hash)
{
    return t->ops->read_api_key(t, a, text, id, hash);
}
/* The signature of an address. what: its method, path and query, in one spelling. */
static inline err token_sign_url(struct token_service *t, struct arena *a,
                                 const struct url_claims *claims, str what, instant now, str *out)
{
    return t->ops->sign_url(t, a, claims, what, now, out);
}
/* Only that this program signed just that and that it has not ended; whether the issuer may still
 * is to be looked up. Errors: UNAUTHENTICATED, without telling why. */
static inline err token_verify_url(struct token_service *t, struct arena *a, str signature,
                                   str what, instant now, struct url_claims *out)
{
    return t->ops->verify_url(t, a, signature, what, now, out);
}
/* The public keys as a JWK set, RFC 7517: those that sign, will sign, or signed what may still be
 * good. */
static inline str token_jwks(struct token_service *t, struct arena *a, instant now)
{
    return t->ops->jwks(t, a, now);
}
/* A key to come: its identifier and itself, sealed. Errors: UNAVAILABLE. */
static inline err token_make_key(struct token_service *t, struct arena *a, struct signing_key *out)
{
    return t->ops->make_key(t, a, out);
}
/* SHA-256, hexadecimal: what is kept of a token of so much chance that nothing slower is needed. */
static inline str token_hash(struct token_service *t, struct arena *a, str token)
{
    return t->ops->hash(t, a, token);
}

#endif
