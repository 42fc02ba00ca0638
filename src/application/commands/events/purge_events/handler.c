/* Who has not begun yet has heard nothing. */
#include "application/commands/events/purge_events/command.h"

#include "application/events/subscriptions.h"

enum { BRIEF_TYPE_COUNT_MAX = 16 };

SCHEMA_EMPTY(purge_events);
SCHEMA(purge_events_result, FIELD(purge_events_result, event_count, .doc = "Events removed"));

/* The last event that everybody has heard. */
static err find_heard(struct command_ctx *ctx, int64_t *out)
{
    TRY(event_reader_last_key(ctx->readers->events, out));
    for (size_t i = 0; subscriber_name(i) != NULL; i++) {
        int64_t position = 0;
        err e =
            event_reader_get_position(ctx->readers->events, str_of(subscriber_name(i)), &position);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
        *out = position < *out ? position : *out;
    }
    return OK;
}

static err purge_events_handle(struct command_ctx *ctx, const struct purge_events *cmd,
                               struct purge_events_result *out)
{
    const char *brief[BRIEF_TYPE_COUNT_MAX + 1] = {0};
    struct event_purge purge = {
        .made_before = instant_add(clock_now(ctx->clock), -SECONDS(EVENT_KEPT_SECONDS)),
        .brief_types = brief,
        .limit = PURGED_EVENT_COUNT_MAX};
    size_t count = 0;
    (void)cmd;
    for (size_t i = 0; i < event_type_count && count < BRIEF_TYPE_COUNT_MAX; i++)
        if (event_types[i]->is_brief)
            brief[count++] = event_types[i]->name;
    TRY(find_heard(ctx, &purge.up_to_key));
    return purge.up_to_key == 0 ? OK
                                : event_writer_purge(ctx->uow->events, &purge, &out->event_count);
}
COMMAND(purge_events, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Remove events that have been heard");
