/* One task for each webhook: whoever finds it at work leaves it alone. */
#include "application/services/webhook_service.h"

#include "application/events/webhook_events.h"
#include "application/services/tasks/send_webhook.h"
#include "application/services/tasks/task_end.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"
#include "base/json.h"

#define SECRET_PREFIX "whsec_"

SCHEMA(webhook_view, FIELD_EMBED_OF(webhook_view, webhook, webhook),
       FIELD(webhook_view, events, .doc = "What it is told of: see /webhooks/events"));

struct webhook_view webhook_view_of(struct arena *a, const struct webhook *webhook)
{
    struct webhook_view view = {.webhook = *webhook};
    str rest = webhook->event_names, name;
    while (str_cut(&rest, ' ', &name))
        *SLICE_PUSH(a, &view.events) = name;
    return view;
}

str webhook_events_read(struct arena *a, const struct str_slice *names, struct issues *issues)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < names->len; i++) {
        const char *complaint = webhook_event_complaint(names->at[i]);
        if (complaint != NULL)
            issues_add(issues, STR("events"), complaint);
        if (i != 0)
            buf_add_char(&out, ' ');
        buf_add(&out, names->at[i]);
    }
    if (names->len == 0)
        issues_add(issues, STR("events"), "must name at least one event");
    return buf_str(&out);
}

void webhook_url_check(struct services *services, str url, struct issues *issues)
{
    const char *complaint = webhook_url_refusal(services->webhooks, url);
    if (complaint != NULL)
        issues_add(issues, STR("url"), complaint);
}

static str place_of(struct arena *a, uuid webhook_id)
{
    return str_format(a, "webhook %.*s", STR_ARG(uuid_text(a, webhook_id)));
}

void webhook_secret_make(struct command_ctx *ctx, uuid webhook_id, str *sealed, str *shown)
{
    unsigned char bytes[WEBHOOK_SECRET_SIZE];
    struct buf text = BUF_IN(ctx->arena);
    random_bytes(bytes, sizeof bytes);
    buf_add(&text, STR(SECRET_PREFIX));
    buf_add_base64(&text, bytes, sizeof bytes);
    *shown = buf_str(&text);
    *sealed = seal(ctx->services->seals, ctx->arena, place_of(ctx->arena, webhook_id), *shown);
}

err webhook_secret_open(struct services *services, struct arena *a, uuid webhook_id, str sealed,
                        str *out)
{
    str text;
    TRY(unseal(services->seals, a, place_of(a, webhook_id), sealed, &text));
    return str_starts(text, STR(SECRET_PREFIX)) &&
                   base64_decode(a, str_sub(text, sizeof SECRET_PREFIX - 1, text.len), out)
               ? OK
               : ERR(MALFORMED, "the secret of the webhook is none");
}

err webhook_to_change(struct command_ctx *ctx, uuid id, int64_t if_match, struct webhook *out)
{
    TRY(webhook_reader_get(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key, id,
                           out));
    ctx->scope->subject_id = out->id;
    TRY(webhook_writer_locate(ctx->uow->webhooks, ctx->arena, out->key, out));
    return if_match == 0 || if_match == out->version
               ? OK
               : ERR(PRECONDITION_FAILED, "somebody else changed the webhook");
}

/* ---- the task that sends ---- */

static err queue_new(struct command_ctx *ctx, struct webhook *webhook, instant at)
{
    struct task task;
    const struct send_webhook_parameters parameters = {webhook->id};
    TRY(task_queue(
        ctx,
        &(struct task_order){.kind = webhook->is_slow ? webhook_slow_kind.name : webhook_kind.name,
                             .parameters = &parameters,
                             .subject_kind = STR("webhook"),
                             .subject_id = webhook->id,
                             .not_before = at},
        &task));
    webhook->task_id = task.id;
    return webhook_writer_save_progress(ctx->uow->webhooks, webhook);
}

err webhook_arm(struct command_ctx *ctx, struct webhook *webhook)
{
    struct task task;
    instant now = clock_now(ctx->clock);
    instant at = webhook->next_attempt_at.us > now.us ? webhook->next_attempt_at : now;
    err e = task_reader_get(ctx->readers->tasks, ctx->arena, webhook->organization_key,
                            webhook->task_id, &task);
    if (e.code == ERR_NOT_FOUND)
        return queue_new(ctx, webhook, at);
    TRY(e);
    TRY(task_writer_locate(ctx->uow->tasks, ctx->arena, task.key, &task));
    if (task.state == TASK_RUNNING || (!task_has_ended(&task) && task.next_attempt_at.us <= at.us))
        return OK;
    if (task_has_ended(&task)) {
        task.state = TASK_QUEUED;
        task.attempt_count = 0;
        task.is_cancel_requested = false;
        task.finished_at = (instant){0};
    }
    task.next_attempt_at = at;
    task.updated_at = now;
    return task_save_changed(ctx, &task);
}

/* ---- deliveries ---- */

/* {"type", "timestamp", "sequence", "data", "href"}; made once, so that each attempt sends the same
 * bytes. */
static str body_of(struct arena *a, const char *type, instant time, int64_t sequence, str data,
                   str href)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, "{\"type\":\"%s\",\"timestamp\":\"%.*s\",\"sequence\":%lld,\"data\":%.*s", type,
             STR_ARG(instant_text(a, time)), (long long)sequence, STR_ARG(data));
    if (href.ptr != NULL)
        buf_addf(&out, ",\"href\":\"%.*s\"", STR_ARG(href));
    buf_add_char(&out, '}');
    return buf_str(&out);
}

static err add_delivery(struct command_ctx *ctx, const struct webhook *webhook, const char *type,
                        int64_t sequence, str body, struct webhook_delivery *out)
{
    instant now = clock_now(ctx->clock);
    *out = (struct webhook_delivery){.id = uuid_make(ctx->clock),
                                     .organization_key = webhook->organization_key,
                                     .created_at = now,
                                     .updated_at = now,
                                     .webhook_key = webhook->key,
                                     .webhook_id = webhook->id,
                                     .event_type = str_of(type),
                                     .event_sequence = sequence,
                                     .payload = body,
                                     .next_attempt_at = now,
                                     .give_up_at = instant_add(now, SECONDS(WEBHOOK_TRY_SECONDS))};
    return webhook_writer_add_delivery(ctx->uow->webhooks, out);
}

static err describe(struct command_ctx *ctx, const struct webhook_event *kind,
                    const struct event_envelope *event, str *body)
{
    const struct schema *schema = kind->event->payload;
    void *payload = arena_alloc(ctx->arena, schema->size, schema->align), *place = payload;
    struct issues left_out = {.arena = ctx->arena};
    struct buf data = BUF_IN(ctx->arena);
    str href = STR_NONE;
    memset(payload, 0, schema->size);
    TRY(json_read(ctx->arena, event->event_payload, schema, payload, &left_out));
    json_write(&data, schema, payload, 0);
    const struct field *f = schema_find(schema, str_of(kind->subject), &place);
    if (kind->path != NULL && f != NULL)
        href = str_format(
            ctx->arena, "%s%.*s", kind->path,
            STR_ARG(uuid_text(ctx->arena, *(const uuid *)((const char *)place + f->offset))));
    *body = body_of(ctx->arena, kind->name, event->event_time, event->event_sequence,
                    buf_str(&data), href);
    return OK;
}

err webhook_tell(struct command_ctx *ctx, const struct event_envelope *event, int64_t *count)
{
    const struct webhook_event *kind = webhook_event_of(event->event_type);
    struct webhook_slice webhooks;
    struct webhook_delivery delivery;
    str body = STR_NONE;
    *count = 0;
    if (kind == NULL)
        return OK;
    TRY(webhook_reader_all(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key,
                           &webhooks));
    for (size_t i = 0; i < webhooks.len; i++) {
        if (!webhooks.at[i].is_active || !webhook_hears(&webhooks.at[i], str_of(kind->name)))
            continue;
        if (body.ptr == NULL)
            TRY(describe(ctx, kind, event, &body));
        TRY(add_delivery(ctx, &webhooks.at[i], kind->name, event->event_sequence, body, &delivery));
        TRY(webhook_arm(ctx, &webhooks.at[i]));
        ++*count;
    }
    return OK;
}

err webhook_tell_test(struct command_ctx *ctx, struct webhook *webhook,
                      struct webhook_delivery *out)
{
    instant now = clock_now(ctx->clock);
    str data = str_format(ctx->arena, "{\"webhook_id\":\"%.*s\"}",
                          STR_ARG(uuid_text(ctx->arena, webhook->id)));
    str body = body_of(ctx->arena, WEBHOOK_TEST, now, -now.us, data, STR_NONE);
    TRY(add_delivery(ctx, webhook, WEBHOOK_TEST, -now.us, body, out));
    return webhook_arm(ctx, webhook);
}
