/* Copies of the signed text. */
#include "application/models/report_revision.h"

/* The numbers go on behind every version that there ever was, those that were discarded too. */
static err next_version(struct command_ctx *ctx, const struct report *report,
                        struct report_version *signed_one, int64_t *number)
{
    struct report_version_slice all;
    TRY(report_reader_find_versions(ctx->readers->reports, ctx->arena, report->key, &all));
    *number = 1;
    for (size_t i = 0; i < all.len; i++) {
        if (all.at[i].number == report->signed_number)
            *signed_one = all.at[i];
        *number = all.at[i].number >= *number ? all.at[i].number + 1 : *number;
    }
    return *number <= REPORT_VERSION_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "the report has as many versions as one can have");
}

static err add_addendum(struct command_ctx *ctx, const struct report_revision *revision,
                        struct report_writing *w)
{
    if (w->content.addenda.len == REPORT_ADDENDUM_COUNT_MAX)
        return ERR(CONFLICT, "the report has as many addenda as one can have");
    struct report_addendum *addendum = SLICE_PUSH(ctx->arena, &w->content.addenda);
    *addendum = (struct report_addendum){.number = w->version.number,
                                         .text = revision->addendum.ptr != NULL ? revision->addendum
                                                                                : STR(""),
                                         .author_name = w->version.author_name,
                                         .written_at = clock_now(ctx->clock)};
    return report_content_size(&w->content) <= REPORT_TEXT_SIZE_MAX
               ? OK
               : ERR(CONFLICT, "the report is as long as one can be");
}

err report_revise(struct command_ctx *ctx, uuid id, int64_t if_match,
                  const struct report_revision *revision, struct report_view *out)
{
    struct report_writing w = {0};
    struct report_version before = {0};
    int64_t number;
    TRY(report_to_change(ctx, id, if_match, &w.report));
    TRY(report_may_revise(&w.report));
    TRY(next_version(ctx, &w.report, &before, &number));
    TRY(report_content_read(ctx->arena, before.content, &w.content));
    w.version = report_version_new(ctx, &w.report, number, revision->kind);
    w.version.reason = revision->reason;
    TRY(report_author_name(ctx, &w.version.author_name));
    if (revision->kind == REPORT_ADDENDUM)
        TRY(add_addendum(ctx, revision, &w));
    w.version.content = report_content_text(ctx->arena, &w.content);
    w.report.working_number = number;
    w.report.updated_at = clock_now(ctx->clock);
    TRY(report_writer_save(ctx->uow->reports, &w.report));
    TRY(report_check_lock(ctx, &w.report));
    TRY(report_writer_add_version(ctx->uow->reports, &w.version));
    return report_show(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), &w.report,
                       out);
}
