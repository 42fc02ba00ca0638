/* Look-ups by UID in the principal's organization. */
#include "application/queries/images/retrieve_images/query.h"

#include "application/models/metadata_block.h"
#include "base/arena.h"

SCHEMA_EMPTY(retrieve_images);
SCHEMA_EMPTY(retrieve_images_result);
SCHEMA_EMPTY(retrieve_derived);
SCHEMA_EMPTY(retrieve_derived_result);
SCHEMA_EMPTY(retrieve_metadata);
SCHEMA_EMPTY(retrieve_metadata_result);

static err locate(struct query_ctx *ctx, const struct image_path *path, struct image_row *out)
{
    TRY(image_reader_locate(ctx->readers->images, ctx->arena, ctx->access, path->study_uid,
                            path->series_uid, path->sop_uid, out));
    ctx->scope->subject_id = out->study.id;
    return OK;
}

struct gathering_sink {
    struct image_sink base;
    struct arena *arena;
    struct instance_slice *out;
};

static err gather(struct image_sink *sink, const struct instance *instance,
                  const struct instance_blobs *blobs)
{
    struct gathering_sink *g = container_of(sink, struct gathering_sink, base);
    (void)blobs;
    *SLICE_PUSH(g->arena, g->out) = *instance;
    return OK;
}

static err retrieve_images_handle(struct query_ctx *ctx, const struct retrieve_images *query,
                                  struct retrieve_images_result *out)
{
    struct gathering_sink sink = {{gather}, ctx->arena, &out->instances};
    TRY(locate(ctx, &query->path, &out->row));
    if (out->row.instance.key != 0) {
        *SLICE_PUSH(ctx->arena, &out->instances) = out->row.instance;
        return OK;
    }
    return image_reader_each_instance(ctx->readers->images, ctx->arena, out->row.study.key,
                                      out->row.series.key, false, &sink.base);
}
QUERY(retrieve_images, .needs = DOWNLOAD_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Retrieve instances");

static err retrieve_derived_handle(struct query_ctx *ctx, const struct retrieve_derived *query,
                                   struct retrieve_derived_result *out)
{
    struct image_row row;
    TRY(locate(ctx, &query->path, &row));
    out->instance = row.instance;
    return image_reader_blobs(ctx->readers->images, ctx->arena, row.instance.key, false,
                              &out->blobs);
}
QUERY(retrieve_derived, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Retrieve frames or bulk data");

struct joining_sink {
    struct image_sink base;
    struct metadata_join join;
};

static err join(struct image_sink *sink, const struct instance *instance,
                const struct instance_blobs *blobs)
{
    struct joining_sink *j = container_of(sink, struct joining_sink, base);
    struct metadata_block block = {blobs->metadata, blobs->metadata_size, blobs->metadata_crc};
    (void)instance;
    metadata_join_add(&j->join, &block);
    return OK;
}

static err join_metadata(struct query_ctx *ctx, const struct image_row *row, str *out)
{
    struct joining_sink sink = {.base = {join}};
    metadata_join_begin(&sink.join, ctx->arena);
    if (row->instance.key != 0) {
        struct instance_blobs blobs;
        TRY(image_reader_blobs(ctx->readers->images, ctx->arena, row->instance.key, true, &blobs));
        TRY(join(&sink.base, &row->instance, &blobs));
    } else {
        TRY(image_reader_each_instance(ctx->readers->images, NULL, row->study.key, row->series.key,
                                       true, &sink.base));
    }
    *out = metadata_join_end(&sink.join);
    return OK;
}

/* The version counts every instance that came; the identifier makes it unlike any other's. */
static str tag_of(struct arena *a, const struct image_row *row)
{
    uuid id = row->instance.key != 0 ? row->instance.id
              : row->series.key != 0 ? row->series.id
                                     : row->study.id;
    int64_t version = row->instance.key != 0 ? row->instance.version
                      : row->series.key != 0 ? row->series.version
                                             : row->study.version;
    return str_format(a, "m-%.*s-%lld", STR_ARG(uuid_text(a, id)), (long long)version);
}

/* Asked for a second time: one of those who ask compresses it as a whole for all who come after. */
static err give_entry(struct query_ctx *ctx, str tag, const struct metadata_entry *entry,
                      struct retrieve_metadata_result *out)
{
    out->gzip = entry->gzip;
    out->is_packed = entry->is_packed;
    if (entry->is_claimed)
        return OK;
    if (ctx->scope->must_not_wait)
        return scope_defer(ctx->scope);
    if (!metadata_cache_claim(ctx->services->metadata, tag))
        return OK;
    TRY(gzip_pack(ctx->arena, entry->gzip, &out->gzip));
    out->is_packed = true;
    metadata_cache_put(ctx->services->metadata, tag, out->gzip, true);
    return OK;
}

static err retrieve_metadata_handle(struct query_ctx *ctx, const struct retrieve_metadata *query,
                                    struct retrieve_metadata_result *out)
{
    struct image_row row;
    struct metadata_entry entry;
    TRY(locate(ctx, &query->path, &row));
    out->etag = tag_of(ctx->arena, &row);
    if (str_eq(query->if_none_match, out->etag))
        return OK;
    if (metadata_cache_find(ctx->services->metadata, ctx->arena, out->etag, &entry))
        return give_entry(ctx, out->etag, &entry, out);
    if (ctx->scope->must_not_wait && row.instance.key == 0)
        return scope_defer(ctx->scope);
    if (row.instance.key == 0 &&
        metadata_cache_fetch(ctx->services->metadata, ctx->arena, out->etag, &entry))
        return give_entry(ctx, out->etag, &entry, out);
    TRY(join_metadata(ctx, &row, &out->gzip));
    metadata_cache_put(ctx->services->metadata, out->etag, out->gzip, false);
    return OK;
}
QUERY(retrieve_metadata, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Retrieve metadata");
