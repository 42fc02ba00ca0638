/* What a study and its series say of what is in them, made anew of what is not in the trash. */
#ifndef APPLICATION_MODELS_STUDY_RECOUNT_H
#define APPLICATION_MODELS_STUDY_RECOUNT_H

#include "application/models/base_model.h"

/* Counts, sizes, modalities, SOP classes, transfer syntaxes. A series in which nothing is left goes
 * to the trash with its study if that was the last; they come back when something of it does. row
 * is the study as it is, and the series whose instances changed, key 0 for none: they are saved and
 * have one more version, other series only where they differ. In a unit of work that has begun.
 * Errors: those of the saves. */
err study_recount(struct command_ctx *ctx, struct image_row *row);

/* The transfer syntaxes of one series, or of all that are not in the trash (series_key 0). */
str transfer_syntaxes_of(struct arena *a, const struct image_contents *contents,
                         int64_t series_key);

/* Saves the series of row, whose state changed, and counts its study anew. */
err study_recount_with_series(struct command_ctx *ctx, struct image_row *row);

/* Neither the study nor the series, as far as row has them, is in the trash itself.
 * Errors: CONFLICT. */
err study_must_be_there(const struct image_row *row);

#endif
