/* Pages by number; newest first where nothing else is asked. */
#include "application/queries/tasks/list_tasks/query.h"

#include "application/services/tasks/task_end.h"

static const char *state_complaint(str name);

SCHEMA(list_tasks, FIELD_EMBED_OF(list_tasks, page, paged_query),
       FIELD_EMBED_OF(list_tasks, search, searchable_query),
       FIELD(list_tasks, state, .check = state_complaint,
             .doc = "Only in that state: waiting, queued, running, succeeded, failed, cancelled"),
       FIELD(list_tasks, kind, .max = TASK_KIND_SIZE_MAX, .doc = "Only of that kind"),
       FIELD(list_tasks, subject_id, .doc = "Only about that study, report, …"));
SCHEMA(list_tasks_result, FIELD_LIST_OF(list_tasks_result, items, task_view),
       FIELD_EMBED_OF(list_tasks_result, page, paged_result));

static const char *state_complaint(str name)
{
    return name_number(task_state_names, name).is_set ? NULL : "is no state of a task";
}

static const char *const sortable[] = {"created_at", "priority", "state", "kind", NULL};

static err list_tasks_handle(struct query_ctx *ctx, const struct list_tasks *query,
                             struct list_tasks_result *out)
{
    struct task_filter filter = {.organization_key = ctx->principal->organization_key,
                                 .created_by = task_maker_shown(ctx->principal),
                                 .state = name_number(task_state_names, query->state),
                                 .kind = query->kind,
                                 .subject_id = query->subject_id,
                                 .offset = paged_query_offset(&query->page),
                                 .limit = paged_query_size(&query->page)};
    struct task_slice found;
    int64_t total;
    searchable_query_sort(&query->search, sortable, ctx->arena, &filter.sort, &ctx->scope->issues);
    if (query->search.search.len != 0)
        issues_add(&ctx->scope->issues, STR("search"), "tasks have no text to search");
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(task_reader_find(ctx->readers->tasks, ctx->arena, &filter, &found, &total));
    for (size_t i = 0; i < found.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = task_view_of(&found.at[i], clock_now(ctx->clock));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_tasks, .needs = SIGNED_IN, .doc = "List tasks");
