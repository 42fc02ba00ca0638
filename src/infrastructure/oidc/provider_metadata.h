/* What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414, RFC 9207). */
#ifndef INFRASTRUCTURE_OIDC_PROVIDER_METADATA_H
#define INFRASTRUCTURE_OIDC_PROVIDER_METADATA_H

#include "base/err.h"
#include "base/str.h"

enum { PROVIDER_METADATA_SIZE_MAX = 128 * 1024 };

struct provider_metadata {
    str authorization_endpoint, token_endpoint, jwks_uri;
    str end_session_endpoint; /* absent: none */
    unsigned algorithms;      /* bits of jws_algorithm: of ID tokens, those that we take too */
    bool takes_post;          /* the client's secret in the body; else in Authorization */
    bool says_iss;            /* answers carry iss */
};

/* NULL, or what is wrong with an issuer in words: it is an address, without query and fragment. */
const char *issuer_complaint(str issuer);
/* Where its metadata is. */
str provider_metadata_url(struct arena *a, str issuer);

/* Errors: MALFORMED, INVALID (it is another issuer's, or not what this program can use; says what).
 */
err provider_metadata_read(struct arena *a, str text, str issuer, struct provider_metadata *out);

#endif
