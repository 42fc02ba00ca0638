/* What leaves: projects in which studies are de-identified, servers that studies are sent to, and
 * what came of each instance of a task that did so. */
#ifndef DOMAIN_ENTITIES_DISCLOSURE_H
#define DOMAIN_ENTITIES_DISCLOSURE_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    DEIDENTIFICATION_PROJECT_COUNT_MAX = 200, /* of an organization */
    DEIDENTIFICATION_KEY_SIZE = 32,           /* bytes, before base64 */
    PSEUDONYM_PREFIX_SIZE_MAX = 16,
    DESTINATION_COUNT_MAX = 100, /* of an organization */
    DESTINATION_URL_SIZE_MAX = 1500,
    DESTINATION_SECRET_SIZE_MAX = 4096,
    DISCLOSED_STUDY_COUNT_MAX = 100 /* of one request */
};

/* Kept as numbers. */
enum risk_policy {
    RISKS_REFUSED,  /* an instance with a risk (dicom/deidentify/risk.h) is left out */
    RISKS_REPORTED, /* it is written, and told of: somebody has looked */
    RISK_POLICY_COUNT
};
extern const char *const risk_policy_names[]; /* NULL-terminated */

/* One secret makes all pseudonyms, UIDs and shifted dates of a project: the same patient is the
 * same in each task of it, and another one elsewhere. What is done does not change once it is made,
 * so that the same instance has the same bytes. */
struct deidentification_project {
    ENTITY_MEMBERS;
    str name;
    str description;      /* may be absent */
    int64_t options;      /* bits of deidentify_flags */
    str pseudonym_prefix; /* "P-": patients are P-0001, P-0002; absent: keyed hashes */
    enum risk_policy risks;
    str secret; /* sealed */
    uuid created_by;
    int64_t patient_count; /* that have a number */
};
DECLARE_SCHEMA(deidentification_project);
SLICE(deidentification_project);

struct deidentified_patient {
    ENTITY_MEMBERS;
    int64_t project_key;
    str code; /* keyed hash of who it is */
    int64_t number;
};
DECLARE_SCHEMA(deidentified_patient);

/* Kept as numbers. */
enum destination_credential {
    CREDENTIAL_NONE,
    CREDENTIAL_BEARER,
    CREDENTIAL_BASIC,
    CREDENTIAL_COUNT
};
extern const char *const destination_credential_names[]; /* NULL-terminated */

/* The DICOMweb root of another server. */
struct destination {
    ENTITY_MEMBERS;
    str name, url;
    enum destination_credential credential;
    str user_name; /* of CREDENTIAL_BASIC */
    str secret;    /* sealed token or password; absent: none */
    uuid created_by;
};
DECLARE_SCHEMA(destination);
SLICE(destination);

/* How far a task is and what came of it, so that it goes on there after a crash. */
struct task_report {
    ENTITY_MEMBERS;
    int64_t task_key;
    str body; /* struct task_report_body as JSON */
};
DECLARE_SCHEMA(task_report);

#endif
