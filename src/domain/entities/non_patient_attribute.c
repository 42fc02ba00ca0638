/* The table of what non-patient objects are searched by. */
#include "domain/entities/non_patient_attribute.h"

#include "base/err.h"

#define P (1u << NON_PATIENT_COLOR_PALETTES)
#define D (1u << NON_PATIENT_DEFINED_PROCEDURE_PROTOCOLS)
#define H (1u << NON_PATIENT_HANGING_PROTOCOLS)
#define T (1u << NON_PATIENT_IMPLANT_TEMPLATES)
#define I (1u << NON_PATIENT_INVENTORIES)
#define A (1u << NON_PATIENT_PROTOCOL_APPROVALS)
#define ALL (P | D | H | T | I | A)

#define AT_TOP(tag_, vr_, match_, member_, categories_)                                            \
    {                                                                                              \
        {tag_, VR_##vr_, LEVEL_NON_PATIENT, MATCH_##match_, member_, true, 0}, {tag_}, categories_ \
    }
#define WITHIN(sequence_, tag_, vr_, member_, categories_)                                         \
    {                                                                                              \
        {tag_, VR_##vr_, LEVEL_NON_PATIENT, MATCH_SET, member_, true, sequence_},                  \
            {sequence_, tag_}, categories_                                                         \
    }
#define CODE(sequence_, member_, categories_)                                                      \
    WITHIN(sequence_, 0x00080100, SH, member_, categories_)
#define CODE_WITHIN(outer_, sequence_, member_, categories_)                                       \
    {                                                                                              \
        {0x00080100, VR_SH, LEVEL_NON_PATIENT, MATCH_SET, member_, true, sequence_},               \
            {outer_, sequence_, 0x00080100}, categories_                                           \
    }
#define GIVEN(tag_, categories_) AT_TOP(tag_, UN, TEXT, NULL, categories_)

enum {
    DEFINITION = 0x0072000C,
    MODELS = 0x00189912,
    SUBJECTS = 0x00440109,
    APPROVALS = 0x00440100
};

const struct non_patient_attribute non_patient_attributes[] = {
    AT_TOP(0x00080012, DA, DATE, "instance_creation_date", ALL),
    AT_TOP(0x00080013, TM, TIME, "instance_creation_time", ALL),
    AT_TOP(0x00080016, UI, UID, "sop_class_uid", ALL),
    AT_TOP(0x00080018, UI, UID, "sop_instance_uid", ALL),
    AT_TOP(0x00080023, DA, DATE, "content_date", I),
    AT_TOP(0x00080033, TM, TIME, "content_time", I),
    AT_TOP(0x00080070, LO, TEXT, "manufacturer", T),
    AT_TOP(0x00080221, CS, TEXT, "equipment_modality", D),
    GIVEN(0x00080401, I), /* Inventory Purpose */
    GIVEN(0x00080402, I), /* Inventory Instance Description */
    AT_TOP(0x00080403, CS, TEXT, "inventory_level", I),
    AT_TOP(0x00080426, CS, TEXT, "inventory_completion_status", I),
    GIVEN(0x00080427, I),   /* Number of Study Records in Instance */
    GIVEN(0x00080428, I),   /* Total Number of Study Records */
    GIVEN(0x00083002, ALL), /* Available Transfer Syntax UID */
    AT_TOP(0x00181030, LO, TEXT, "protocol_name", D),
    CODE(0x00189906, "scheduled_protocol_codes", D),
    CODE(0x00189907, "requested_procedure_codes", D),
    WITHIN(MODELS, 0x00080070, LO, "model_manufacturers", D),
    WITHIN(MODELS, 0x00081090, LO, "model_names", D),
    AT_TOP(0x00221095, LO, TEXT, "implant_name", T),
    AT_TOP(0x00221097, LO, TEXT, "implant_part_number", T),
    CODE_WITHIN(APPROVALS, 0x00440101, "assertion_codes", A),
    WITHIN(SUBJECTS, 0x00081150, UI, "subject_class_uids", A),
    WITHIN(SUBJECTS, 0x00081155, UI, "subject_instance_uids", A),
    AT_TOP(0x00686210, LO, TEXT, "implant_size", T),
    AT_TOP(0x00686221, LO, TEXT, "implant_template_version", T),
    AT_TOP(0x00686223, CS, TEXT, "implant_type", T),
    GIVEN(0x00686226, T), /* Effective DateTime */
    AT_TOP(0x00700080, CS, TEXT, "content_label", P),
    AT_TOP(0x00700081, LO, TEXT, "content_description", P),
    AT_TOP(0x00700084, PN, NAME, "content_creator_name", P | D),
    AT_TOP(0x00720002, SH, TEXT, "hanging_protocol_name", H),
    AT_TOP(0x00720004, LO, TEXT, "hanging_protocol_description", H),
    AT_TOP(0x00720006, CS, TEXT, "hanging_protocol_level", H),
    AT_TOP(0x00720008, LO, TEXT, "hanging_protocol_creator", H),
    GIVEN(0x0072000A, H), /* Hanging Protocol Creation DateTime */
    WITHIN(DEFINITION, 0x00080060, CS, "modalities", H),
    WITHIN(DEFINITION, 0x00200060, CS, "lateralities", H),
    CODE_WITHIN(DEFINITION, 0x00082218, "anatomic_region_codes", H),
    CODE_WITHIN(DEFINITION, 0x00081032, "procedure_codes", H),
    CODE_WITHIN(DEFINITION, 0x0040100A, "reason_codes", H),
    CODE(0x0072000E, "user_codes", H),
    AT_TOP(0x00720010, LO, TEXT, "hanging_protocol_user_group_name", H),
    AT_TOP(0x00720014, US, NUMBER, "number_of_priors_referenced", H),
    AT_TOP(0x00720100, US, NUMBER, "number_of_screens", H),
    GIVEN(0x00720102, H), /* Nominal Screen Definition Sequence */
    AT_TOP(0x00760001, LO, TEXT, "assembly_name", T),
    AT_TOP(0x00760003, LO, TEXT, "assembly_issuer", T),
    AT_TOP(0x00760006, LO, TEXT, "assembly_version", T),
    AT_TOP(0x0076000A, CS, TEXT, "assembly_type", T),
    CODE(0x00760020, "procedure_type_codes", T),
    AT_TOP(0x00780001, LO, TEXT, "group_name", T),
    GIVEN(0x00780010, T), /* Implant Template Group Description */
    AT_TOP(0x00780020, LO, TEXT, "group_issuer", T),
    AT_TOP(0x00780024, LO, TEXT, "group_version", T),
};
const size_t non_patient_attribute_count = COUNT_OF(non_patient_attributes);

static size_t depth_of(const struct non_patient_attribute *a)
{
    size_t depth = 0;
    while (depth < NON_PATIENT_PATH_DEPTH_MAX && a->path[depth] != 0)
        depth++;
    return depth;
}

const struct non_patient_attribute *non_patient_attribute_at(enum non_patient_category category,
                                                             const uint32_t *path, size_t depth)
{
    for (size_t i = 0; i < non_patient_attribute_count; i++) {
        const struct non_patient_attribute *a = &non_patient_attributes[i];
        if (a->key.member != NULL && non_patient_attribute_is_of(a, category) &&
            depth_of(a) == depth && memcmp(a->path, path, depth * sizeof *path) == 0)
            return a;
    }
    return NULL;
}
