/* What the storage holds for an organization, in the trash or not: for the program itself. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_STORED_OBJECTS_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_STORED_OBJECTS_QUERY_H

#include "application/models/base_model.h"
#include "application/queries/images/list_study_objects/query.h"
#include "domain/entities/non_patient_object.h"

enum {
    STORED_OF_STUDIES,
    STORED_OF_TRASH,
    STORED_OF_NON_PATIENT, /* and one for each category more */
    STORED_PART_COUNT = STORED_OF_NON_PATIENT + NON_PATIENT_CATEGORY_COUNT,
    STORED_PAGE_SIZE = 20 /* studies, or non-patient objects */
};

struct list_stored_objects {
    int64_t part;
    str after; /* what the page before said; absent: from the beginning */
};
struct list_stored_objects_result {
    struct study_object_slice objects; /* versions of instances too, without their identifiers */
    str next;                          /* empty: this was the last of the part */
};
DECLARE_USE_CASE(list_stored_objects);

#endif
