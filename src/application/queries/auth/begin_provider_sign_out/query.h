/* Where the browser goes to sign out of a provider too, once the session here has ended
 * (OpenID Connect RP-Initiated Logout 1.0). */
#ifndef APPLICATION_QUERIES_AUTH_BEGIN_PROVIDER_SIGN_OUT_QUERY_H
#define APPLICATION_QUERIES_AUTH_BEGIN_PROVIDER_SIGN_OUT_QUERY_H

#include "application/models/base_model.h"

struct begin_provider_sign_out {
    uuid id;
    str return_address; /* where the provider sends it then; absent: the sign-in page */
};
struct begin_provider_sign_out_result {
    str url; /* return_address itself where the provider has no such place */
};
/* Errors: NOT_FOUND (no such provider, or it is disabled), UNAVAILABLE (as of a sign-in). */
DECLARE_USE_CASE(begin_provider_sign_out);

#endif
