/* What leaves the trash for good, on whatever level. */
#ifndef APPLICATION_MODELS_PURGE_H
#define APPLICATION_MODELS_PURGE_H

#include "application/models/base_model.h"

/* Errors: NOT_FOUND; CONFLICT: not in the trash itself, or its study is on legal hold;
 * PRECONDITION_FAILED: another version than if_match, unless that is 0. */
err purge_trashed(struct command_ctx *ctx, enum image_level level, uuid id, int64_t if_match);

#endif
