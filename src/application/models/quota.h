/* What an organization may store. */
#ifndef APPLICATION_MODELS_QUOTA_H
#define APPLICATION_MODELS_QUOTA_H

#include "application/models/base_model.h"

/* Whether size bytes more are within its quota. Errors: NO_SPACE. */
err quota_check(struct readers *readers, struct arena *a, int64_t organization_key, int64_t size);

/* The same in a unit of work that is about to store them; where they reach 80 or 95 percent of the
 * quota, its administrators are told. Errors: NO_SPACE. */
err quota_take(struct command_ctx *ctx, int64_t size);

#endif
