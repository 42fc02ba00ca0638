/* Where the browser goes to sign in, and what it carries there. */
#ifndef APPLICATION_QUERIES_AUTH_BEGIN_PROVIDER_SIGN_IN_QUERY_H
#define APPLICATION_QUERIES_AUTH_BEGIN_PROVIDER_SIGN_IN_QUERY_H

#include "application/models/provider_sign_in.h"

struct begin_provider_sign_in {
    uuid id;
    bool is_link; /* for the account of whoever asks */
    str invitation, next, return_address, code_challenge;
};
struct begin_provider_sign_in_result {
    str url;
    str attempt; /* for a cookie; in no document */
};
/* Errors: NOT_FOUND (no such provider, or it is disabled), INVALID, UNAVAILABLE (the provider
 * cannot be asked, or what it says cannot be used). */
DECLARE_USE_CASE(begin_provider_sign_in);

#endif
