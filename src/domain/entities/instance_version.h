/* A version of an instance: bytes that were sent under its SOP Instance UID and are not what is
 * served, kept because an archive does not lose evidence. What is served is the instance itself,
 * which is never among its versions. */
#ifndef DOMAIN_ENTITIES_INSTANCE_VERSION_H
#define DOMAIN_ENTITIES_INSTANCE_VERSION_H

#include "domain/entities/entity.h"
#include "domain/enums/duplicate_policy.h"

enum { INSTANCE_VERSION_COUNT_MAX = 16 }; /* of one instance: a sender may go round in circles */

enum version_reason {
    VERSION_KEPT,     /* it came when something else was served, which stayed */
    VERSION_REPLACED, /* it was served until something else came */
    VERSION_RESTORED, /* it was served until a version was restored */
    VERSION_REASON_COUNT
};
extern const char *const version_reason_names[];

struct instance_version {
    int64_t key;
    uuid id;
    int64_t organization_key;
    instant created_at; /* when it became a version */
    int64_t instance_key;
    enum version_reason reason;
    uuid user_id; /* by whom: who sent it, who sent what replaced it, who restored another */
    str sop_class_uid;
    str transfer_syntax_uid;
    str object_name;
    int64_t size;
};
DECLARE_SCHEMA(instance_version);
SLICE(instance_version);

#endif
