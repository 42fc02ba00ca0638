/* Schemas and rules of uploads. */
#include "domain/entities/upload.h"

const char *const upload_kind_names[] = {"folder", "zip", NULL};
_Static_assert(COUNT_OF(upload_kind_names) == UPLOAD_KIND_COUNT + 1, "a kind without a name");
const char *const upload_state_names[] = {"open", "completing", "completed", "refused", NULL};
_Static_assert(COUNT_OF(upload_state_names) == UPLOAD_STATE_COUNT + 1, "a state without a name");
const char *const upload_outcome_names[] = {"stored", "already_there", "kept_beside", "refused",
                                            NULL};
_Static_assert(COUNT_OF(upload_outcome_names) == UPLOAD_OUTCOME_COUNT + 1,
               "an outcome without a name");

SCHEMA(upload, ENTITY_FIELDS(upload), FIELD(upload, owner_id, .flags = INTERNAL),
       FIELD(upload, name, .flags = PHI, .max = UPLOAD_NAME_SIZE_MAX,
             .doc = "What the sender calls it"),
       FIELD_ENUM_OF(upload, kind, upload_kind_names,
                     .doc = "folder: each part names its file; zip: all parts are one archive"),
       FIELD(upload, size, .doc = "Bytes of all parts, as announced"),
       FIELD(upload, sha256, .max = 64, .doc = "Of all parts in order, hexadecimal"),
       FIELD_ENUM_OF(upload, state, upload_state_names,
                     .doc = "open: takes parts; completing: is being stored; completed: each file "
                            "has its outcome; refused: as a whole"),
       FIELD(upload, failure, .max = LONG_TEXT_SIZE_MAX, .doc = "Why it was refused as a whole"),
       FIELD(upload, expires_at, .doc = "When it is removed unless something comes"),
       FIELD(upload, lease_until, .flags = INTERNAL),
       FIELD(upload, part_count, .doc = "Parts received"),
       FIELD(upload, received_size, .doc = "Bytes received"),
       FIELD(upload, stored_count, .doc = "Files stored"),
       FIELD(upload, there_count, .doc = "Files that were stored before"),
       FIELD(upload, refused_count, .doc = "Files refused"));

SCHEMA(upload_part, FIELD(upload_part, key, .flags = INTERNAL),
       FIELD(upload_part, upload_key, .flags = INTERNAL),
       FIELD(upload_part, number, .doc = "From 1"),
       FIELD(upload_part, name, .flags = PHI, .max = UPLOAD_NAME_SIZE_MAX,
             .doc = "Its file in the folder"),
       FIELD(upload_part, size, .doc = "Bytes"),
       FIELD(upload_part, sha256, .max = 64, .doc = "Of its bytes, hexadecimal"),
       FIELD(upload_part, created_at, .doc = "When it was received"));

SCHEMA(upload_file, FIELD(upload_file, key, .flags = INTERNAL),
       FIELD(upload_file, upload_key, .flags = INTERNAL),
       FIELD(upload_file, number, .doc = "From 1, in the order of folder or archive"),
       FIELD(upload_file, name, .flags = PHI, .max = UPLOAD_NAME_SIZE_MAX,
             .doc = "In the folder or archive"),
       FIELD_ENUM_OF(upload_file, outcome, upload_outcome_names,
                     .doc = "What became of it; already_there: the same bytes are stored; "
                            "kept_beside: as a version, other bytes are served under its UID"),
       FIELD(upload_file, code, .max = 32, .doc = "Kind of error of one that was refused"),
       FIELD(upload_file, detail, .max = LONG_TEXT_SIZE_MAX, .doc = "Why it was refused"),
       FIELD(upload_file, study_id, .doc = "Its study"),
       FIELD(upload_file, study_instance_uid, .max = UID_SIZE_MAX, .doc = "(0020,000D)"),
       FIELD(upload_file, series_instance_uid, .max = UID_SIZE_MAX, .doc = "(0020,000E)"),
       FIELD(upload_file, sop_instance_uid, .max = UID_SIZE_MAX, .doc = "(0008,0018)"));

const char *upload_name_complaint(str name)
{
    str rest = name, part;
    if (name.len == 0 || name.len > UPLOAD_NAME_SIZE_MAX)
        return "must have 1 to 512 bytes";
    if (!str_is_utf8(name))
        return "must be UTF-8";
    if (name.ptr[0] == '/' || (name.len > 1 && name.ptr[1] == ':'))
        return "must not be absolute";
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7F || name.ptr[i] == '\\')
            return "has a character that no name has";
    while (str_cut(&rest, '/', &part))
        if (str_eq(part, STR("..")) || str_eq(part, STR(".")) || part.len == 0)
            return "must not lead out of its folder";
    return NULL;
}
