/* Store a non-patient object whose bytes are durable already (PS3.18 12.5). */
#ifndef APPLICATION_COMMANDS_NON_PATIENT_OBJECTS_STORE_NON_PATIENT_OBJECT_COMMAND_H
#define APPLICATION_COMMANDS_NON_PATIENT_OBJECTS_STORE_NON_PATIENT_OBJECT_COMMAND_H

#include "application/models/base_model.h"

struct store_non_patient_object {
    struct non_patient_object
        object; /* without what the archive gives it: identifier, owner, times */
    struct instance_blobs blobs;
};
struct store_non_patient_object_result {
    bool was_there; /* the same bytes were stored before: nothing changed */
    uuid id;
};
DECLARE_USE_CASE(store_non_patient_object);

#endif
