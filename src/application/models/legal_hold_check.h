/* What is on legal hold stays, whoever asks. */
#ifndef APPLICATION_MODELS_LEGAL_HOLD_CHECK_H
#define APPLICATION_MODELS_LEGAL_HOLD_CHECK_H

#include "application/models/base_model.h"

/* In a unit of work that has located the study. Errors: CONFLICT (it is on hold). */
err legal_hold_check(struct command_ctx *ctx, const struct study *study);

#endif
