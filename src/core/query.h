/* QUERY(T, .needs = …, .doc = …): a use case that only reads. Its handler is
 * `static err T_handle(struct query_ctx *, const struct T *, struct T_result *)`; the context has
 * nothing to write with. */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "core/request_handler.h"

#define QUERY(T_, ...) USE_CASE_(T_, false, query_ctx, query, __VA_ARGS__)

#endif
