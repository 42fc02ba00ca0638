/* A mail to everybody who answers for an organization. */
#ifndef APPLICATION_MODELS_ADMINISTRATORS_MAIL_H
#define APPLICATION_MODELS_ADMINISTRATORS_MAIL_H

#include "application/models/base_model.h"
#include "application/services/mail_service.h"

enum { ADMINISTRATORS_MAIL_COUNT_MAX = 50 };

/* To each active administrator, the first 50 of them, in the organization's language and in the
 * transaction of whoever asks. */
err administrators_mail_queue(struct command_ctx *ctx, const struct organization_settings *settings,
                              enum mail_template template_name,
                              const struct mail_parameter *parameters, size_t parameter_count);

#endif
