/* What a browser carries through a sign-in at a provider, sealed so that it can neither read nor
 * change it: nothing of it is kept here, so that nobody fills a table by beginning sign-ins. The
 * attempt goes with it to the provider; when it is back, the assertion says who came. */
#ifndef APPLICATION_MODELS_PROVIDER_SIGN_IN_H
#define APPLICATION_MODELS_PROVIDER_SIGN_IN_H

#include "application/models/base_model.h"
#include "domain/entities/identity.h"

enum {
    PROVIDER_ATTEMPT_SECONDS = 10 * 60,  /* to sign in there */
    PROVIDER_ASSERTION_SECONDS = 5 * 60, /* to find one's second factor */
    SIGN_IN_CODE_SECONDS = 60,
    PROVIDER_SEALED_SIZE_MAX = 3800, /* of what has to fit into a cookie */
    RETURN_ADDRESS_SIZE_MAX = 1000,
    CODE_CHALLENGE_SIZE = 43 /* SHA-256 in base64url */
};

/* What it is for. One of them at most: the account of somebody signed in, an invitation; else to
 * sign in. */
struct provider_purpose {
    int64_t link_user_key; /* to be added to this user's */
    uuid link_session_id;  /* which must still be open */
    str invitation;        /* the token of its link */
    str next;              /* page that is shown then: a path, "/viewer" */
    str return_address;    /* of another program's page, which gets a code for tokens */
    str code_challenge;    /* with it: RFC 7636, S256, of what redeems the code */
};
DECLARE_SCHEMA(provider_purpose);

struct provider_attempt {
    uuid provider_id;
    str state, nonce, verifier;
    instant expires_at;
    struct provider_purpose purpose;
};
DECLARE_SCHEMA(provider_attempt);

struct provider_assertion {
    uuid provider_id;
    str subject;
    str email; /* verified; else absent */
    str name;
    str role; /* absent: none of the groups has one */
    bool has_second_factor;
    instant expires_at;
    struct provider_purpose purpose;
};
DECLARE_SCHEMA(provider_assertion);

/* For whoever redeems it once. */
struct sign_in_code {
    uuid session_id;
    str code_challenge;
    instant expires_at;
};
DECLARE_SCHEMA(sign_in_code);

/* Of each a sealed text, and back. schema: one of the three.
 * Errors: UNAUTHENTICATED (not sealed here, or its time is over). */
str provider_seal(struct services *services, struct arena *a, const struct schema *schema,
                  const void *object);
err provider_unseal(struct services *services, struct arena *a, const struct schema *schema,
                    str sealed, instant now, void *out);

#endif
