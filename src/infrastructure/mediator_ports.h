/* What the mediator's behaviours need, over whichever database: rights, views and units of work,
 * answers remembered under Idempotency-Keys, the audit trail, metrics. */
#ifndef INFRASTRUCTURE_MEDIATOR_PORTS_H
#define INFRASTRUCTURE_MEDIATOR_PORTS_H

#include "application/services/message_bus.h"
#include "core/mediator.h"
#include "domain/entities/principal.h"
#include "infrastructure/db_context.h"

#include <pthread.h>

enum {
    AUDIT_TOUCH_COUNT = 8192,
    AUDIT_TOUCH_SECONDS =
        300 /* reads of a study within that time after the first are counted, not recorded anew */
};

/* Whoever works on the outbox listens here, and looks now and then anyway. */
#define OUTBOX_CHANNEL STR("outbox")

/* A principal's reads of one study, or instances it stored there, that follow the one on record;
 * they are told by one event more. */
struct audit_touch {
    uint64_t who_and_what;      /* hash of principal and subject */
    struct audit_event further; /* texts without an owner: see the members below */
    const char *action, *actor_kind, *subject_kind;
    char peer_address[46], request_id[40], actor_name[PRINCIPAL_NAME_SIZE];
    char study_instance_uid[65], patient_id[65];
};

struct use_case_metric {
    const struct use_case *use_case;
    uint64_t call_count, error_count, total_ns;
};

struct shown_uids;

struct mediator_ports {
    struct mediator base;
    struct db_context *db;
    struct clock *clock;
    struct message_bus
        *bus; /* told on channel OUTBOX_CHANNEL when a commit brought events; NULL: nobody */
    pthread_mutex_t lock; /* of touches */
    struct audit_touch *touches;
    struct use_case_metric metrics[USE_CASE_COUNT_MAX];
    unsigned char view_secret[32]; /* keys of de-identified views follow from it */
    bool has_view_secret;          /* false: there are none */
    struct shown_uids *shown_uids;
};

void mediator_ports_open(struct mediator_ports *m, struct db_context *db, struct clock *clock);
/* The installation's secret, from which the pseudonyms of de-identified views follow: without it
 * they are seen by nobody. */
void mediator_ports_use_secret(struct mediator_ports *m, const unsigned char secret[32]);
void mediator_ports_close(struct mediator_ports *m);

/* Writes the reads that were counted meanwhile. For the worker, and at the end. */
err mediator_ports_flush_audit(struct mediator_ports *m);

#endif
