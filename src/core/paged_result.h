/* PAGED_RESULT_MEMBERS: what every list answers besides its items. */
#ifndef CORE_PAGED_RESULT_H
#define CORE_PAGED_RESULT_H

#include "core/paged_query.h"

struct paged_result {
    int64_t total; /* matches in all, not on this page */
    uint32_t page, page_size;
    str next; /* cursor of the next page; absent on the last */
};
DECLARE_SCHEMA(paged_result);

static inline struct paged_result paged_result_of(const struct paged_query *q, int64_t total,
                                                  str next)
{
    return (struct paged_result){total, paged_query_page(q), paged_query_size(q), next};
}

#endif
