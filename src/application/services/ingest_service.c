/* Staging, parsing and the command, in that order. */
#include "application/services/ingest_service.h"

#include "application/commands/images/store_instance/command.h"
#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/uid.h"

struct copying_source {
    struct byte_source base;
    struct byte_source *from;
    struct storage *storage;
    struct stage *stage;
};

static err copying_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct copying_source *c = container_of(source, struct copying_source, base);
    TRY(byte_source_read(c->from, to, size, got));
    return *got == 0 ? OK : storage_stage_write(c->storage, c->stage, to, *got);
}

static const struct byte_source_ops copying_ops = {.read = copying_read};

static err check_identity(struct scope *scope, const struct instance_read *read,
                          const struct ingest_options *options)
{
    const struct dicom_index *i = &read->index;
    const struct {
        const char *name;
        str uid;
    } uids[] = {{"SOP Class UID", i->sop_class_uid},
                {"SOP Instance UID", i->sop_instance_uid},
                {"Study Instance UID", i->study_instance_uid},
                {"Series Instance UID", i->series_instance_uid}};
    for (size_t n = 0; n < COUNT_OF(uids); n++) {
        if (uids[n].uid.len == 0)
            return ERRF(scope->arena, INVALID, "the instance has no %s", uids[n].name);
        if (!uid_is_tolerable(uids[n].uid))
            return ERRF(scope->arena, INVALID, "the %s is not a UID", uids[n].name);
    }
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

/* The derived data that later reads are served from. */
static void make_blobs(struct arena *a, struct instance_read *read, str transfer_syntax_uid,
                       struct instance_blobs *out)
{
    const struct dicom_index *i = &read->index;
    str prefix = str_format(a, "/dicom-web/studies/%.*s/series/%.*s/instances/%.*s",
                            STR_ARG(i->study_instance_uid), STR_ARG(i->series_instance_uid),
                            STR_ARG(i->sop_instance_uid));
    str extra = str_format(a, "\"00083002\":{\"vr\":\"UI\",\"Value\":[\"%.*s\"]}",
                           STR_ARG(transfer_syntax_uid));
    str text = json_model_finish(&read->json, a, prefix, extra);
    struct metadata_block block = metadata_block_make(a, text);
    *out = (struct instance_blobs){.metadata = block.bytes,
                                   .metadata_size = block.size,
                                   .metadata_crc = block.crc,
                                   .frames = read->frame_table,
                                   .bulk = read->bulk_table};
}

static err make_content(struct arena *a, struct instance_read *read, str object_name, uint64_t size,
                        struct instance_content *out)
{
    struct frame_table_info frames;
    str syntax = uid_is_tolerable(read->file.transfer_syntax_uid)
                     ? read->file.transfer_syntax_uid
                     : str_of(read->file.transfer_syntax->uid);
    TRY(frame_table_info(read->frame_table, &frames));
    *out = (struct instance_content){.index = &read->index,
                                     .transfer_syntax_uid = syntax,
                                     .frame_count = frames.frame_count,
                                     .object_name = object_name,
                                     .size = (int64_t)size};
    make_blobs(a, read, syntax, &out->blobs);
    return OK;
}

static err store(struct scope *scope, struct instance_read *read,
                 const struct stored_object *object, struct ingest_result *out)
{
    struct store_instance cmd;
    struct store_instance_result result;
    TRY(make_content(scope->arena, read, (str){object->name, OBJECT_NAME_SIZE}, object->size,
                     &cmd.content));
    TRY(store_instance_send(scope, &cmd, &result));
    out->was_there = result.was_there;
    out->is_beside = result.is_beside;
    out->study_id = result.study_id;
    return OK;
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
    return make_content(scope->arena, read, object_name, file.size, out);
}

err ingest_instance(struct scope *scope, struct byte_source *source,
                    const struct ingest_options *options, struct ingest_result *out)
{
    struct storage *storage = scope->services->storage;
    struct instance_read read;
    struct stored_object object;
    *out = (struct ingest_result){0};
    /* refused before the first byte is written; the command asks again */
    TRY(scope->mediator->ops->authorize(scope->mediator, scope->principal,
                                        store_instance_use_case.needs));
    struct copying_source copy = {.base = {&copying_ops}, .from = source, .storage = storage};
    TRY(storage_stage_begin(storage, &copy.stage));
    err e = instance_read(scope->arena, &copy.base, &(struct instance_read_options){0}, &read);
    note_identity(&read.index, out);
    if (!failed(e))
        e = check_identity(scope, &read, options);
    if (failed(e)) {
        storage_stage_abort(storage, copy.stage);
        return e;
    }
    TRY(storage_stage_commit(storage, copy.stage, &object));
    out->size = object.size;
    return store(scope, &read, &object, out);
}
