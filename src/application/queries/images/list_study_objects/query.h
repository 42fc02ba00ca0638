/* The instances of a study and the objects that hold them, for tasks that go through all. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_STUDY_OBJECTS_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_STUDY_OBJECTS_QUERY_H

#include "application/models/base_model.h"

struct study_object {
    uuid instance_id;
    str object_name;
    str sop_instance_uid, sop_class_uid;
    int64_t size;
};
DECLARE_SCHEMA(study_object);
SLICE(study_object);

struct list_study_objects {
    uuid study_id;
};
struct list_study_objects_result {
    struct study_object_slice objects; /* in the order series, instance */
    str study_instance_uid, patient_id, issuer_of_patient_id;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(list_study_objects);

#endif
