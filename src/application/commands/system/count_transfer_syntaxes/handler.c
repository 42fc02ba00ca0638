/* Nothing else of them changes, so that whoever has seen them need not look again. */
#include "application/commands/system/count_transfer_syntaxes/command.h"

#include "application/models/study_recount.h"

enum { COUNTED_STUDY_COUNT = 20 }; /* in one unit of work */

SCHEMA_EMPTY(count_transfer_syntaxes);
SCHEMA(count_transfer_syntaxes_result,
       FIELD(count_transfer_syntaxes_result, study_count, .doc = "Studies counted"),
       FIELD(count_transfer_syntaxes_result, has_more, .doc = "There may be further ones"));

static err count_study(struct command_ctx *ctx, int64_t study_key)
{
    struct image_writer *images = ctx->uow->images;
    struct image_contents contents;
    TRY(image_writer_contents(images, ctx->arena, study_key, &contents));
    for (size_t i = 0; i < contents.series.len; i++)
        TRY(image_writer_set_transfer_syntaxes(
            images, LEVEL_SERIES, contents.series.at[i].key,
            transfer_syntaxes_of(ctx->arena, &contents, contents.series.at[i].key)));
    return image_writer_set_transfer_syntaxes(images, LEVEL_STUDY, study_key,
                                              transfer_syntaxes_of(ctx->arena, &contents, 0));
}

static err count_transfer_syntaxes_handle(struct command_ctx *ctx,
                                          const struct count_transfer_syntaxes *cmd,
                                          struct count_transfer_syntaxes_result *out)
{
    struct key_slice studies;
    (void)cmd;
    TRY(image_reader_uncounted(ctx->readers->images, ctx->arena, COUNTED_STUDY_COUNT, &studies));
    for (size_t i = 0; i < studies.len; i++)
        TRY(count_study(ctx, studies.at[i]));
    out->study_count = (int64_t)studies.len;
    out->has_more = studies.len == COUNTED_STUDY_COUNT;
    return OK;
}
COMMAND(count_transfer_syntaxes, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Count the transfer syntaxes of studies from before");
