/* The next person with mails that are due. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_NEXT_DIGEST_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_NEXT_DIGEST_QUERY_H

#include "application/models/base_model.h"

struct next_digest {
    int64_t after_user_key; /* 0: from the first */
};
struct next_digest_result {
    int64_t user_key; /* 0: there is none */
};
DECLARE_USE_CASE(next_digest);

#endif
