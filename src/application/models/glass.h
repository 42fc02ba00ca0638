/* Breaking the glass: what of it is the same for a study and for a patient. */
#ifndef APPLICATION_MODELS_GLASS_H
#define APPLICATION_MODELS_GLASS_H

#include "application/models/grant_view.h"

enum { GLASS_REASON_LEN_MIN = 10 };

#define GLASS_REASON_FIELD(T_)                                                                     \
    FIELD(T_, reason, .flags = REQUIRED, .max = GRANT_REASON_SIZE_MAX,                             \
          .check = glass_reason_complaint, .doc = "Why, in at least ten characters",               \
          .example = "Trauma, patient unconscious")

const char *glass_reason_complaint(str reason);

/* Whether the caller may at all. Errors: FORBIDDEN (their organization does not allow it), CONFLICT
 * (everything is open to them already). */
err glass_check(struct command_ctx *ctx, struct organization_settings *settings);

/* Gives the caller what the grant is on, for as long as the organization says: with an audit event,
 * a line in the log, an event for others and a mail to the administrators. Errors: RATE_LIMITED. */
err glass_break(struct command_ctx *ctx, const struct organization_settings *settings, str reason,
                struct grant *grant);

#endif
