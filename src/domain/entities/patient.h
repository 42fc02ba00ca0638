/* A patient of an organization, known by Patient ID and its issuer. */
#ifndef DOMAIN_ENTITIES_PATIENT_H
#define DOMAIN_ENTITIES_PATIENT_H

#include "domain/entities/entity.h"

struct patient {
    ENTITY_MEMBERS;
    str patient_id;
    str issuer_of_patient_id; /* "" when the object names none */
    str patient_name;         /* PN, UTF-8, groups separated by "=" */
    str patient_birth_date;   /* DA */
    str patient_sex;
};
DECLARE_SCHEMA(patient);
SLICE(patient);

#endif
