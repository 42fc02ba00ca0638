/* Another version of a report that is signed. */
#ifndef APPLICATION_MODELS_REPORT_REVISION_H
#define APPLICATION_MODELS_REPORT_REVISION_H

#include "application/models/report_writing.h"

struct report_revision {
    enum report_version_kind kind;
    str reason;
    str addendum; /* its text so far */
};

/* Begins it with a copy of the signed one, so that each version says all by itself.
 * Errors: those of report_to_change, CONFLICT. */
err report_revise(struct command_ctx *ctx, uuid id, int64_t if_match,
                  const struct report_revision *revision, struct report_view *out);

#endif
