/* The one way an image comes in, whatever the door: bytes stream to a stage while they are hashed
 * and parsed, become durable, and only then get their rows. */
#ifndef APPLICATION_SERVICES_INGEST_SERVICE_H
#define APPLICATION_SERVICES_INGEST_SERVICE_H

#include "application/models/instance_content.h"
#include "base/byte_source.h"

struct ingest_options {
    str study_instance_uid; /* refuse what belongs to another study; absent: take any */
};

struct ingest_result {
    /* As far as they were read, also on failure; absent otherwise. */
    str sop_class_uid, sop_instance_uid, study_instance_uid, series_instance_uid;
    bool was_there;
    bool is_beside; /* another content is served under its UID: it is a version */
    uuid study_id;
    uint64_t size;
};

/* Texts of *out live in scope->arena. Nothing stays of what fails.
 * Errors: MALFORMED (not readable), INVALID (no UIDs, UIDs that are none, another study), CONFLICT
 * (same UID, other content), FORBIDDEN, NO_SPACE, UNAVAILABLE. */
err ingest_instance(struct scope *scope, struct byte_source *source,
                    const struct ingest_options *options, struct ingest_result *out);

/* What the bytes of a stored object say; *out lives in scope->arena. Reads the whole of it: not in
 * a unit of work. Errors: NOT_FOUND, UNAVAILABLE, MALFORMED (not what was stored). */
err ingest_again(struct scope *scope, str object_name, struct instance_content *out);

#endif
