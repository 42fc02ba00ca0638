/* The rows first, then what their records need beyond them. */
#include "application/queries/images/retrieve_archive/query.h"

#include "application/models/image_list.h"
#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/json_members.h"

SCHEMA_EMPTY(retrieve_archive);
SCHEMA_EMPTY(retrieve_archive_result);

struct medium_sink {
    struct image_sink base;
    struct arena *arena;
    struct medium_instance_slice *out;
};

static err gather(struct image_sink *sink, const struct instance *instance,
                  const struct instance_blobs *blobs)
{
    struct medium_sink *g = container_of(sink, struct medium_sink, base);
    (void)blobs;
    SLICE_PUSH(g->arena, g->out)->row = *instance;
    return OK;
}

static bool is_told_by_row(const struct dicomdir_kind *kind)
{
    for (size_t i = 0; i < kind->key_count; i++)
        if (!medium_key_is_in_row(kind->keys[i].tag))
            return false;
    return true;
}

/* A report's title, a plan's label: few objects of a study have such keys. */
static err read_values(struct query_ctx *ctx, struct arena *scratch, struct medium_instance *n)
{
    const struct dicomdir_kind *kind = medium_kind_of(&n->row);
    struct instance_blobs blobs;
    struct buf text = BUF_IN(scratch);
    if (is_told_by_row(kind))
        return OK;
    TRY(image_reader_blobs(ctx->readers->images, scratch, n->row.key, true, &blobs));
    struct metadata_block block = {blobs.metadata, blobs.metadata_size, blobs.metadata_crc};
    TRY(metadata_block_text(scratch, &block, &text));
    for (size_t i = 0; i < kind->key_count; i++) {
        const struct dicomdir_key *key = &kind->keys[i];
        if (medium_key_is_in_row(key->tag))
            continue;
        str value = key->vr == VR_SQ ? json_model_member_concept(scratch, buf_str(&text), key->tag)
                                     : json_model_member_text(scratch, buf_str(&text), key->tag);
        *SLICE_PUSH(ctx->arena, &n->values) =
            (struct dicomdir_value){key->tag, str_copy(ctx->arena, value)};
    }
    return OK;
}

static err retrieve_archive_handle(struct query_ctx *ctx, const struct retrieve_archive *query,
                                   struct retrieve_archive_result *out)
{
    const struct image_path *path = &query->path;
    struct image_reader *reader = ctx->readers->images;
    struct medium_instance_slice *instances = &out->content.instances;
    struct medium_sink sink = {{gather}, ctx->arena, instances};
    CLEANUP(arena_deinit) struct arena scratch = {0};
    TRY(image_reader_locate(reader, ctx->arena, ctx->access, path->study_uid, path->series_uid,
                            path->sop_uid, &out->row));
    ctx->scope->subject_id = out->row.study.id;
    TRY(image_reader_get_study(reader, ctx->arena, ctx->access, out->row.study.id,
                               &out->content.study));
    if (out->row.instance.key != 0)
        SLICE_PUSH(ctx->arena, instances)->row = out->row.instance;
    else
        TRY(image_reader_each_instance(reader, ctx->arena, out->row.study.key, out->row.series.key,
                                       false, &sink.base));
    if (instances->len == 0)
        return ERR(NOT_FOUND, "not found");
    TRY(image_list_series(ctx, &out->row, &out->content.series));
    for (size_t i = 0; i < instances->len; i++) {
        arena_reset(&scratch);
        TRY(read_values(ctx, &scratch, &instances->at[i]));
    }
    return medium_plan(ctx->arena, &out->content, &out->medium);
}
QUERY(retrieve_archive, .needs = DOWNLOAD_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .gives_copies = true, .doc = "Download images as an archive");
