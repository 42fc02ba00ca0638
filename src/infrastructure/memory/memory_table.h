/* Tables of rows, each row a struct of the domain that is never changed once it is in. What SQL
 * says with constraints is said here by a rule for each table. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_TABLE_H
#define INFRASTRUCTURE_MEMORY_MEMORY_TABLE_H

#include "base/schema.h"
#include "dicom/value_match.h"
#include "domain/entities/album.h"
#include "domain/entities/grant.h"
#include "domain/entities/instance.h"
#include "domain/entities/non_patient_object.h"
#include "domain/entities/share.h"

enum memory_table {
    MEMORY_ORGANIZATIONS,
    MEMORY_USERS,
    MEMORY_SESSIONS,
    MEMORY_PATIENTS,
    MEMORY_STUDIES,
    MEMORY_SERIES,
    MEMORY_INSTANCES,
    MEMORY_NON_PATIENT_OBJECTS,
    MEMORY_INSTANCE_VERSIONS,
    MEMORY_AUDIT_EVENTS,
    MEMORY_AUDIT_CUTS,
    MEMORY_AUDIT_POSITIONS,
    MEMORY_CHANGES,
    MEMORY_IDEMPOTENCY_RECORDS,
    MEMORY_LEASES,
    MEMORY_WORK_ITEMS,
    MEMORY_WORK_ITEM_SUBSCRIPTIONS,
    MEMORY_WORK_ITEM_EVENTS,
    MEMORY_TASKS,
    MEMORY_SCHEDULES,
    MEMORY_RETENTION_RULES,
    MEMORY_LEGAL_HOLDS,
    MEMORY_IDENTITY_PROVIDERS,
    MEMORY_IDENTITIES,
    MEMORY_OUTBOX,
    MEMORY_EVENT_POSITIONS,
    MEMORY_STUDY_ARRIVALS,
    MEMORY_MAILS,
    MEMORY_INDEXED_ATTRIBUTES,
    MEMORY_VALUES,
    MEMORY_GRANTS,
    MEMORY_ROLES,
    MEMORY_GROUPS,
    MEMORY_GROUP_MEMBERS,
    MEMORY_ORGANIZATION_SETTINGS,
    MEMORY_SIGNING_KEYS,
    MEMORY_PASSWORD_REQUESTS,
    MEMORY_SHARES,
    MEMORY_SHARE_VISITS,
    MEMORY_ALBUMS,
    MEMORY_ALBUM_STUDIES,
    MEMORY_API_KEYS,
    MEMORY_UPLOADS,
    MEMORY_UPLOAD_PARTS,
    MEMORY_UPLOAD_FILES,
    MEMORY_NOTIFICATIONS,
    MEMORY_DEIDENTIFICATION_PROJECTS,
    MEMORY_DEIDENTIFIED_PATIENTS,
    MEMORY_DESTINATIONS,
    MEMORY_TASK_REPORTS,
    MEMORY_NOTIFICATION_SETTINGS,
    MEMORY_NOTIFICATION_MAILS,
    MEMORY_USER_DEVICES,
    MEMORY_REPORTS,
    MEMORY_REPORT_VERSIONS,
    MEMORY_REPORT_LOCKS,
    MEMORY_CRITICAL_RESULTS,
    MEMORY_REPORT_TEMPLATES,
    MEMORY_WEBHOOKS,
    MEMORY_WEBHOOK_DELIVERIES,
    MEMORY_TABLE_COUNT
};

/* In the order of their keys, which are the first member of each. Behind len may be rows of a unit
 * of work that was given up, or of one that is under way: they are no part of it. */
struct memory_rows {
    const void **at;
    size_t len, room;
    int64_t last_key; /* no key is given twice */
    bool is_own; /* of this state alone: at[0, len) may be written */
};

struct memory_state {
    struct memory_rows tables[MEMORY_TABLE_COUNT];
};

/* A row of MEMORY_INSTANCES. */
struct memory_instance {
    struct instance instance;
    struct instance_blobs blobs;
};

/* A row of MEMORY_NON_PATIENT_OBJECTS. */
struct memory_non_patient_object {
    struct non_patient_object object;
    struct instance_blobs blobs;
};

/* A row of MEMORY_ALBUM_STUDIES. */
struct memory_album_study {
    int64_t key, album_key, study_key;
};

/* A row of MEMORY_VALUES. */
struct memory_value {
    int64_t key, attribute_key, instance_key;
    struct attribute_value value;
};

/* A row of MEMORY_GROUP_MEMBERS. */
struct memory_membership {
    int64_t key, group_key, user_key;
};

static inline int64_t memory_row_key(const void *row)
{
    return *(const int64_t *)row;
}

/* NULL when there is none. */
const void *memory_row_find(const struct memory_rows *rows, int64_t key);
int64_t memory_row_next_key(const struct memory_rows *rows);
/* row has the next key. */
void memory_row_add(struct arena *a, struct memory_rows *rows, const void *row);
void memory_row_replace(struct arena *a, struct memory_rows *rows, const void *row);
/* Leaves out the rows that goes tells of; gives their number. */
int64_t memory_rows_remove(struct arena *a, struct memory_rows *rows,
                           bool (*goes)(const void *row, const void *argument),
                           const void *argument);

/* What the constraints of the table say about object. Errors: CONFLICT. */
err memory_check(const struct memory_state *state, enum memory_table table, const void *object);

/* A row of the table, with copies of all its texts in a, made of an object or read from a row. */
void *memory_row_make(struct arena *a, enum memory_table table, const void *object);
void memory_row_read(struct arena *a, enum memory_table table, const void *row, void *out);

/* The member called name, which must be there; or NULL where there is none. */
void *memory_member(enum memory_table table, const char *name, const void *object);
void *memory_find_member(enum memory_table table, const char *name, void *object);

#endif
