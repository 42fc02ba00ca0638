/* The position moves only from where it was read: of two that are at work one fails as a whole. */
#include "application/commands/events/deliver_events/command.h"

#include "application/events/subscriptions.h"
#include "base/arena.h"
#include "base/json.h"

SCHEMA(deliver_events, FIELD(deliver_events, subscriber, .flags = REQUIRED, .max = 64),
       FIELD(deliver_events, limit, .min = 1, .max = DELIVERED_EVENT_COUNT_MAX));
SCHEMA(deliver_events_result, FIELD(deliver_events_result, position),
       FIELD(deliver_events_result, delivered_count), FIELD(deliver_events_result, has_more));

static void fill_envelope(const struct use_case *use_case, void *request,
                          const struct outbox_event *event)
{
    for (size_t i = 0; i < use_case->request->field_count; i++) {
        const struct field *f = &use_case->request->fields[i];
        if (f->of != &event_envelope_schema)
            continue;
        *(struct event_envelope *)((char *)request + f->offset) =
            (struct event_envelope){.event_type = event->type,
                                    .event_sequence = event->key,
                                    .event_aggregate = event->aggregate,
                                    .event_time = event->created_at,
                                    .event_payload = event->payload};
    }
}

/* The program acts for the organization whose event it is. */
static err tell(struct command_ctx *ctx, const struct use_case *use_case,
                const struct outbox_event *event)
{
    struct principal principal = principal_system(event->organization_key);
    void *request = arena_alloc(ctx->arena, use_case->request->size, use_case->request->align);
    void *result = arena_alloc(ctx->arena, use_case->result->size, use_case->result->align);
    struct issues left_out = {.arena = ctx->arena};
    memset(request, 0, use_case->request->size);
    TRY(json_read(ctx->arena, event->payload, use_case->request, request, &left_out));
    fill_envelope(use_case, request, event);
    return mediator_send_within(ctx, &principal, use_case, request, result);
}

/* In an empty installation all begin together: else what happens in between were told to some only.
 */
static err begin_others(struct command_ctx *ctx, str subscriber)
{
    for (size_t i = 0; subscriber_name(i) != NULL; i++)
        if (!str_eq(subscriber, str_of(subscriber_name(i))))
            TRY(event_writer_begin_position(ctx->uow->events, str_of(subscriber_name(i)), 0));
    return OK;
}

/* Whoever has no position begins: at the start where nobody has heard anything yet, else with what
 * comes from now on. */
static err begin(struct command_ctx *ctx, str subscriber, int64_t *position)
{
    bool is_anybody_there = false;
    *position = 0;
    for (size_t i = 0; subscriber_name(i) != NULL && !is_anybody_there; i++) {
        int64_t other;
        err e = event_reader_get_position(ctx->readers->events, str_of(subscriber_name(i)), &other);
        is_anybody_there = !failed(e);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
    }
    if (is_anybody_there)
        TRY(event_reader_last_key(ctx->readers->events, position));
    else
        TRY(begin_others(ctx, subscriber));
    return event_writer_begin_position(ctx->uow->events, subscriber, *position);
}

static err deliver_events_handle(struct command_ctx *ctx, const struct deliver_events *cmd,
                                 struct deliver_events_result *out)
{
    struct outbox_event_slice events;
    int64_t from;
    const char *subscriber = str_cstr(ctx->arena, cmd->subscriber);
    err e = event_reader_get_position(ctx->readers->events, cmd->subscriber, &from);
    if (e.code == ERR_NOT_FOUND)
        e = begin(ctx, cmd->subscriber, &from);
    TRY(e);
    out->position = from;
    TRY(event_reader_find(ctx->readers->events, ctx->arena, from, (uint32_t)cmd->limit, &events));
    if (events.len == 0)
        return OK;
    out->has_more = (int64_t)events.len == cmd->limit;
    out->position = events.at[events.len - 1].key;
    TRY(event_writer_move_position(ctx->uow->events, cmd->subscriber, from, out->position));
    for (size_t i = 0; i < events.len; i++) {
        const struct use_case *use_case = subscribed(subscriber, events.at[i].type);
        if (use_case == NULL)
            continue;
        TRY(tell(ctx, use_case, &events.at[i]));
        out->delivered_count++;
    }
    return OK;
}
COMMAND(deliver_events, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell a subscriber the events that come next");
