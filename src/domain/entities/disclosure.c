/* Schemas. */
#include "domain/entities/disclosure.h"

const char *const risk_policy_names[] = {"refuse", "report", NULL};
_Static_assert(COUNT_OF(risk_policy_names) == RISK_POLICY_COUNT + 1, "a policy without a name");
const char *const destination_credential_names[] = {"none", "bearer", "basic", NULL};
_Static_assert(COUNT_OF(destination_credential_names) == CREDENTIAL_COUNT + 1,
               "a credential without a name");

SCHEMA(deidentification_project, ENTITY_FIELDS(deidentification_project),
       FIELD(deidentification_project, name, .doc = "Name"),
       FIELD(deidentification_project, description, .doc = "What it is for"),
       FIELD(deidentification_project, options, .flags = INTERNAL, .doc = "Bits"),
       FIELD(deidentification_project, pseudonym_prefix,
             .doc = "Patients are numbered behind it; absent: keyed hashes"),
       FIELD_ENUM_OF(deidentification_project, risks, risk_policy_names,
                     .doc = "What is done with an instance that may show whose it is"),
       FIELD(deidentification_project, secret, .flags = INTERNAL | SECRET, .doc = "Sealed"),
       FIELD(deidentification_project, created_by, .doc = "Who made it"),
       FIELD(deidentification_project, patient_count, .doc = "Patients that have a number"));
SCHEMA(deidentified_patient, ENTITY_FIELDS(deidentified_patient),
       FIELD(deidentified_patient, project_key, .flags = INTERNAL),
       FIELD(deidentified_patient, code, .flags = INTERNAL),
       FIELD(deidentified_patient, number, .flags = INTERNAL));
SCHEMA(destination, ENTITY_FIELDS(destination), FIELD(destination, name, .doc = "Name"),
       FIELD(destination, url, .doc = "Root of its DICOMweb services"),
       FIELD_ENUM_OF(destination, credential, destination_credential_names,
                     .doc = "none, bearer, basic"),
       FIELD(destination, user_name, .doc = "Of basic"),
       FIELD(destination, secret, .flags = INTERNAL | SECRET, .doc = "Sealed"),
       FIELD(destination, created_by, .doc = "Who made it"));
SCHEMA(task_report, ENTITY_FIELDS(task_report),
       FIELD(task_report, task_key, .flags = INTERNAL, .doc = "Its task"),
       FIELD(task_report, body, .flags = INTERNAL, .doc = "JSON"));
