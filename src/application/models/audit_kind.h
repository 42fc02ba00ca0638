/* What each use case is to an audit trail: the event of PS3.15 A.5.3, what was done (C R U D E),
 * and what kind of thing its subject is. One row per use case that can come onto the trail;
 * tools/check_audit.sh finds one that has none. */
#ifndef APPLICATION_MODELS_AUDIT_KIND_H
#define APPLICATION_MODELS_AUDIT_KIND_H

#include "base/str.h"

/* EventID, coding scheme DCM. */
enum audit_kind {
    OTHER_ACTIVITY = 0, /* the standard has none for it */
    APPLICATION_ACTIVITY = 110100,
    AUDIT_LOG_USED = 110101,
    INSTANCES_ACCESSED = 110103,
    INSTANCES_TRANSFERRED = 110104,
    STUDY_DELETED = 110105,
    DATA_EXPORT = 110106,
    DATA_IMPORT = 110107,
    ORDER_RECORD = 110109,
    PATIENT_RECORD = 110110,
    PROCEDURE_RECORD = 110111,
    QUERY_MADE = 110112,
    SECURITY_ALERT = 110113,
    USER_AUTHENTICATION = 110114
};

/* EventTypeCode, coding scheme DCM; 0: none. */
enum audit_type {
    TYPE_NONE = 0,
    TYPE_APPLICATION_START = 110120,
    TYPE_APPLICATION_STOP = 110121,
    TYPE_LOGIN = 110122,
    TYPE_LOGOUT = 110123,
    TYPE_EMERGENCY_OVERRIDE_STARTED = 110127,
    TYPE_SECURITY_CONFIGURATION = 110129,
    TYPE_SOFTWARE_CONFIGURATION = 110131,
    TYPE_RESTRICTED_FUNCTION = 110132,
    TYPE_OBJECT_SECURITY_CHANGED = 110135,
    TYPE_SECURITY_ROLES_CHANGED = 110136,
    TYPE_USER_SECURITY_CHANGED = 110137,
    TYPE_EMERGENCY_OVERRIDE_STOPPED = 110138
};

struct audit_use {
    const char *use_case;
    enum audit_kind kind;
    char action; /* EventActionCode */
    enum audit_type type;
    const char *subject; /* kind of the subject; NULL: none */
    bool is_refusal;     /* the use case does what follows from a refused attempt */
};
extern const struct audit_use audit_uses[];
extern const size_t audit_use_count;

/* Never NULL: of a use case without a row, another activity. */
const struct audit_use *audit_use_find(str use_case);

/* The standard's words for the codes above. */
const char *audit_kind_text(enum audit_kind kind);
const char *audit_type_text(enum audit_type type);

/* EventOutcomeIndicator of an event with this outcome: 0 success, 4 minor, 8 serious, 12 major. */
int audit_outcome_indicator(str outcome);

#endif
