/* How often somebody may make what stays, or what sends mail to others: far more than people do,
 * and no more than an installation bears. */
#ifndef APPLICATION_MODELS_MADE_OFTEN_H
#define APPLICATION_MODELS_MADE_OFTEN_H

#include "application/models/base_model.h"

enum {
    MADE_BURST = 1000, /* shares, albums, groups, grants: of each so many at once, */
    MADE_PER_MINUTE = 60,
    MAILED_BURST = 100, /* invitations, opening in emergencies */
    MAILED_PER_MINUTE = 5
};

/* Counts one more of them for the caller; the program itself is not counted.
 * Errors: RATE_LIMITED. */
err made_often_check(struct command_ctx *ctx, const char *what);
err mailed_often_check(struct command_ctx *ctx, const char *what);
/* At a rate of its own. */
err made_often_check_rate(struct command_ctx *ctx, const char *what, uint32_t burst,
                          uint32_t per_minute);

#endif
