/* By the database where its columns answer everything, else by looking at the candidates. */
#include "application/queries/work_items/search_work_items/query.h"

SCHEMA_EMPTY(search_work_items);
SCHEMA_EMPTY(search_work_items_result);

static err ask_database(struct query_ctx *ctx, const struct search_work_items *query,
                        struct search_work_items_result *out)
{
    struct work_item_page page;
    const struct work_item_filter f = {.organization_key = ctx->principal->organization_key,
                                       .conditions = query->conditions,
                                       .offset = query->offset,
                                       .limit = query->limit,
                                       .size_max = WORK_ITEM_CANDIDATE_BYTES_MAX,
                                       .wants_total = true};
    TRY(work_item_reader_find(ctx->readers->work_items, ctx->arena, &f, &page));
    for (size_t i = 0; i < page.items.len; i++)
        *SLICE_PUSH(ctx->arena, &out->data_sets) = page.items.at[i].data_set;
    out->total = page.total;
    out->more = page.more;
    return OK;
}

struct gathering {
    struct arena *arena;
    const struct search_work_items *query;
    struct search_work_items_result *out;
    size_t size;
};

static err gather(void *context, const struct work_item *item)
{
    struct gathering *g = context;
    struct search_work_items_result *out = g->out;
    if ((uint64_t)out->total++ < g->query->offset)
        return OK;
    out->more = out->data_sets.len == g->query->limit || g->size >= WORK_ITEM_CANDIDATE_BYTES_MAX;
    if (out->more)
        return OK;
    *SLICE_PUSH(g->arena, &out->data_sets) = str_copy(g->arena, item->data_set);
    g->size += item->data_set.len;
    return OK;
}

static err search_work_items_handle(struct query_ctx *ctx, const struct search_work_items *query,
                                    struct search_work_items_result *out)
{
    for (size_t i = 0; i < query->conditions.len; i++)
        if (!work_item_condition_is_of_column(&query->conditions.at[i])) {
            struct gathering g = {ctx->arena, query, out, 0};
            return worklist_each_match(ctx->readers, ctx->principal->organization_key,
                                       &query->conditions, gather, &g);
        }
    return ask_database(ctx, query, out);
}
QUERY(search_work_items, .needs = READ_WORK_ITEMS, .reads_patient_data = true,
      .doc = "Search work items");
