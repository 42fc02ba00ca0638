/* Must not compile: the handler takes a request of another type. */
#include "core/command.h"
#include "core/query.h"

struct make_thing {
    str name;
};
struct make_thing_result {
    int64_t key;
};
DECLARE_USE_CASE(make_thing);
SCHEMA(make_thing, FIELD(make_thing, name));
SCHEMA(make_thing_result, FIELD(make_thing_result, key));

static err make_thing_handle(struct command_ctx *ctx, const struct make_thing_result *cmd,
                             struct make_thing_result *out)
{
    out->key = ctx->uow != NULL && cmd->key != 0;
    return OK;
}
COMMAND(make_thing, .needs = PERMISSION_ANYONE, .doc = "Make a thing");

err caller(struct scope *scope);
err caller(struct scope *scope)
{
    struct make_thing cmd = {.name = STR("x")};
    struct make_thing_result result;
    return make_thing_send(scope, &cmd, &result);
}
