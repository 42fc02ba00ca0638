/* COMMAND(T, .needs = …, .doc = …): a use case that changes something. Its handler is
 * `static err T_handle(struct command_ctx *, const struct T *, struct T_result *)`. It runs inside
 * a unit of work that is committed when it returns OK and rolled back otherwise; on a serialization
 * failure it runs again, so it keeps its effects in the unit of work. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/request_handler.h"

#define COMMAND(T_, ...) USE_CASE_(T_, true, command_ctx, command, __VA_ARGS__)

#endif
