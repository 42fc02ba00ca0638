/* Before the first byte is read; what fails later stays counted, for it was sent. */
#include "application/commands/api_keys/reserve_api_key_size/command.h"

#include "base/checked.h"

enum { DAY_SECONDS = 24 * 3600 };

SCHEMA(reserve_api_key_size, FIELD(reserve_api_key_size, id, .flags = INTERNAL),
       FIELD(reserve_api_key_size, size, .flags = INTERNAL));
SCHEMA(reserve_api_key_size_result,
       FIELD(reserve_api_key_size_result, retry_seconds, .flags = INTERNAL));

/* Days of UTC since 1970. */
static int64_t day_of(instant t)
{
    return t.us / SECONDS(DAY_SECONDS);
}

static err reserve_api_key_size_handle(struct command_ctx *ctx,
                                       const struct reserve_api_key_size *cmd,
                                       struct reserve_api_key_size_result *out)
{
    struct api_key key;
    instant now = clock_now(ctx->clock);
    int64_t today = day_of(now), sent, all;
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, 0, cmd->id, &key));
    /* the turn of the writer, so that two who ask together do not both find room */
    TRY(api_key_writer_count_sent(ctx->uow->api_keys, key.key, today, 0));
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, 0, cmd->id, &key));
    sent = key.sent_size;
    if (!CHECKED_ADD(sent, cmd->size, &all) || all > key.daily_size) {
        out->retry_seconds = DAY_SECONDS - now.us % SECONDS(DAY_SECONDS) / SECONDS(1);
        return OK;
    }
    return api_key_writer_count_sent(ctx->uow->api_keys, key.key, today, cmd->size);
}
COMMAND(reserve_api_key_size, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Count what an API key sends in a day");
