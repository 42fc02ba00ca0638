/* ID tokens (OpenID Connect Core 2, 3.1.3.7): who signed in, as their provider says. */
#ifndef INFRASTRUCTURE_OIDC_ID_TOKEN_H
#define INFRASTRUCTURE_OIDC_ID_TOKEN_H

#include "application/services/openid_connect.h"
#include "infrastructure/oidc/jws_verify.h"

enum { ID_TOKEN_AGE_SECONDS_MAX = 600 }; /* it was made for this sign-in */

struct id_token_expectation {
    str issuer, client_id, nonce;
    str access_token; /* that came with it; absent: none */
    str groups_claim; /* absent: none */
    instant now;
};

/* The token's signature has been verified. Errors: UNAUTHENTICATED (says which claim is wrong). */
err id_token_check(struct arena *a, const struct jws *jws, const struct id_token_expectation *want,
                   struct openid_identity *out);

#endif
