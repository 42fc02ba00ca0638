/* Hands mails to a server (RFC 5321) through libcurl. The connection is kept from one mail to the
 * next; one thread sends, another may stop it. */
#ifndef INFRASTRUCTURE_SMTP_SMTP_CLIENT_H
#define INFRASTRUCTURE_SMTP_SMTP_CLIENT_H

#include "domain/entities/mail.h"
#include "infrastructure/smtp/smtp_url.h"

#include <pthread.h>

enum {
    SMTP_CONNECT_MS = 10000, /* up to the end of the sign-in */
    SMTP_ANSWER_SECONDS = 60,
    SMTP_SEND_MS = 120000 /* all of one mail; within MAIL_LEASE_SECONDS */
};
_Static_assert(SMTP_SEND_MS / 1000 + SMTP_ANSWER_SECONDS + 30 < MAIL_LEASE_SECONDS,
               "a mail's lease outlives its sending, and a server that does not say good-bye");

struct smtp_client {
    struct smtp_url url;
    const char *ca_file; /* NULL: those of the system */
    void *handle;        /* of libcurl */
    pthread_mutex_t lock;
    int fd; /* of the connection; -1: none */
    bool is_open, is_stopping;
};

struct smtp_answer {
    enum mail_outcome outcome;
    bool is_about_server; /* it is not the mail: others would not come through either */
    str words;            /* what the server said or what is wrong; UTF-8, on one line */
};

/* url: GANTRY_SMTP_URL; texts live in a. ca_file: of certificates that are trusted instead of the
 * system's; absent: none. Errors: INVALID, UNAVAILABLE. */
err smtp_client_open(struct smtp_client *c, struct arena *a, str url, str ca_file);
/* What is under way ends at once, and so does what comes. From any thread. */
void smtp_client_stop(struct smtp_client *c);
/* One that never opened is a no-op. */
void smtp_client_close(struct smtp_client *c);

/* Sends message, whole lines with CRLF. is_last: the connection is not needed afterwards. The words
 * live in a. */
void smtp_client_send(struct smtp_client *c, struct arena *a, str from, str to, str message,
                      bool is_last, struct smtp_answer *out);

#endif
