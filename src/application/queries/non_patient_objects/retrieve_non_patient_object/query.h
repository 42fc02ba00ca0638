/* Retrieve a non-patient object by its UID (PS3.18 12.4): as an instance that is of no study. */
#ifndef APPLICATION_QUERIES_NON_PATIENT_OBJECTS_RETRIEVE_NON_PATIENT_OBJECT_QUERY_H
#define APPLICATION_QUERIES_NON_PATIENT_OBJECTS_RETRIEVE_NON_PATIENT_OBJECT_QUERY_H

#include "application/queries/images/retrieve_images/query.h"

struct retrieve_non_patient_object {
    enum non_patient_category category;
    str sop_uid;
    bool with_blobs;
};
struct retrieve_non_patient_object_result {
    struct retrieve_derived_result found; /* its blobs only when asked for */
};
DECLARE_USE_CASE(retrieve_non_patient_object);

#endif
