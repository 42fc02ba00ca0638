/* Schema of the version. */
#include "domain/entities/instance_version.h"

const char *const duplicate_policy_names[] = {"refuse", "keep", "replace", NULL};
const char *const version_reason_names[] = {"kept", "replaced", "restored", NULL};

SCHEMA(instance_version, FIELD(instance_version, key, .flags = INTERNAL, .doc = "Row key"),
       FIELD(instance_version, id, .flags = KEY, .doc = "Identifier"),
       FIELD(instance_version, organization_key, .flags = INTERNAL, .doc = "Owner"),
       FIELD(instance_version, created_at, .doc = "When it became a version"),
       FIELD(instance_version, instance_key, .flags = INTERNAL, .doc = "Of which instance"),
       FIELD_ENUM_OF(instance_version, reason, version_reason_names,
                     .doc = "Kept beside what was there; replaced by what came; or what was served "
                            "until another version was restored"),
       FIELD(instance_version, user_id, .doc = "Who sent or restored what made it one"),
       FIELD(instance_version, sop_class_uid, .max = UID_SIZE_MAX,
             .doc = "SOP Class UID (0008,0016)"),
       FIELD(instance_version, transfer_syntax_uid, .max = UID_SIZE_MAX, .doc = "As stored"),
       FIELD(instance_version, object_name, .flags = INTERNAL, .doc = "SHA-256 of the bytes"),
       FIELD(instance_version, size, .doc = "Bytes"));
