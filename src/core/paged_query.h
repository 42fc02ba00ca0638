/* struct paged_query: which part of a list is wanted; embedded in every list request. */
#ifndef CORE_PAGED_QUERY_H
#define CORE_PAGED_QUERY_H

#include "base/schema.h"

enum { PAGE_SIZE_MAX = 200, PAGE_SIZE_DEFAULT = 50, PAGE_MAX = 1000000 };

struct paged_query {
    uint32_t page;      /* from 1; 0 means 1 */
    uint32_t page_size; /* 0 means PAGE_SIZE_DEFAULT */
    str cursor;         /* `next` of the page before; then page is ignored */
};
DECLARE_SCHEMA(paged_query);

static inline uint32_t paged_query_size(const struct paged_query *q)
{
    return q->page_size == 0 ? PAGE_SIZE_DEFAULT : q->page_size;
}
static inline uint32_t paged_query_page(const struct paged_query *q)
{
    return q->page == 0 ? 1 : q->page;
}
static inline uint64_t paged_query_offset(const struct paged_query *q)
{
    return (uint64_t)(paged_query_page(q) - 1) * paged_query_size(q);
}

#endif
