/* A study, PS3.3 A.1.2: the images of one examination. It carries the patient's attributes as its
 * own images tell them, because images are evidence: what one study says is not overwritten by
 * another. Texts are DICOM values in UTF-8. */
#ifndef DOMAIN_ENTITIES_STUDY_H
#define DOMAIN_ENTITIES_STUDY_H

#include "domain/entities/entity.h"
#include "domain/enums/study_state.h"

struct study {
    ENTITY_MEMBERS;
    int64_t patient_key;
    str study_instance_uid;
    str study_date; /* DA, "" when unknown: sorts and compares as text */
    str study_time; /* TM */
    str accession_number;
    str study_id;
    str study_description;
    str referring_physician_name;
    str patient_name;
    str patient_id;
    str issuer_of_patient_id;
    str patient_birth_date;
    str patient_sex;
    str timezone_offset_from_utc;
    str modalities;                   /* distinct, in order of arrival, separated by "\" */
    str sop_classes;                  /* likewise */
    str transfer_syntaxes;            /* likewise; absent until they are counted */
    str patient_name_key;             /* folded for matching, groups apart by "=" */
    str referring_physician_name_key; /* likewise */
    str search_key;                   /* all that free text search looks at, folded */
    int64_t series_count;
    int64_t instance_count;
    int64_t size; /* bytes of all its objects */
    enum study_state state;
    instant trashed_at; /* absent in the trash: it is there because nothing in it is left */
};
DECLARE_SCHEMA(study);
SLICE(study);

/* Is in the trash itself, not because of what was in it: nothing comes back into it, and nothing
 * new comes in. */
static inline bool is_trashed_itself(enum study_state state, instant trashed_at)
{
    return state == STUDY_TRASHED && trashed_at.us != 0;
}

/* Adds value to a "\"-separated set unless it is there. */
str value_set_add(struct arena *a, str set, str value);

#endif
