/* Two walks: over the series, each with its tallies, and over the tallies in the order in which
 * they came, which is the order of the sets. */
#include "application/models/study_recount.h"

#include "base/arena.h"

/* By what is left in it; true when that changes it. */
static bool settle(enum study_state *state, instant trashed_at, int64_t left_count)
{
    enum study_state before = *state;
    if (!is_trashed_itself(before, trashed_at))
        *state = left_count == 0 ? STUDY_TRASHED : STUDY_RECEIVED;
    return *state != before;
}

static const struct series *find_series(const struct image_contents *contents, int64_t key)
{
    for (size_t i = 0; i < contents->series.len; i++)
        if (contents->series.at[i].key == key)
            return &contents->series.at[i];
    return NULL;
}

str transfer_syntaxes_of(struct arena *a, const struct image_contents *contents, int64_t series_key)
{
    str set = STR("");
    for (size_t i = 0; i < contents->tallies.len; i++) {
        const struct image_tally *t = &contents->tallies.at[i];
        const struct series *series = find_series(contents, t->series_key);
        if (series_key != 0 ? t->series_key == series_key
                            : series != NULL && series->state == STUDY_RECEIVED)
            set = value_set_add(a, set, t->transfer_syntax_uid);
    }
    return set;
}

static err recount_series(struct command_ctx *ctx, const struct image_contents *contents,
                          struct series *series, bool is_touched)
{
    int64_t count = 0, size = 0;
    str syntaxes = transfer_syntaxes_of(ctx->arena, contents, series->key);
    for (size_t i = 0; i < contents->tallies.len; i++) {
        const struct image_tally *t = &contents->tallies.at[i];
        if (t->series_key != series->key)
            continue;
        count += t->instance_count;
        size += t->size;
    }
    bool differs = settle(&series->state, series->trashed_at, count) ||
                   count != series->instance_count || size != series->size ||
                   !str_eq(syntaxes, series->transfer_syntaxes);
    if (!differs && !is_touched)
        return OK;
    series->instance_count = count;
    series->size = size;
    series->transfer_syntaxes = syntaxes;
    series->updated_at = clock_now(ctx->clock);
    return image_writer_save_series(ctx->uow->images, series);
}

static void recount_study(struct arena *a, const struct image_contents *contents,
                          struct study *study)
{
    study->series_count = study->instance_count = study->size = 0;
    study->modalities = study->sop_classes = STR("");
    study->transfer_syntaxes = transfer_syntaxes_of(a, contents, 0);
    for (size_t i = 0; i < contents->series.len; i++)
        study->series_count += contents->series.at[i].state == STUDY_RECEIVED;
    for (size_t i = 0; i < contents->tallies.len; i++) {
        const struct image_tally *t = &contents->tallies.at[i];
        const struct series *series = find_series(contents, t->series_key);
        if (series == NULL || series->state != STUDY_RECEIVED)
            continue;
        study->instance_count += t->instance_count;
        study->size += t->size;
        study->modalities = value_set_add(a, study->modalities, series->modality);
        study->sop_classes = value_set_add(a, study->sop_classes, t->sop_class_uid);
    }
}

err study_recount(struct command_ctx *ctx, struct image_row *row)
{
    struct image_contents contents;
    struct study *study = &row->study;
    TRY(image_writer_contents(ctx->uow->images, ctx->arena, study->key, &contents));
    for (size_t i = 0; i < contents.series.len; i++) {
        struct series *series = &contents.series.at[i];
        bool is_touched = series->key == row->series.key;
        TRY(recount_series(ctx, &contents, series, is_touched));
        if (is_touched)
            row->series = *series;
    }
    recount_study(ctx->arena, &contents, study);
    settle(&study->state, study->trashed_at, study->series_count);
    study->updated_at = clock_now(ctx->clock);
    return image_writer_save_study(ctx->uow->images, study);
}

err study_recount_with_series(struct command_ctx *ctx, struct image_row *row)
{
    struct image_row without = *row; /* it is not touched once more */
    row->series.updated_at = clock_now(ctx->clock);
    TRY(image_writer_save_series(ctx->uow->images, &row->series));
    without.series.key = 0;
    TRY(study_recount(ctx, &without));
    row->study = without.study;
    return OK;
}

err study_must_be_there(const struct image_row *row)
{
    if (is_trashed_itself(row->study.state, row->study.trashed_at))
        return ERR(CONFLICT, "the study is in the trash");
    if (is_trashed_itself(row->series.state, row->series.trashed_at))
        return ERR(CONFLICT, "the series is in the trash");
    return OK;
}
