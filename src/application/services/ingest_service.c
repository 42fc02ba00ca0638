/* Staging, parsing and the command, in that order. */
#include "application/services/ingest_service.h"

#include "application/commands/images/store_instance/command.h"
#include "application/commands/non_patient_objects/store_non_patient_object/command.h"
#include "application/models/metadata_block.h"
#include "application/models/non_patient_index.h"
#include "base/arena.h"
#include "base/log.h"
#include "core/result.h"
#include "dicom/uid.h"

enum { PREAMBLE_SIZE = 128, HEAD_SIZE = PREAMBLE_SIZE + 4 };

/* What passes goes to the stage, the first bytes when it is known what they are. */
struct copying_source {
    struct byte_source base;
    struct byte_source *from;
    struct storage *storage;
    struct stage *stage;
    bool keeps_preamble, has_cleared;
    unsigned char head[HEAD_SIZE];
    size_t head_size;
};

/* A preamble is the sender's (PS3.10 7.1), and a file that begins as a program or a page is one to
 * whoever opens it by mistake. */
static void clear_preamble(struct copying_source *c)
{
    static const unsigned char nothing[PREAMBLE_SIZE];
    if (c->keeps_preamble || c->head_size != HEAD_SIZE ||
        memcmp(c->head + PREAMBLE_SIZE, "DICM", 4) != 0 ||
        memcmp(c->head, nothing, PREAMBLE_SIZE) == 0)
        return;
    memset(c->head, 0, PREAMBLE_SIZE);
    c->has_cleared = true;
}

static err write_head(struct copying_source *c)
{
    clear_preamble(c);
    return storage_stage_write(c->storage, c->stage, c->head, c->head_size);
}

static err copying_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct copying_source *c = container_of(source, struct copying_source, base);
    TRY(byte_source_read(c->from, to, size, got));
    size_t room = HEAD_SIZE - c->head_size, taken = *got < room ? *got : room;
    bool is_short = *got == 0 && room != 0 && c->head_size != 0;
    if (taken != 0)
        memcpy(c->head + c->head_size, to, taken);
    c->head_size += taken;
    if (is_short || (taken != 0 && taken == room)) {
        TRY(write_head(c));
        c->head_size = HEAD_SIZE;
    }
    return *got == taken
               ? OK
               : storage_stage_write(c->storage, c->stage, (char *)to + taken, *got - taken);
}

static const struct byte_source_ops copying_ops = {.read = copying_read};

static err check_class(struct scope *scope, const struct dicom_index *i,
                       const struct ingest_options *options, struct ingest_result *out)
{
    out->is_other_class = !non_patient_category_has(options->category, i->sop_class_uid);
    if (out->is_other_class)
        return ERRF(scope->arena, INVALID, "the SOP class is none of %s",
                    non_patient_category_names[options->category]);
    if (options->sop_instance_uid.ptr != NULL &&
        !str_eq(options->sop_instance_uid, i->sop_instance_uid))
        return ERR(INVALID, "the object has another UID than the address");
    return OK;
}

/* A non-patient object has the first two UIDs only. */
static err check_identity(struct scope *scope, const struct dicom_index *i,
                          const struct ingest_options *options, struct ingest_result *out)
{
    const struct {
        const char *name;
        str uid;
    } uids[] = {{"SOP Class UID", i->sop_class_uid},
                {"SOP Instance UID", i->sop_instance_uid},
                {"Study Instance UID", i->study_instance_uid},
                {"Series Instance UID", i->series_instance_uid}};
    for (size_t n = 0; n < (options->is_non_patient ? 2 : COUNT_OF(uids)); n++) {
        if (uids[n].uid.len == 0)
            return ERRF(scope->arena, INVALID, "the instance has no %s", uids[n].name);
        if (!uid_is_tolerable(uids[n].uid))
            return ERRF(scope->arena, INVALID, "the %s is not a UID", uids[n].name);
    }
    if (options->is_non_patient)
        return check_class(scope, i, options, out);
    if (options->study_instance_uid.ptr != NULL &&
        !str_eq(options->study_instance_uid, i->study_instance_uid))
        return ERR(INVALID, "the instance belongs to another study");
    return OK;
}

static void note_identity(const struct dicom_index *i, struct ingest_result *out)
{
    out->sop_class_uid = i->sop_class_uid;
    out->sop_instance_uid = i->sop_instance_uid;
    out->study_instance_uid = i->study_instance_uid;
    out->series_instance_uid = i->series_instance_uid;
}

/* Where it is retrieved. */
static str path_of(struct arena *a, const struct dicom_index *i,
                   const struct ingest_options *options)
{
    return options->is_non_patient
               ? str_format(a, "/dicom-web/%s/%.*s", non_patient_category_names[options->category],
                            STR_ARG(i->sop_instance_uid))
               : str_format(a, "/dicom-web/studies/%.*s/series/%.*s/instances/%.*s",
                            STR_ARG(i->study_instance_uid), STR_ARG(i->series_instance_uid),
                            STR_ARG(i->sop_instance_uid));
}

/* The derived data that later reads are served from. Gives the metadata as text. */
static str make_blobs(struct arena *a, struct instance_read *read, str path,
                      str transfer_syntax_uid, struct instance_blobs *out)
{
    str extra = str_format(a, "\"00083002\":{\"vr\":\"UI\",\"Value\":[\"%.*s\"]}",
                           STR_ARG(transfer_syntax_uid));
    str text = json_model_finish(&read->json, a, path, extra);
    struct metadata_block block = metadata_block_make(a, text);
    *out = (struct instance_blobs){.metadata = block.bytes,
                                   .metadata_size = block.size,
                                   .metadata_crc = block.crc,
                                   .frames = read->frame_table,
                                   .bulk = read->bulk_table};
    return text;
}

static str syntax_of(const struct instance_read *read)
{
    return uid_is_tolerable(read->file.transfer_syntax_uid)
               ? read->file.transfer_syntax_uid
               : str_of(read->file.transfer_syntax->uid);
}

static err store_non_patient(struct scope *scope, struct instance_read *read,
                             const struct stored_object *object,
                             const struct ingest_options *options, struct ingest_result *out)
{
    struct store_non_patient_object_result result;
    str syntax = syntax_of(read);
    struct store_non_patient_object cmd = {
        .object = {.category = (int64_t)options->category,
                   .sop_class_uid = read->index.sop_class_uid,
                   .sop_instance_uid = read->index.sop_instance_uid,
                   .transfer_syntax_uid = syntax,
                   .object_name = {object->name, OBJECT_NAME_SIZE},
                   .size = (int64_t)object->size}};
    str text = make_blobs(scope->arena, read, path_of(scope->arena, &read->index, options), syntax,
                          &cmd.blobs);
    TRY(non_patient_index_read(scope->arena, text, &cmd.object));
    TRY(store_non_patient_object_send(scope, &cmd, &result));
    out->was_there = result.was_there;
    return OK;
}

static err make_content(struct arena *a, struct instance_read *read, str object_name, uint64_t size,
                        const struct ingest_options *options, struct instance_content *out)
{
    struct frame_table_info frames;
    str syntax = syntax_of(read);
    TRY(frame_table_info(read->frame_table, &frames));
    *out = (struct instance_content){.index = &read->index,
                                     .transfer_syntax_uid = syntax,
                                     .frame_count = frames.frame_count,
                                     .object_name = object_name,
                                     .size = (int64_t)size};
    out->document = make_blobs(a, read, path_of(a, &read->index, options), syntax, &out->blobs);
    return OK;
}

static err store(struct scope *scope, struct instance_read *read,
                 const struct stored_object *object, const struct ingest_options *options,
                 struct ingest_result *out)
{
    struct store_instance cmd;
    struct store_instance_result result;
    if (options->is_non_patient)
        return store_non_patient(scope, read, object, options, out);
    TRY(make_content(scope->arena, read, (str){object->name, OBJECT_NAME_SIZE}, object->size,
                     options, &cmd.content));
    TRY(store_instance_send(scope, &cmd, &result));
    out->was_there = result.was_there;
    out->is_beside = result.is_beside;
    out->study_id = result.study_id;
    return OK;
}

bool ingest_is_passing(err e)
{
    return failed(e) && (result_meaning(e.code)->retry || e.code == ERR_INTERNAL ||
                         e.code == ERR_FORBIDDEN || e.code == ERR_UNAUTHENTICATED);
}

str ingest_kept_text(struct arena *a, str text, size_t size_max)
{
    if (!str_is_utf8(text) || (text.len != 0 && memchr(text.ptr, '\0', text.len) != NULL))
        return STR("?");
    return str_copy(a, str_clip(text, size_max));
}

err ingest_again(struct scope *scope, str object_name, struct instance_content *out)
{
    struct instance_read *read = NEW(scope->arena, struct instance_read);
    struct region_source source;
    struct object_file file;
    TRY(storage_open(scope->services->storage, object_name, OBJECT_WHOLE, &file));
    region_source_init(&source, file.fd, 0, file.size);
    err e = instance_read(scope->arena, &source.base, &(struct instance_read_options){0}, read);
    fd_close(file.fd);
    TRY(e);
    return make_content(scope->arena, read, object_name, file.size, &(struct ingest_options){0},
                        out);
}

err ingest_instance(struct scope *scope, struct byte_source *source,
                    const struct ingest_options *options, struct ingest_result *out)
{
    struct storage *storage = scope->services->storage;
    struct instance_read read;
    struct stored_object object;
    *out = (struct ingest_result){0};
    /* refused before the first byte is written; the command asks again */
    TRY(mediator_authorize(scope, &store_instance_use_case));
    struct copying_source copy = {.base = {&copying_ops},
                                  .from = source,
                                  .storage = storage,
                                  .keeps_preamble = scope->services->keeps_preambles};
    TRY(storage_stage_begin(storage, &copy.stage));
    err e = instance_read(scope->arena, &copy.base, &(struct instance_read_options){0}, &read);
    note_identity(&read.index, out);
    if (!failed(e))
        e = check_identity(scope, &read.index, options, out);
    if (failed(e)) {
        storage_stage_abort(storage, copy.stage);
        return e;
    }
    TRY(storage_stage_commit(storage, copy.stage, &object));
    out->size = object.size;
    if (copy.has_cleared)
        log_event(LOG_INFO, "preamble_cleared", "object=%.*s", OBJECT_NAME_SIZE, object.name);
    return store(scope, &read, &object, options, out);
}
