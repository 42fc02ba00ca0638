/* A page of the change feed, for the forms it is given in.
 *
 * Nobody who goes on from the last sequence seen misses a change: units of work get their numbers
 * and become visible in the same order, because one writes at a time (struct sql_engine; on
 * PostgreSQL each transaction that writes holds one lock from before its first number until its
 * commit is visible). Numbers that were given up leave holes. */
#ifndef APPLICATION_MODELS_CHANGE_PAGE_H
#define APPLICATION_MODELS_CHANGE_PAGE_H

#include "application/models/base_model.h"

enum { CHANGE_COUNT_MAX = 1000, CHANGE_COUNT_DEFAULT = 100 };

struct change_page {
    struct change_slice items;
    int64_t last; /* to go on from */
    bool has_more;
};

/* Of the principal's organization, what has a sequence above since. limit 0: CHANGE_COUNT_DEFAULT.
 */
err change_page_read(struct query_ctx *ctx, int64_t since, uint32_t limit, struct change_page *out);

#endif
