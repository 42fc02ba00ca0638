/* The studies of the organization, newest examination first unless sorted otherwise. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_STUDIES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_STUDIES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_studies {
    struct paged_query page;
    struct searchable_query search;
    str patient_name;
    str patient_id;
    str accession_number;
    str study_date;
    str study_description;
    str modality;
    str study_instance_uid;
    bool trashed;
};
struct list_studies_result {
    struct study_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_studies);

#endif
