/* Send a mail to oneself, to see whether mails arrive and what is wrong if not. */
#ifndef APPLICATION_COMMANDS_MAILS_SEND_TEST_MAIL_COMMAND_H
#define APPLICATION_COMMANDS_MAILS_SEND_TEST_MAIL_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"

struct send_test_mail {
    str language;
};
struct send_test_mail_result {
    struct mail mail;
};
DECLARE_USE_CASE(send_test_mail);

#endif
