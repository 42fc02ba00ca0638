/* A mail that the program sends: to whom, which template with which values, and how far it is. It
 * is written in the transaction of the command that causes it and sent by a worker. A mail says
 * nothing about patients: who opens it is not known, and it crosses servers that belong to nobody
 * here. */
#ifndef DOMAIN_ENTITIES_MAIL_H
#define DOMAIN_ENTITIES_MAIL_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    MAIL_VALUE_COUNT_MAX = 16,
    MAIL_VALUE_SIZE_MAX = 1024,
    MAIL_LIST_SIZE_MAX = 32 * 1024,
    MAIL_ERROR_SIZE_MAX = 500,       /* of what a server said */
    MAIL_LEASE_SECONDS = 240,        /* for one mail, from its claim to its outcome */
    MAIL_TRY_SECONDS = 24 * 60 * 60, /* then it has failed */
    MAIL_PAUSE_SECONDS_MIN = 60,     /* between attempts, doubled each time up to the next */
    MAIL_PAUSE_SECONDS_MAX = 4 * 60 * 60,
    MAIL_KEPT_SECONDS = 90 * 24 * 60 * 60 /* whatever became of it */
};

/* Kept as numbers: a new one comes last. */
enum mail_template {
    MAIL_INVITATION,
    MAIL_PASSWORD_RESET,
    MAIL_PASSWORD_CHANGED,
    MAIL_NEW_SIGN_IN,
    MAIL_SHARE_LINK,
    MAIL_UPLOAD_LINK,
    MAIL_API_KEY_CREATED,
    MAIL_TEST, /* whether mails arrive at all */
    MAIL_GLASS_BROKEN,
    MAIL_MFA_REMOVED,
    MAIL_SECURITY_CHANGED,
    /* of notifications, one for each kind */
    MAIL_STUDY_RECEIVED,
    MAIL_INBOX_RECEIVED,
    MAIL_SHARE_OPENED,
    MAIL_TASK_SUCCEEDED,
    MAIL_TASK_FAILED,
    MAIL_REPORT_CRITICAL,
    MAIL_REPORT_ESCALATED,
    MAIL_REPORT_ACKNOWLEDGED,
    MAIL_REPORT_TAKEN_OVER,
    MAIL_WEBHOOK_DEACTIVATED,
    MAIL_DIGEST, /* several of them */
    MAIL_STORAGE_LOW,
    MAIL_STORAGE_FULL,
    MAIL_STORAGE_OK,
    MAIL_TEMPLATE_COUNT
};
extern const char *const mail_template_names[]; /* NULL-terminated */

/* Kept as numbers. */
enum mail_state {
    MAIL_QUEUED,
    MAIL_SENDING, /* a worker has it, until its lease ends */
    MAIL_SENT,    /* a server has taken it */
    MAIL_FAILED,  /* refused for good, or not taken in time; see last_error */
    MAIL_HELD,    /* a setting is missing without which it cannot go out; see last_error */
    MAIL_STATE_COUNT
};
extern const char *const mail_state_names[];

struct mail {
    ENTITY_MEMBERS;
    enum mail_template template_name;
    str language; /* of the template, "en" */
    str recipient;
    str recipient_name; /* absent when it is not known */
    str subject;        /* without secrets */
    str parameters;     /* struct mail_values as JSON, without the secret ones */
    str secrets; /* the secret ones, sealed; absent when there are none and once it is sent */
    bool needs_public_url; /* there is a link in it */
    enum mail_state state;
    int64_t attempt_count;
    instant next_attempt_at; /* not before; of one being sent, when its lease ends; of one that is
                                held, since when */
    instant give_up_at;
    instant sent_at;
    str last_error; /* in words */
    str message_id; /* RFC 5322 3.6.4; the same in each attempt */
};
DECLARE_SCHEMA(mail);
SLICE(mail);

/* A value of a template by name. */
struct mail_value {
    str name, value;
};
DECLARE_SCHEMA(mail_value);
SLICE(mail_value);
struct mail_values {
    struct mail_value_slice items;
};
DECLARE_SCHEMA(mail_values);

/* Becomes one that is being sent, by whoever claimed it. */
void mail_begin_attempt(struct mail *mail, instant now);

/* What came of an attempt. */
enum mail_outcome {
    MAIL_TAKEN,
    MAIL_TRY_AGAIN, /* not now */
    MAIL_REFUSED,   /* never */
    MAIL_OUTCOME_COUNT
};
extern const char *const mail_outcome_names[];

/* Ends the attempt that mail_begin_attempt began. words: what the server said; chance: any number.
 * Once it is sent nothing secret is left. One that could not be sent in time has failed. */
void mail_end_attempt(struct mail *mail, enum mail_outcome outcome, str words, instant now,
                      uint32_t chance);
/* It was not tried after all, for want of a setting. */
void mail_hold(struct mail *mail, str obstacle, instant now);
/* From the beginning, as if it were new. Errors: CONFLICT (it is sent, or is being sent). */
err mail_retry(struct mail *mail, instant now);

/* The pause after that many attempts, between three quarters of it and five quarters, so that many
 * that failed together do not come again together. chance: any number. */
int64_t mail_pause_us(int64_t attempt_count, uint32_t chance);

#endif
