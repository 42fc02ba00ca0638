/* Other bytes under the UID of an instance: beside it, or in its place. In a unit of work that has
 * begun. */
#ifndef APPLICATION_MODELS_INSTANCE_VERSIONS_H
#define APPLICATION_MODELS_INSTANCE_VERSIONS_H

#include "application/models/instance_content.h"
#include "domain/entities/instance_version.h"

/* The content becomes a version of row's instance unless it is one: *was_there.
 * Errors: CONFLICT (too many). */
err instance_keep(struct command_ctx *ctx, const struct image_row *row,
                  const struct instance_content *content, bool *was_there);

/* The content becomes what is served, and what was served a version, for that reason. Series and
 * study say what it says. Errors: CONFLICT (too many versions), and those of the saves. */
err instance_replace(struct command_ctx *ctx, struct image_row *row,
                     const struct instance_content *content, enum version_reason reason);

/* Instance, series and study say what the content does: that of the bytes which are served. */
err instance_describe_again(struct command_ctx *ctx, struct image_row *row,
                            const struct instance_content *content);

#endif
