/* A study that stays because of its reports has nothing in it: that is counted. */
#include "application/models/purge.h"

#include "application/models/legal_hold_check.h"
#include "application/models/study_recount.h"

struct trashed {
    int64_t version;
    enum study_state state;
    instant trashed_at;
};

static struct trashed trashed_of(enum image_level level, const struct image_row *row)
{
    const struct study *study = &row->study;
    const struct series *series = &row->series;
    const struct instance *instance = &row->instance;
    if (level == LEVEL_STUDY)
        return (struct trashed){study->version, study->state, study->trashed_at};
    if (level == LEVEL_SERIES)
        return (struct trashed){series->version, series->state, series->trashed_at};
    return (struct trashed){instance->version, instance->state, instance->trashed_at};
}

err purge_trashed(struct command_ctx *ctx, enum image_level level, uuid id, int64_t if_match)
{
    struct image_row row;
    bool is_gone;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               level, id, &row));
    const struct trashed found = trashed_of(level, &row);
    ctx->scope->subject_id = id;
    if (if_match != 0 && if_match != found.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed it");
    if (!is_trashed_itself(found.state, found.trashed_at))
        return ERR(CONFLICT, "it is not in the trash");
    TRY(legal_hold_check(ctx, &row.study));
    TRY(image_writer_purge(ctx->uow->images, level, &row, clock_now(ctx->clock), &is_gone));
    return is_gone ? OK : study_recount(ctx, &row);
}
