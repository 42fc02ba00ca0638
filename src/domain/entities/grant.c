/* Schema of the grant. */
#include "domain/entities/grant.h"

const char *const grantee_kind_names[] = {"user", "group", "share", "api_key", NULL};
_Static_assert(COUNT_OF(grantee_kind_names) == GRANTEE_KIND_COUNT + 1, "a kind without a name");
const char *const granted_kind_names[] = {"study", "patient", "album", NULL};
_Static_assert(COUNT_OF(granted_kind_names) == GRANTED_KIND_COUNT + 1, "a kind without a name");

SCHEMA(grant, ENTITY_FIELDS(grant),
       FIELD_ENUM_OF(grant, grantee_kind, grantee_kind_names, .doc = "Who has it"),
       FIELD(grant, grantee_key, .flags = INTERNAL, .doc = "Row key of who has it"),
       FIELD(grant, grantee_id, .doc = "Identifier of who has it"),
       FIELD_ENUM_OF(grant, granted_kind, granted_kind_names, .doc = "On what"),
       FIELD(grant, granted_key, .flags = INTERNAL, .doc = "Row key of what it is on"),
       FIELD(grant, granted_id, .doc = "Identifier of what it is on"),
       FIELD(grant, rights, .flags = INTERNAL, .doc = "Set of permissions"),
       FIELD(grant, expires_at, .doc = "When it ends; absent: it does not"),
       FIELD(grant, granted_by, .doc = "User who gave it"),
       FIELD(grant, reason, .max = GRANT_REASON_SIZE_MAX, .doc = "Why it was taken"));
