/* Signing in with an account that somebody else keeps: the relying party of OpenID Connect
 * Core 1.0, by the authorization code flow with PKCE (RFC 7636). Providers are found by their
 * metadata (Discovery 1.0), which is asked for when it is needed and remembered for a while. */
#ifndef APPLICATION_SERVICES_OPENID_CONNECT_H
#define APPLICATION_SERVICES_OPENID_CONNECT_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum {
    OPENID_SUBJECT_SIZE_MAX = 255, /* Core 2 */
    OPENID_ISSUER_SIZE_MAX = 512,
    OPENID_CODE_SIZE_MAX = 4096,
    OPENID_SKEW_SECONDS = 60 /* by which clocks may differ */
};

/* As the organization has set it up. */
struct openid_provider {
    str issuer;
    str client_id, client_secret; /* secret absent: a public client */
    str redirect_uri;
    str scopes;       /* "openid email profile" */
    str groups_claim; /* absent: groups are not asked for */
};

/* One attempt to sign in; all of it is chance, and kept until the answer. */
struct openid_attempt {
    str state, nonce;
    str verifier; /* 43 to 128 characters */
};

/* What came back to redirect_uri. */
struct openid_answer {
    str code;
    str iss; /* RFC 9207; absent: not said */
};

struct openid_identity {
    str issuer, subject; /* together whose it is, for ever */
    str email;           /* absent: not said */
    bool email_is_verified;
    str name;
    str acr;
    struct str_slice amr, groups;
    instant expires_at;
};

struct openid_connect;
struct openid_connect_ops {
    err (*begin)(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
                 const struct openid_attempt *attempt, str *url);
    err (*complete)(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
                    const struct openid_attempt *attempt, const struct openid_answer *answer,
                    struct openid_identity *out);
    err (*end)(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
               str return_uri, str *url);
};
struct openid_connect {
    const struct openid_connect_ops *ops;
};

/* Where the browser goes to sign in. Errors: UNAVAILABLE (the provider says nothing, or what cannot
 * be used; says what). */
static inline err openid_begin(struct openid_connect *o, struct arena *a,
                               const struct openid_provider *p,
                               const struct openid_attempt *attempt, str *url)
{
    return o->ops->begin(o, a, p, attempt, url);
}
/* Redeems the code and verifies who it is. The caller has compared state, and used the attempt up.
 * Not within a unit of work that has written. Texts of *out live in a.
 * Errors: UNAUTHENTICATED (says why; for the log, not for who asks), UNAVAILABLE. */
static inline err openid_complete(struct openid_connect *o, struct arena *a,
                                  const struct openid_provider *p,
                                  const struct openid_attempt *attempt,
                                  const struct openid_answer *answer, struct openid_identity *out)
{
    return o->ops->complete(o, a, p, attempt, answer, out);
}
/* Where the browser goes to sign out there too (RP-Initiated Logout 1.0); absent when the provider
 * has no such place. Errors: UNAVAILABLE. */
static inline err openid_end(struct openid_connect *o, struct arena *a,
                             const struct openid_provider *p, str return_uri, str *url)
{
    return o->ops->end(o, a, p, return_uri, url);
}

#endif
