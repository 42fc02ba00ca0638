/* Note what came of an attempt to send a mail. */
#ifndef APPLICATION_COMMANDS_MAILS_SETTLE_MAIL_COMMAND_H
#define APPLICATION_COMMANDS_MAILS_SETTLE_MAIL_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"

struct settle_mail {
    struct mail mail; /* as it was claimed, with its Message-ID */
    enum mail_outcome outcome;
    str words; /* of the server */
};
struct settle_mail_result {
    struct mail mail;
};
/* Errors: PRECONDITION_FAILED (its lease had ended and somebody else has it). */
DECLARE_USE_CASE(settle_mail);

#endif
