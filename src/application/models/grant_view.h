/* A grant as people see it, and the rules for giving one. */
#ifndef APPLICATION_MODELS_GRANT_VIEW_H
#define APPLICATION_MODELS_GRANT_VIEW_H

#include "application/models/base_model.h"

struct grant_view {
    struct grant grant;
    struct str_slice permissions;
};
DECLARE_SCHEMA(grant_view);
SLICE(grant_view);

void grant_view_of(struct arena *a, const struct grant *grant, struct grant_view *out);

/* The caller may read that study, whatever right the use case needs. Errors: NOT_FOUND. */
err grant_study(struct readers *readers, struct arena *a, const struct principal *principal,
                instant now, uuid study_id, struct study *out);

/* A grant on a study or a patient, to a user or a group, of the caller's organization, that the
 * caller may change: one on what they may read, or that they gave themselves. Errors: NOT_FOUND. */
err grant_to_change(struct command_ctx *ctx, uuid id, struct grant *out);

/* Whether the caller may give that, or give it for longer: each right is theirs on everything, or
 * on that very study and for as long. In that second case not to themselves, to a group they are in
 * or to a key, which they may hold. Errors: FORBIDDEN. */
err grant_check_giver(struct command_ctx *ctx, const struct grant *grant);

/* A page of those that the filter finds. */
err grant_list(struct query_ctx *ctx, const struct grant_filter *filter,
               struct grant_view_slice *out, int64_t *total);

#endif
