/* Delivery of the audit trail to a receiver of syslog (RFC 5424). The trail itself is the spool:
 * how far the receiver has everything is kept beside it, and moves only when a connection came to
 * an orderly end. What was sent since comes again after any failure, so each event arrives at least
 * once and first arrivals are in order; sequenceId tells them apart.
 *
 * The position stays one connection behind, because a receiver that is killed takes with it what it
 * had read and not yet written. */
#ifndef INFRASTRUCTURE_SYSLOG_AUDIT_SYSLOG_H
#define INFRASTRUCTURE_SYSLOG_AUDIT_SYSLOG_H

#include "application/models/audit_message.h"
#include "infrastructure/db_context.h"
#include "infrastructure/syslog/syslog_connection.h"

#include <pthread.h>

enum {
    AUDIT_SYSLOG_PAGE_SIZE = 200,
    AUDIT_SYSLOG_POLL_MS = 500,
    AUDIT_SYSLOG_SESSION_SECONDS = 10,        /* after which a connection is ended in order */
    AUDIT_SYSLOG_SESSION_EVENT_COUNT = 10000, /* or after so many events */
    AUDIT_SYSLOG_PAUSE_MS = 500,              /* after a failure, doubled with each … */
    AUDIT_SYSLOG_PAUSE_MS_MAX = 60000,        /* … up to this, half to one and a half times */
    AUDIT_SYSLOG_HOST_SIZE = 256,
    AUDIT_SYSLOG_ORGANIZATION_COUNT_MAX = 4096
};

#define AUDIT_SYSLOG_POSITION STR("syslog")

struct audit_syslog_settings {
    str url, source;
    struct db_context *db;
    struct clock *clock;
    bool (*leads)(void *owner); /* of all nodes only one sends */
    void *owner;
};

/* Of zeros before it is opened. */
struct audit_syslog {
    struct audit_syslog_settings settings;
    struct arena arena; /* of the URL */
    struct syslog_url url;
    struct syslog_connection connection;
    char host[AUDIT_SYSLOG_HOST_SIZE];
    uint64_t opened_ns;     /* the connection */
    unsigned session_count; /* events sent over it */
    int64_t sent, ended,
        kept;       /* keys: sent last, at the end of the last connection, in the database */
    bool is_placed; /* those are known */
    unsigned failure_streak;
    struct organization_slice organizations;
    struct arena names; /* of organizations */

    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool has_thread, stopping;
    uint64_t sent_count, failure_count;
    instant waiting_since; /* time of the oldest event that is not sent; absent: none is */
};

struct audit_syslog_state {
    uint64_t sent_count, failure_count;
    double lag_seconds;
};

/* Errors: INVALID (the URL), UNAVAILABLE. */
err audit_syslog_open(struct audit_syslog *s, const struct audit_syslog_settings *settings);
/* Ends the connection in order when that is soon done. */
void audit_syslog_close(struct audit_syslog *s);
struct audit_syslog_state audit_syslog_state(struct audit_syslog *s);

/* The message of RFC 5424, for tests too. */
void audit_syslog_message(struct buf *out, enum syslog_format format, const char *host,
                          const struct audit_origin *origin, const struct audit_event *event);

#endif
