/* A non-patient object: a DICOM instance that is about nobody, such as a hanging protocol or a
 * colour palette (PS3.18 12). It has no study and no series; otherwise it is kept as an instance
 * is. What it can be searched by stands in columns, filled when it comes in; see
 * non_patient_attribute.h. Members that its kind does not have are absent. */
#ifndef DOMAIN_ENTITIES_NON_PATIENT_OBJECT_H
#define DOMAIN_ENTITIES_NON_PATIENT_OBJECT_H

#include "domain/entities/entity.h"

/* Resource categories, PS3.18 table 12.1.1-1. The numbers are kept: new ones come behind. */
enum non_patient_category {
    NON_PATIENT_COLOR_PALETTES,
    NON_PATIENT_DEFINED_PROCEDURE_PROTOCOLS,
    NON_PATIENT_HANGING_PROTOCOLS,
    NON_PATIENT_IMPLANT_TEMPLATES,
    NON_PATIENT_INVENTORIES,
    NON_PATIENT_PROTOCOL_APPROVALS,
    NON_PATIENT_CATEGORY_COUNT
};

/* npi-name, as it stands in addresses. */
extern const char *const non_patient_category_names[];

/* NON_PATIENT_CATEGORY_COUNT: no category is called so. */
enum non_patient_category non_patient_category_find(str name);
/* Objects of that SOP class belong to the category. */
bool non_patient_category_has(enum non_patient_category category, str sop_class_uid);

struct non_patient_object {
    ENTITY_MEMBERS;
    int64_t category; /* enum non_patient_category */
    str sop_class_uid;
    str sop_instance_uid; /* unique in the organization */
    str transfer_syntax_uid;
    str object_name; /* SHA-256 of the bytes */
    int64_t size;
    /* of all */
    str instance_creation_date, instance_creation_time;
    str content_date, content_time;
    str content_creator_name, content_creator_name_key; /* the latter folded */
    str manufacturer;
    /* of colour palettes */
    str content_label, content_description;
    /* of defined procedure protocols */
    str protocol_name, equipment_modality;
    str model_manufacturers, model_names; /* of several items, separated by "\", as all plurals */
    str scheduled_protocol_codes, requested_procedure_codes;
    /* of hanging protocols */
    str hanging_protocol_name, hanging_protocol_description, hanging_protocol_level;
    str hanging_protocol_creator, hanging_protocol_user_group_name;
    opt_i64 number_of_priors_referenced, number_of_screens;
    str modalities, lateralities, anatomic_region_codes, procedure_codes, reason_codes, user_codes;
    /* of implant templates, assemblies and groups of them */
    str implant_name, implant_size, implant_part_number, implant_template_version, implant_type;
    str assembly_name, assembly_issuer, assembly_version, assembly_type;
    str procedure_type_codes;
    str group_name, group_issuer, group_version;
    /* of inventories */
    str inventory_level, inventory_completion_status;
    /* of protocol approvals */
    str subject_class_uids, subject_instance_uids, assertion_codes;
};
DECLARE_SCHEMA(non_patient_object);

#endif
