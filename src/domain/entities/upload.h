/* An upload: files that a program sends in pieces, over as many connections as it takes, and that
 * come into the archive together when it says that all is there. Its parts are objects of the
 * storage, so that any node that has the storage takes the next one. */
#ifndef DOMAIN_ENTITIES_UPLOAD_H
#define DOMAIN_ENTITIES_UPLOAD_H

#include "domain/entities/entity.h"

enum {
    UPLOAD_NAME_SIZE_MAX = 512,
    UPLOAD_PART_COUNT_MAX = 100000,
    UPLOAD_OPEN_COUNT_MAX = 20,          /* of one sender */
    UPLOAD_SECONDS = 24 * 3600,          /* after its last part an open one is abandoned */
    UPLOAD_KEPT_SECONDS = 7 * 24 * 3600, /* what came of one that is done */
    UPLOAD_LEASE_SECONDS = 15            /* of whoever works on it, renewed meanwhile */
};
#define UPLOAD_SIZE_MAX (INT64_C(64) * 1024 * 1024 * 1024)
#define UPLOAD_PART_SIZE_MAX (INT64_C(512) * 1024 * 1024)

enum upload_kind {
    UPLOAD_FOLDER, /* each part says to which file it belongs */
    UPLOAD_ZIP,    /* all parts are one archive */
    UPLOAD_KIND_COUNT
};
extern const char *const upload_kind_names[]; /* NULL-terminated */

enum upload_state {
    UPLOAD_OPEN,
    UPLOAD_COMPLETING,
    UPLOAD_COMPLETED, /* each file has its outcome */
    UPLOAD_REFUSED,   /* as a whole; failure says why */
    UPLOAD_STATE_COUNT
};
extern const char *const upload_state_names[];

enum upload_outcome {
    UPLOAD_STORED,
    UPLOAD_ALREADY_THERE, /* the same bytes are stored */
    UPLOAD_KEPT_BESIDE,   /* as a version: other bytes are served under its UID */
    UPLOAD_FILE_REFUSED,
    UPLOAD_OUTCOME_COUNT
};
extern const char *const upload_outcome_names[];

struct upload {
    ENTITY_MEMBERS;
    uuid owner_id; /* the API key or user who sends */
    str name;
    enum upload_kind kind;
    int64_t size; /* of all parts, as announced */
    str sha256;   /* of all parts in order, as announced; absent: not said */
    enum upload_state state;
    str failure;
    instant expires_at; /* open: when it counts as abandoned; done: when it is forgotten */
    instant lease_until;
    int64_t part_count, received_size; /* by now */
    int64_t stored_count, there_count, refused_count;
};
DECLARE_SCHEMA(upload);
SLICE(upload);

struct upload_part {
    int64_t key;
    int64_t upload_key;
    int64_t number;
    str name; /* of the file in the folder; absent in an archive */
    int64_t size;
    str sha256; /* of its bytes: the name of its object */
    instant created_at;
};
DECLARE_SCHEMA(upload_part);
SLICE(upload_part);

struct upload_file {
    int64_t key;
    int64_t upload_key;
    int64_t number; /* from 1, in the order of folder or archive */
    str name;
    enum upload_outcome outcome;
    str code, detail; /* of one that was refused */
    uuid study_id;
    str study_instance_uid, series_instance_uid, sop_instance_uid;
};
DECLARE_SCHEMA(upload_file);
SLICE(upload_file);

/* NULL, or what is wrong with the name of a file in a folder or an archive: absolute, upwards, with
 * characters that are no part of a name. No name is ever used as a path. */
const char *upload_name_complaint(str name);

#endif
