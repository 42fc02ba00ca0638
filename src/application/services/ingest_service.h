/* The one way an image or another object comes in, whatever the door: bytes stream to a stage while
 * they are hashed and parsed, become durable, and only then get their rows. They are kept as they
 * came, but for a preamble (PS3.10 7.1) that says something: it is kept as zeros unless the
 * installation keeps it. */
#ifndef APPLICATION_SERVICES_INGEST_SERVICE_H
#define APPLICATION_SERVICES_INGEST_SERVICE_H

#include "application/models/instance_content.h"
#include "base/byte_source.h"

struct ingest_options {
    str study_instance_uid; /* refuse what belongs to another study; absent: take any */
    /* A non-patient object of the category instead of an instance of a study. */
    bool is_non_patient;
    enum non_patient_category category;
    str sop_instance_uid; /* of a non-patient object: refuse another; absent: take any */
};

struct ingest_result {
    /* As far as they were read, also on failure; absent otherwise. */
    str sop_class_uid, sop_instance_uid, study_instance_uid, series_instance_uid;
    str warning; /* stored, and it is not what its SOP class asks for; absent: nothing to say */
    bool was_there;
    bool is_other_class; /* INVALID, because its SOP class is none of the category */
    bool is_beside;      /* another content is served under its UID: it is a version */
    uuid study_id;       /* not of a non-patient object */
    uint64_t size;
};

/* Texts of *out live in scope->arena. Nothing stays of what fails.
 * Errors: MALFORMED (not readable), INVALID (no UIDs, UIDs that are none, another study, UID or SOP
 * class), CONFLICT (same UID, other content), FORBIDDEN, NO_SPACE, UNAVAILABLE. */
err ingest_instance(struct scope *scope, struct byte_source *source,
                    const struct ingest_options *options, struct ingest_result *out);

/* Whether a failure is none of the file: whatever comes after it would fail as well. */
bool ingest_is_passing(err e);
/* What others wrote, names and complaints, as far as it is text: no engine takes anything else. */
str ingest_kept_text(struct arena *a, str text, size_t size_max);

/* What the bytes of a stored object say; *out lives in scope->arena. Reads the whole of it: not in
 * a unit of work. Errors: NOT_FOUND, UNAVAILABLE, MALFORMED (not what was stored). */
err ingest_again(struct scope *scope, str object_name, struct instance_content *out);

#endif
