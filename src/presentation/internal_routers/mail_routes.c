/* Mails that were sent, or are to be. */
#include "application/commands/mails/retry_mail/command.h"
#include "application/commands/mails/send_test_mail/command.h"
#include "application/queries/mails/get_mail/query.h"
#include "application/queries/mails/list_mails/query.h"
#include "presentation/internal_routers/routers.h"

const struct route mail_routes[] = {
    {"GET", "/mails", &list_mails_use_case, .tag = "mails"},
    {"POST", "/mails/test", &send_test_mail_use_case, .body = HTTP_BODY_BUFFERED, .success = 202,
     .tag = "mails"},
    {"GET", "/mails/{id}", &get_mail_use_case, .tag = "mails"},
    {"POST", "/mails/{id}/retry", &retry_mail_use_case, .tag = "mails"},
};
const size_t mail_route_count = COUNT_OF(mail_routes);
