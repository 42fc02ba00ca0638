/* One mail, as its recipient sees it. The one-time link in it is shown while it is held, that is
 * when nobody but an administrator can pass it on, and only to who may write users, who could let
 * themselves in anyway. In any other state it is the recipient's alone. */
#ifndef APPLICATION_QUERIES_MAILS_GET_MAIL_QUERY_H
#define APPLICATION_QUERIES_MAILS_GET_MAIL_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"

struct get_mail {
    uuid id;
};
struct get_mail_result {
    struct mail mail;
    bool shows_link; /* false: dots stand for what is secret, if anything is */
    str text, html;
};
DECLARE_USE_CASE(get_mail);

#endif
