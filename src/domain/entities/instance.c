/* Schema of the instance. */
#include "domain/entities/instance.h"

SCHEMA(instance, ENTITY_FIELDS(instance),
       FIELD(instance, study_key, .flags = INTERNAL, .doc = "Of which study"),
       FIELD(instance, series_key, .flags = INTERNAL, .doc = "Of which series"),
       FIELD(instance, sop_instance_uid, .max = UID_SIZE_MAX,
             .doc = "SOP Instance UID (0008,0018)"),
       FIELD(instance, sop_class_uid, .max = UID_SIZE_MAX, .doc = "SOP Class UID (0008,0016)"),
       FIELD(instance, transfer_syntax_uid, .max = UID_SIZE_MAX, .doc = "As stored"),
       FIELD(instance, instance_number, .flags = NULLABLE, .doc = "Instance Number (0020,0013)"),
       FIELD(instance, rows, .flags = NULLABLE, .doc = "Rows (0028,0010)"),
       FIELD(instance, columns, .flags = NULLABLE, .doc = "Columns (0028,0011)"),
       FIELD(instance, bits_allocated, .flags = NULLABLE, .doc = "Bits Allocated (0028,0100)"),
       FIELD(instance, number_of_frames, .flags = NULLABLE, .doc = "Number of Frames (0028,0008)"),
       FIELD(instance, content_date, .flags = PHI, .max = 64, .doc = "Content Date (0008,0023)"),
       FIELD(instance, content_time, .flags = PHI, .max = 64, .doc = "Content Time (0008,0033)"),
       FIELD(instance, object_name, .flags = INTERNAL, .doc = "SHA-256 of the bytes"),
       FIELD(instance, size, .doc = "Bytes"),
       FIELD_ENUM_OF(instance, state, study_state_names, .doc = "Received, or in the trash"),
       FIELD(instance, trashed_at, .doc = "When it was moved to the trash"));
