/* The first event tells the state that things are in. */
#include "application/commands/work_items/subscribe_work_items/command.h"

#include "application/events/work_item_changed.h"

SCHEMA_EMPTY(subscribe_work_items);
SCHEMA_EMPTY(subscribe_work_items_result);

static err subscribe_to_one(struct command_ctx *ctx, str uid, struct work_item_subscription *s)
{
    struct work_item item;
    TRY(worklist_get(ctx, uid, &item));
    s->work_item_key = item.key;
    TRY(work_item_writer_subscribe(ctx->uow->work_items, s, false));
    return worklist_tell_state_to(ctx, &item, s->ae_title);
}

struct matching {
    struct command_ctx *ctx;
    struct work_item_subscription own;
};

static err subscribe_to_match(void *context, const struct work_item *item)
{
    struct matching *m = context;
    m->own.work_item_key = item->key;
    TRY(work_item_writer_subscribe(m->ctx->uow->work_items, &m->own, true));
    return m->own.state == SUBSCRIPTION_LOCKED
               ? worklist_tell_state_to(m->ctx, item, m->own.ae_title)
               : OK;
}

static err check_count(struct command_ctx *ctx, const struct work_item_subscription *s)
{
    struct work_item_subscription_slice others;
    TRY(work_item_reader_find_subscriptions(ctx->readers->work_items, ctx->arena,
                                            s->organization_key, s->scope,
                                            FILTERED_SUBSCRIPTION_COUNT_MAX, &others));
    for (size_t i = 0; i < others.len; i++)
        if (str_eq(others.at[i].ae_title, s->ae_title))
            return OK;
    return others.len < FILTERED_SUBSCRIPTION_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "there are too many filtered subscriptions");
}

static err subscribe_by_filter(struct command_ctx *ctx, str filter,
                               struct work_item_subscription *s)
{
    struct work_item_condition_slice conditions;
    struct matching m = {.ctx = ctx, .own = *s};
    TRY(worklist_filter_read(ctx->arena, filter, &conditions));
    TRY(check_count(ctx, s));
    m.own.scope = SUBSCRIPTION_ONE;
    s->filter = filter;
    TRY(work_item_writer_subscribe(ctx->uow->work_items, s, false));
    return worklist_each_match(ctx->readers, s->organization_key, &conditions, subscribe_to_match,
                               &m);
}

static err tell_all(struct command_ctx *ctx, const struct work_item_subscription *s)
{
    const struct work_item_changed all = {.sop_instance_uid = STR(UPS_GLOBAL_SUBSCRIPTION_UID)};
    TRY(work_item_writer_tell_states(ctx->uow->work_items, s->organization_key, s->ae_title,
                                     s->created_at));
    return mediator_publish(ctx->uow->outbox, ctx->arena, &work_item_changed_event,
                            s->organization_key, (uuid){0}, &all);
}

static err subscribe_work_items_handle(struct command_ctx *ctx,
                                       const struct subscribe_work_items *cmd,
                                       struct subscribe_work_items_result *out)
{
    enum subscription_scope scope = worklist_scope_of(cmd->uid);
    struct work_item_subscription s = {.organization_key = ctx->principal->organization_key,
                                       .created_at = clock_now(ctx->clock),
                                       .ae_title = cmd->ae_title,
                                       .scope = scope,
                                       .state = cmd->has_lock ? SUBSCRIPTION_LOCKED
                                                              : SUBSCRIPTION_UNLOCKED};
    (void)out;
    TRY(worklist_check_ae_title(cmd->ae_title));
    if (scope == SUBSCRIPTION_ONE)
        return subscribe_to_one(ctx, cmd->uid, &s);
    if (scope == SUBSCRIPTION_FILTERED)
        return subscribe_by_filter(ctx, cmd->filter, &s);
    TRY(work_item_writer_subscribe(ctx->uow->work_items, &s, false));
    return cmd->has_lock ? tell_all(ctx, &s) : OK;
}
COMMAND(subscribe_work_items, .needs = READ_WORK_ITEMS,
        .doc = "Be told of what happens to work items");
