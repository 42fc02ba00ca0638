/* Who the provider says it was, when the browser is back. */
#ifndef APPLICATION_QUERIES_AUTH_READ_PROVIDER_ANSWER_QUERY_H
#define APPLICATION_QUERIES_AUTH_READ_PROVIDER_ANSWER_QUERY_H

#include "application/models/provider_sign_in.h"

struct read_provider_answer {
    str attempt; /* as the browser carried it */
    str code, state, iss, error;
};
struct read_provider_answer_result {
    str assertion; /* sealed: struct provider_assertion */
    str next;
};
/* Errors: UNAUTHENTICATED (an answer to nothing that was asked, or none that is believed),
 * FORBIDDEN (the provider refused), UNAVAILABLE. */
DECLARE_USE_CASE(read_provider_answer);

#endif
