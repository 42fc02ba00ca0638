/* The settings of an organization, written. */
#ifndef APPLICATION_MODELS_SETTINGS_SAVE_H
#define APPLICATION_MODELS_SETTINGS_SAVE_H

#include "application/models/base_model.h"

/* As they were read and then changed; also the first time, when there is no row of them. Errors:
 * SERIALIZATION (another was first). */
err settings_save(struct command_ctx *ctx, struct organization_settings *settings);

#endif
