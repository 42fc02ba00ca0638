/* Sends what is queued: claims a mail, hands it to the server, notes what came of it. Killed
 * between, a mail is sent again when its lease has ended, under the same Message-ID. */
#ifndef INFRASTRUCTURE_MAIL_SENDER_H
#define INFRASTRUCTURE_MAIL_SENDER_H

#include "core/handler_interface.h"
#include "infrastructure/smtp/mail_message.h"
#include "infrastructure/smtp/smtp_client.h"

enum {
    MAIL_AWAY_SECONDS_MIN = 5, /* a server that is away is left alone, doubled each time */
    MAIL_AWAY_SECONDS_MAX = 5 * 60
};

struct mail_sender {
    struct smtp_client client; /* not open: mails are held */
    struct mail_address from;
    unsigned away_seconds;
    uint64_t away_until_ns;
    bool is_stopping;
};

/* smtp_url: absent when there is no server. Texts live in a. Errors: INVALID, UNAVAILABLE. */
err mail_sender_open(struct mail_sender *s, struct arena *a, str smtp_url, str ca_file, str from);
/* From any thread: the run that is under way ends soon. */
void mail_sender_stop(struct mail_sender *s);
/* Nobody runs it any more. */
void mail_sender_close(struct mail_sender *s);

/* The next mail, if there is one. scope: of the program itself. goes_on: there may be another one
 * that can be sent now. Errors: UNAVAILABLE and the like, of the database. */
err mail_sender_step(struct mail_sender *s, struct scope *scope, bool *goes_on);

#endif
