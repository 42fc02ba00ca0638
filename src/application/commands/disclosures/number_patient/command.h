/* The number of a patient in a project: the one they have, or the next. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_NUMBER_PATIENT_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_NUMBER_PATIENT_COMMAND_H

#include "application/services/disclosure_service.h"

struct number_patient {
    uuid project_id;
    str code; /* keyed hash of who it is */
};
struct number_patient_result {
    int64_t number;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(number_patient);

#endif
