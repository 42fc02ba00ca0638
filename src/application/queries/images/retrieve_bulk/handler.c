/* Rows and tables in one go; metadata is inflated for documents alone. */
#include "application/queries/images/retrieve_bulk/query.h"

#include "application/models/image_list.h"
#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/document_type.h"
#include "dicom/json.h"
#include "dicom/json_members.h"

SCHEMA_EMPTY(retrieve_bulk);
SCHEMA_EMPTY(retrieve_bulk_result);

static bool has_document(const struct instance *instance, str bulk)
{
    struct bulk_place place;
    return document_class_is(instance->sop_class_uid) ||
           !failed(bulk_table_find(bulk, STR("00420011"), &place));
}

static err read_document(struct arena *a, const struct instance_blobs *blobs,
                         struct bulk_document *out)
{
    static const str key = STR_INIT("\"InlineBinary\":\"");
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct buf text = BUF_IN(&scratch);
    struct metadata_block block = {blobs->metadata, blobs->metadata_size, blobs->metadata_crc};
    TRY(metadata_block_text(&scratch, &block, &text));
    str document = buf_str(&text);
    out->media_type = str_copy(a, json_model_member_text(&scratch, document, 0x00420012));
    str_to_u64(json_model_member_text(&scratch, document, 0x00420015), &out->size);
    str member = json_model_member(document, 0x00420011);
    size_t at = str_find(member, key);
    if (at == SIZE_MAX)
        return OK;
    str base64 = str_sub(member, at + key.len, member.len);
    if (!base64_decode(a, str_sub(base64, 0, str_find_char(base64, '"')), &out->inline_content))
        return ERR(MALFORMED, "metadata is no DICOM JSON");
    return OK;
}

struct owner_sink {
    struct image_sink base;
    struct arena *arena;
    struct bulk_owner_slice *out;
    size_t tables_size;
};

static err too_much(void)
{
    return ERR(TOO_LARGE, "that is too much for one answer: ask for series or instances");
}

static struct instance copy_instance(struct arena *a, const struct instance *from)
{
    struct instance to = *from;
    to.sop_instance_uid = str_copy(a, from->sop_instance_uid);
    to.sop_class_uid = str_copy(a, from->sop_class_uid);
    to.transfer_syntax_uid = str_copy(a, from->transfer_syntax_uid);
    to.object_name = str_copy(a, from->object_name);
    to.content_date = to.content_time = STR_NONE;
    return to;
}

/* What it is given lives until it returns. */
static err take_owner(struct image_sink *sink, const struct instance *instance,
                      const struct instance_blobs *blobs)
{
    struct owner_sink *s = container_of(sink, struct owner_sink, base);
    s->tables_size += blobs->frames.len + blobs->bulk.len;
    if (s->out->len == RETRIEVE_BULK_INSTANCE_COUNT_MAX ||
        s->tables_size > RETRIEVE_BULK_TABLES_SIZE_MAX)
        return too_much();
    struct bulk_owner *owner = SLICE_PUSH(s->arena, s->out);
    *owner = (struct bulk_owner){.instance = copy_instance(s->arena, instance),
                                 .frames = str_copy(s->arena, blobs->frames),
                                 .bulk = str_copy(s->arena, blobs->bulk)};
    return has_document(instance, blobs->bulk) ? read_document(s->arena, blobs, &owner->document)
                                               : OK;
}

static err read_one(struct query_ctx *ctx, const struct image_row *row,
                    struct bulk_owner_slice *out)
{
    struct instance_blobs blobs;
    struct bulk_owner *owner = SLICE_PUSH(ctx->arena, out);
    TRY(image_reader_blobs(ctx->readers->images, ctx->arena, row->instance.key, false, &blobs));
    *owner =
        (struct bulk_owner){.instance = row->instance, .frames = blobs.frames, .bulk = blobs.bulk};
    if (!has_document(&row->instance, blobs.bulk))
        return OK;
    TRY(image_reader_blobs(ctx->readers->images, ctx->arena, row->instance.key, true, &blobs));
    return read_document(ctx->arena, &blobs, &owner->document);
}

/* Instances come series by series. */
static void name_series(const struct series_slice *series, struct bulk_owner_slice *owners)
{
    size_t at = 0;
    for (size_t i = 0; i < owners->len; i++) {
        struct bulk_owner *owner = &owners->at[i];
        for (size_t tried = 0; tried < series->len; tried++, at = (at + 1) % series->len)
            if (series->at[at].key == owner->instance.series_key) {
                owner->series_instance_uid = series->at[at].series_instance_uid;
                break;
            }
    }
}

static err retrieve_bulk_handle(struct query_ctx *ctx, const struct retrieve_bulk *query,
                                struct retrieve_bulk_result *out)
{
    struct image_reader *reader = ctx->readers->images;
    struct image_row *row = &out->row;
    struct owner_sink sink = {{take_owner}, ctx->arena, &out->owners, 0};
    struct series_slice series = {0};
    TRY(image_reader_locate(reader, ctx->arena, ctx->access, query->path.study_uid,
                            query->path.series_uid, query->path.sop_uid, row));
    ctx->scope->subject_id = row->study.id;
    if (row->instance.key != 0) {
        TRY(read_one(ctx, row, &out->owners));
        out->owners.at[0].series_instance_uid = query->path.series_uid;
        return OK;
    }
    if (ctx->scope->must_not_wait)
        return scope_defer(ctx->scope);
    TRY(image_reader_each_instance(reader, NULL, row->study.key, row->series.key, true,
                                   &sink.base));
    TRY(image_list_series(ctx, row, &series));
    name_series(&series, &out->owners);
    return OK;
}
QUERY(retrieve_bulk, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Retrieve bulk data, pixel data or rendered documents");
