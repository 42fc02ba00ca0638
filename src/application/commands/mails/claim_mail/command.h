/* Take the next mail that is to be sent, for whoever sends it now. */
#ifndef APPLICATION_COMMANDS_MAILS_CLAIM_MAIL_COMMAND_H
#define APPLICATION_COMMANDS_MAILS_CLAIM_MAIL_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"

struct claim_mail {
    EMPTY_STRUCT;
};
struct claim_mail_result {
    bool is_claimed; /* false: there is none */
    bool is_last;    /* no other is due now */
    bool is_held;    /* it cannot be sent for want of a setting; that is settled already */
    struct mail mail;
};
DECLARE_USE_CASE(claim_mail);

#endif
