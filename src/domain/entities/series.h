/* A series, PS3.3 A.1.3: images of one modality made in one go. */
#ifndef DOMAIN_ENTITIES_SERIES_H
#define DOMAIN_ENTITIES_SERIES_H

#include "domain/entities/entity.h"
#include "domain/enums/study_state.h"

struct series {
    ENTITY_MEMBERS;
    int64_t study_key;
    str series_instance_uid;
    str modality;
    opt_i64 series_number;
    str series_description;
    str series_date;
    str series_time;
    str body_part_examined;
    str laterality;
    str protocol_name;
    str station_name;
    str institution_name;
    str performed_procedure_step_start_date;
    str performed_procedure_step_start_time;
    str scheduled_procedure_step_id; /* of the first item of Request Attributes Sequence */
    str requested_procedure_id;
    str transfer_syntaxes; /* as of a study */
    int64_t instance_count;
    int64_t size;
    enum study_state state;
    instant trashed_at; /* as of a study */
};
DECLARE_SCHEMA(series);
SLICE(series);

#endif
