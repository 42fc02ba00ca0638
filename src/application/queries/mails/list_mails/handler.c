/* Pages by number; newest first where nothing else is asked. */
#include "application/queries/mails/list_mails/query.h"

static const char *state_complaint(str name);
static const char *template_complaint(str name);

SCHEMA(list_mails, FIELD_EMBED_OF(list_mails, page, paged_query),
       FIELD_EMBED_OF(list_mails, search, searchable_query),
       FIELD(list_mails, state, .check = state_complaint,
             .doc = "Only in that state: queued, sending, sent, failed, held"),
       FIELD(list_mails, template_name, .check = template_complaint, .doc = "Only of that kind"));
SCHEMA(list_mails_result, FIELD_LIST_OF(list_mails_result, items, mail),
       FIELD_EMBED_OF(list_mails_result, page, paged_result));

static const char *state_complaint(str name)
{
    return name_number(mail_state_names, name).is_set ? NULL : "is no state of a mail";
}

static const char *template_complaint(str name)
{
    return name_number(mail_template_names, name).is_set ? NULL : "is no kind of mail";
}

static const char *const sortable[] = {"created_at", "recipient", "state", NULL};

static err list_mails_handle(struct query_ctx *ctx, const struct list_mails *query,
                             struct list_mails_result *out)
{
    struct mail_filter filter = {.organization_key = ctx->principal->organization_key,
                                 .search = query->search.search,
                                 .state = name_number(mail_state_names, query->state),
                                 .template_name =
                                     name_number(mail_template_names, query->template_name),
                                 .offset = paged_query_offset(&query->page),
                                 .limit = paged_query_size(&query->page)};
    int64_t total;
    searchable_query_sort(&query->search, sortable, ctx->arena, &filter.sort, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(mail_reader_find(ctx->readers->mails, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_mails, .needs = READ_USERS, .doc = "List mails");
