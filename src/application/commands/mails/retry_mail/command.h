/* Send a mail that failed, is held or waits for its next attempt, now. */
#ifndef APPLICATION_COMMANDS_MAILS_RETRY_MAIL_COMMAND_H
#define APPLICATION_COMMANDS_MAILS_RETRY_MAIL_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"

struct retry_mail {
    uuid id;
};
struct retry_mail_result {
    struct mail mail;
};
DECLARE_USE_CASE(retry_mail);

#endif
