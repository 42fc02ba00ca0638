/* Categories, and the schema of their objects. */
#include "domain/entities/non_patient_object.h"

#include "base/err.h"

enum { SOP_CLASS_COUNT_MAX = 3 };

const char *const non_patient_category_names[] = {"color-palettes",
                                                  "defined-procedure-protocols",
                                                  "hanging-protocols",
                                                  "implant-templates",
                                                  "inventories",
                                                  "protocol-approvals",
                                                  NULL};
_Static_assert(COUNT_OF(non_patient_category_names) == NON_PATIENT_CATEGORY_COUNT + 1,
               "a category without a name");

/* PS3.4 annex GG, table GG.3-1, by the annexes of its query classes. */
static const char *const sop_classes[NON_PATIENT_CATEGORY_COUNT][SOP_CLASS_COUNT_MAX] = {
    [NON_PATIENT_COLOR_PALETTES] = {"1.2.840.10008.5.1.4.39.1"},
    [NON_PATIENT_DEFINED_PROCEDURE_PROTOCOLS] = {"1.2.840.10008.5.1.4.1.1.200.1",  /* CT */
                                                 "1.2.840.10008.5.1.4.1.1.200.7"}, /* XA */
    [NON_PATIENT_HANGING_PROTOCOLS] = {"1.2.840.10008.5.1.4.38.1"},
    [NON_PATIENT_IMPLANT_TEMPLATES] = {"1.2.840.10008.5.1.4.43.1",  /* generic */
                                       "1.2.840.10008.5.1.4.44.1",  /* assembly */
                                       "1.2.840.10008.5.1.4.45.1"}, /* group */
    [NON_PATIENT_INVENTORIES] = {"1.2.840.10008.5.1.4.1.1.201.1"},
    [NON_PATIENT_PROTOCOL_APPROVALS] = {"1.2.840.10008.5.1.4.1.1.200.3"},
};

enum non_patient_category non_patient_category_find(str name)
{
    unsigned i = 0;
    while (i < NON_PATIENT_CATEGORY_COUNT && !str_eq(name, str_of(non_patient_category_names[i])))
        i++;
    return (enum non_patient_category)i;
}

bool non_patient_category_has(enum non_patient_category category, str sop_class_uid)
{
    for (size_t i = 0; i < SOP_CLASS_COUNT_MAX && sop_classes[category][i] != NULL; i++)
        if (str_eq(sop_class_uid, str_of(sop_classes[category][i])))
            return true;
    return false;
}

#define TEXT(member_, doc_)                                                                        \
    FIELD(non_patient_object, member_, .max = LONG_TEXT_SIZE_MAX, .doc = doc_)

SCHEMA(non_patient_object, ENTITY_FIELDS(non_patient_object),
       FIELD(non_patient_object, category, .flags = INTERNAL, .doc = "Resource category"),
       FIELD(non_patient_object, sop_class_uid, .max = UID_SIZE_MAX,
             .doc = "SOP Class UID (0008,0016)"),
       FIELD(non_patient_object, sop_instance_uid, .max = UID_SIZE_MAX,
             .doc = "SOP Instance UID (0008,0018)"),
       FIELD(non_patient_object, transfer_syntax_uid, .max = UID_SIZE_MAX, .doc = "As stored"),
       FIELD(non_patient_object, object_name, .flags = INTERNAL, .doc = "SHA-256 of the bytes"),
       FIELD(non_patient_object, size, .doc = "Bytes"),
       TEXT(instance_creation_date, "Instance Creation Date (0008,0012)"),
       TEXT(instance_creation_time, "Instance Creation Time (0008,0013)"),
       TEXT(content_date, "Content Date (0008,0023)"),
       TEXT(content_time, "Content Time (0008,0033)"),
       TEXT(content_creator_name, "Content Creator's Name (0070,0084)"),
       TEXT(content_creator_name_key, "The same, folded"),
       TEXT(manufacturer, "Manufacturer (0008,0070)"),
       TEXT(content_label, "Content Label (0070,0080)"),
       TEXT(content_description, "Content Description (0070,0081)"),
       TEXT(protocol_name, "Protocol Name (0018,1030)"),
       TEXT(equipment_modality, "Equipment Modality (0008,0221)"),
       TEXT(model_manufacturers, "Manufacturers of the models it is for"),
       TEXT(model_names, "Names of these models"),
       TEXT(scheduled_protocol_codes, "Potential Scheduled Protocol Codes (0018,9906)"),
       TEXT(requested_procedure_codes, "Potential Requested Procedure Codes (0018,9907)"),
       TEXT(hanging_protocol_name, "Hanging Protocol Name (0072,0002)"),
       TEXT(hanging_protocol_description, "Hanging Protocol Description (0072,0004)"),
       TEXT(hanging_protocol_level, "Hanging Protocol Level (0072,0006)"),
       TEXT(hanging_protocol_creator, "Hanging Protocol Creator (0072,0008)"),
       TEXT(hanging_protocol_user_group_name, "Hanging Protocol User Group Name (0072,0010)"),
       FIELD(non_patient_object, number_of_priors_referenced, .flags = NULLABLE,
             .doc = "Number of Priors Referenced (0072,0014)"),
       FIELD(non_patient_object, number_of_screens, .flags = NULLABLE,
             .doc = "Number of Screens (0072,0100)"),
       TEXT(modalities, "Modalities it is for"), TEXT(lateralities, "Lateralities it is for"),
       TEXT(anatomic_region_codes, "Codes of the regions it is for"),
       TEXT(procedure_codes, "Codes of the procedures it is for"),
       TEXT(reason_codes, "Codes of the reasons it is for"),
       TEXT(user_codes, "Codes of the users it is for"),
       TEXT(implant_name, "Implant Name (0022,1095)"),
       TEXT(implant_size, "Implant Size (0068,6210)"),
       TEXT(implant_part_number, "Implant Part Number (0022,1097)"),
       TEXT(implant_template_version, "Implant Template Version (0068,6221)"),
       TEXT(implant_type, "Implant Type (0068,6223)"),
       TEXT(assembly_name, "Implant Assembly Template Name (0076,0001)"),
       TEXT(assembly_issuer, "Implant Assembly Template Issuer (0076,0003)"),
       TEXT(assembly_version, "Implant Assembly Template Version (0076,0006)"),
       TEXT(assembly_type, "Implant Assembly Template Type (0076,000A)"),
       TEXT(procedure_type_codes, "Procedure Type Codes (0076,0020)"),
       TEXT(group_name, "Implant Template Group Name (0078,0001)"),
       TEXT(group_issuer, "Implant Template Group Issuer (0078,0020)"),
       TEXT(group_version, "Implant Template Group Version (0078,0024)"),
       TEXT(inventory_level, "Inventory Level (0008,0403)"),
       TEXT(inventory_completion_status, "Inventory Completion Status (0008,0426)"),
       TEXT(subject_class_uids, "SOP classes of what is approved"),
       TEXT(subject_instance_uids, "What is approved"),
       TEXT(assertion_codes, "Codes of what is asserted"));
