/* Schemas of patient and study. */
#include "domain/entities/study.h"

#include "domain/entities/patient.h"

const char *const study_state_names[] = {"received", "trashed", NULL};

SCHEMA(patient, ENTITY_FIELDS(patient),
       FIELD(patient, patient_id, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX,
             .doc = "Patient ID (0010,0020)"),
       FIELD(patient, issuer_of_patient_id, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX,
             .doc = "Issuer (0010,0021)"),
       FIELD(patient, patient_name, .flags = PHI, .max = LONG_TEXT_SIZE_MAX,
             .doc = "Patient's Name (0010,0010)"),
       FIELD(patient, patient_birth_date, .flags = PHI, .max = 16, .doc = "Birth Date (0010,0030)"),
       FIELD(patient, patient_sex, .flags = PHI, .max = 16, .doc = "Sex (0010,0040)"));

SCHEMA(
    study, ENTITY_FIELDS(study), FIELD(study, patient_key, .flags = INTERNAL, .doc = "Whose"),
    FIELD(study, study_instance_uid, .max = UID_SIZE_MAX, .doc = "Study Instance UID (0020,000D)"),
    FIELD(study, study_date, .flags = PHI, .max = 64, .doc = "Study Date (0008,0020), YYYYMMDD"),
    FIELD(study, study_time, .flags = PHI, .max = 64, .doc = "Study Time (0008,0030)"),
    FIELD(study, accession_number, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX,
          .doc = "Accession Number (0008,0050)"),
    FIELD(study, study_id, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX, .doc = "Study ID (0020,0010)"),
    FIELD(study, study_description, .flags = PHI, .max = LONG_TEXT_SIZE_MAX,
          .doc = "Study Description (0008,1030)"),
    FIELD(study, referring_physician_name, .flags = PHI, .max = LONG_TEXT_SIZE_MAX,
          .doc = "Referring Physician's Name (0008,0090)"),
    FIELD(study, patient_name, .flags = PHI, .max = LONG_TEXT_SIZE_MAX,
          .doc = "Patient's Name (0010,0010)"),
    FIELD(study, patient_id, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX,
          .doc = "Patient ID (0010,0020)"),
    FIELD(study, issuer_of_patient_id, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX,
          .doc = "Issuer (0010,0021)"),
    FIELD(study, patient_birth_date, .flags = PHI, .max = 64,
          .doc = "Patient's Birth Date (0010,0030)"),
    FIELD(study, patient_sex, .flags = PHI, .max = 16, .doc = "Patient's Sex (0010,0040)"),
    FIELD(study, timezone_offset_from_utc, .max = 64,
          .doc = "Timezone Offset From UTC (0008,0201)"),
    FIELD(study, modalities, .max = LONG_TEXT_SIZE_MAX, .doc = "Modalities in Study (0008,0061)"),
    FIELD(study, sop_classes, .flags = INTERNAL, .doc = "SOP Classes in Study (0008,0062)"),
    FIELD(study, transfer_syntaxes, .flags = INTERNAL,
          .doc = "Available Transfer Syntaxes (0008,3002)"),
    FIELD(study, patient_name_key, .flags = INTERNAL | PHI, .doc = "Folded name"),
    FIELD(study, referring_physician_name_key, .flags = INTERNAL | PHI, .doc = "Folded name"),
    FIELD(study, search_key, .flags = INTERNAL | PHI, .doc = "Folded words"),
    FIELD(study, series_count, .doc = "Series received so far"),
    FIELD(study, instance_count, .doc = "Instances received so far"),
    FIELD(study, size, .doc = "Bytes of all its objects"),
    FIELD_ENUM_OF(study, state, study_state_names, .doc = "Received, or in the trash"),
    FIELD(study, trashed_at,
          .doc = "When it was moved to the trash; absent when all that was in it was"));

str value_set_add(struct arena *a, str set, str value)
{
    str rest = set, part;
    if (value.len == 0)
        return set;
    while (str_cut(&rest, '\\', &part))
        if (str_eq(part, value))
            return set;
    if (set.len == 0)
        return value;
    return str_format(a, "%.*s\\%.*s", STR_ARG(set), STR_ARG(value));
}
