/* Items, their events, and who is told of them. */
#include "application/services/worklist_service.h"

#include "application/events/work_item_changed.h"
#include "dicom/dictionary.h"

err worklist_get(struct command_ctx *ctx, str uid, struct work_item *out)
{
    TRY(work_item_writer_get(ctx->uow->work_items, ctx->arena, ctx->principal->organization_key,
                             uid, out));
    ctx->scope->subject_id = out->id;
    return OK;
}

err worklist_save(struct command_ctx *ctx, struct work_item *item)
{
    item->updated_at = clock_now(ctx->clock);
    return work_item_writer_save(ctx->uow->work_items, item);
}

static struct work_item_event event_of(struct command_ctx *ctx, const struct work_item *item,
                                       enum work_item_event_type type, str source)
{
    return (struct work_item_event){.organization_key = item->organization_key,
                                    .created_at = clock_now(ctx->clock),
                                    .sop_instance_uid = item->sop_instance_uid,
                                    .type = type,
                                    .state = item->state,
                                    .input_readiness_state = item->input_readiness_state,
                                    .details = work_item_event_details(ctx->arena, type, source)};
}

static err publish(struct command_ctx *ctx, const struct work_item *item)
{
    const struct work_item_changed event = {item->id, item->sop_instance_uid,
                                            str_of(work_item_state_names[item->state])};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &work_item_changed_event,
                            item->organization_key, item->id, &event);
}

err worklist_tell(struct command_ctx *ctx, const struct work_item *item,
                  enum work_item_event_type type, str source)
{
    struct work_item_event event = event_of(ctx, item, type, source);
    TRY(work_item_writer_tell(ctx->uow->work_items, item, &event));
    return publish(ctx, item);
}

err worklist_tell_state_to(struct command_ctx *ctx, const struct work_item *item, str ae_title)
{
    struct work_item_event event = event_of(ctx, item, WORK_ITEM_STATE_REPORT, item->data_set);
    event.ae_title = ae_title;
    TRY(work_item_writer_tell_one(ctx->uow->work_items, &event));
    return publish(ctx, item);
}

/* ---- candidates ---- */

static err visit_page(struct arena *scratch, const struct work_item_page *page,
                      const struct work_item_condition_slice *conditions, worklist_visit_fn *visit,
                      void *context)
{
    for (size_t i = 0; i < page->items.len; i++)
        if (work_item_matches(scratch, conditions, &page->items.at[i]))
            TRY(visit(context, &page->items.at[i]));
    return OK;
}

err worklist_each_match(struct readers *readers, int64_t organization_key,
                        const struct work_item_condition_slice *conditions,
                        worklist_visit_fn *visit, void *context)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct work_item_page page = {.more = true};
    struct work_item_filter f = {.organization_key = organization_key,
                                 .conditions = *conditions,
                                 .limit = WORK_ITEM_CANDIDATE_PAGE_SIZE,
                                 .size_max = WORK_ITEM_CANDIDATE_BYTES_MAX};
    while (page.more) {
        if (f.offset >= WORK_ITEM_CANDIDATE_COUNT_MAX)
            return ERR(TOO_LARGE, "too many work items would have to be looked at: narrow the "
                                  "search by state, start, patient or label");
        arena_reset(&scratch);
        TRY(work_item_reader_find(readers->work_items, &scratch, &f, &page));
        TRY(visit_page(&scratch, &page, conditions, visit, context));
        f.offset += page.items.len;
    }
    return OK;
}

/* ---- filters ---- */

static err add_key(struct arena *a, str line, struct work_item_condition_slice *out)
{
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth, equals = str_find_char(line, '=');
    struct work_item_condition condition;
    bool is_one;
    if (equals == SIZE_MAX ||
        !tag_path_from_name(str_sub(line, 0, equals), path, WORK_ITEM_PATH_DEPTH_MAX, &depth))
        return ERR(MALFORMED, "the filter names something that is no attribute");
    err e = work_item_condition_make(a, path, depth, str_sub(line, equals + 1, line.len), false,
                                     &condition, &is_one);
    if (e.code == ERR_INVALID)
        return (err){ERR_MALFORMED, e.text, e.where};
    TRY(e);
    if (is_one)
        *SLICE_PUSH(a, out) = condition;
    return OK;
}

err worklist_filter_read(struct arena *a, str filter, struct work_item_condition_slice *out)
{
    str line;
    *out = (struct work_item_condition_slice){0};
    if (filter.len == 0 || filter.len > FILTER_SIZE_MAX)
        return ERR(MALFORMED, "a filtered subscription has a filter of 1 to 8192 bytes");
    while (str_cut(&filter, '\n', &line)) {
        if (out->len == WORK_ITEM_KEY_COUNT_MAX)
            return ERR(MALFORMED, "too many matching keys");
        TRY(add_key(a, line, out));
    }
    return OK;
}

err worklist_subscribe_by_filters(struct command_ctx *ctx, const struct work_item *item)
{
    struct work_item_subscription_slice filtered;
    TRY(work_item_reader_find_subscriptions(ctx->readers->work_items, ctx->arena,
                                            item->organization_key, SUBSCRIPTION_FILTERED,
                                            FILTERED_SUBSCRIPTION_COUNT_MAX, &filtered));
    for (size_t i = 0; i < filtered.len; i++) {
        struct work_item_subscription own = filtered.at[i];
        struct work_item_condition_slice conditions;
        TRY(worklist_filter_read(ctx->arena, own.filter, &conditions));
        if (own.until_at.us != 0 || !work_item_matches(ctx->arena, &conditions, item))
            continue;
        own.scope = SUBSCRIPTION_ONE;
        own.work_item_key = item->key;
        own.filter = STR_NONE;
        TRY(work_item_writer_subscribe(ctx->uow->work_items, &own, true));
    }
    return OK;
}

err worklist_check_ae_title(str ae_title)
{
    bool fits = str_trim(ae_title).len != 0 && ae_title.len <= AE_TITLE_SIZE_MAX;
    for (size_t i = 0; i < ae_title.len; i++)
        fits = fits && ae_title.ptr[i] >= 0x20 && ae_title.ptr[i] < 0x7F && ae_title.ptr[i] != '\\';
    return fits ? OK : ERR(MALFORMED, "not an AE title");
}

enum subscription_scope worklist_scope_of(str uid)
{
    return str_eq(uid, STR(UPS_GLOBAL_SUBSCRIPTION_UID))     ? SUBSCRIPTION_GLOBAL
           : str_eq(uid, STR(UPS_FILTERED_SUBSCRIPTION_UID)) ? SUBSCRIPTION_FILTERED
                                                             : SUBSCRIPTION_ONE;
}
