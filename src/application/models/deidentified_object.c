/* Two passes over the stored file. */
#include "application/models/deidentified_object.h"

#include "base/arena.h"
#include "base/byte_source.h"

struct deidentify_options deidentified_options(const struct deidentified_object *object,
                                               struct deidentify_facts *facts)
{
    facts->patient_id = object->patient_id;
    facts->issuer_of_patient_id = object->issuer_of_patient_id;
    facts->study_instance_uid = object->study_instance_uid;
    facts->shown_study_instance_uid = object->shown_study_instance_uid;
    return (struct deidentify_options){.flags = DEIDENTIFIED_VIEW_FLAGS, .key = object->key};
}

err deidentified_check(struct arena *a, const struct deidentify_facts *facts)
{
    unsigned risks = deidentify_risk(facts);
    unsigned risk = 0;
    if (risks == 0)
        return OK;
    while ((risks >> risk & 1) == 0)
        risk++;
    return ERRF(a, FORBIDDEN, "the instance is not shown de-identified: %s",
                deidentify_risk_text((enum deidentify_risk)risk));
}

static err write_from(struct arena *a, const struct object_file *file, const struct instance *n,
                      const struct transfer_syntax *to, struct byte_sink *sink)
{
    struct deidentify_facts facts;
    struct region_source source;
    region_source_init(&source, file->fd, 0, file->size);
    TRY(deidentify_facts_read(a, &source.base, &facts));
    TRY(deidentified_check(a, &facts));
    const struct deidentify_options options = deidentified_options(n->deidentified, &facts);
    region_source_init(&source, file->fd, 0, file->size);
    return deidentify_write(a, &source.base, &options, &facts, to, sink);
}

/* No text of what was read goes out with a refusal: it may be of the file. */
err deidentified_object_write(struct storage *storage, const struct instance *n,
                              const struct transfer_syntax *to, struct byte_sink *sink)
{
    struct arena scratch = {0};
    struct object_file file;
    err e = storage_open(storage, n->deidentified->object_name, OBJECT_WHOLE, &file);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAVAILABLE, "a stored object is missing");
    TRY(e);
    e = write_from(&scratch, &file, n, to, sink);
    fd_close(file.fd);
    arena_deinit(&scratch);
    switch (e.code) {
    case ERR_FORBIDDEN:
        return ERR(FORBIDDEN, "the instance is not shown de-identified");
    case ERR_MALFORMED:
    case ERR_TOO_LARGE:
    case ERR_UNSUPPORTED:
    case ERR_INVALID: /* nothing of what it could say may be told */
        return ERR(NOT_ACCEPTABLE, "an instance cannot be had de-identified");
    default:
        return e;
    }
}
