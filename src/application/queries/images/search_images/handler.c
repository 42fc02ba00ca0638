/* Adds the organization, and the metadata when it is asked for. */
#include "application/queries/images/search_images/query.h"

#include "application/models/metadata_block.h"

SCHEMA_EMPTY(search_images);
SCHEMA_EMPTY(search_images_result);

static err add_metadata(struct query_ctx *ctx, struct search_images_result *out)
{
    for (size_t i = 0; i < out->page.rows.len; i++) {
        struct instance_blobs blobs;
        struct buf text = BUF_IN(ctx->arena);
        TRY(image_reader_blobs(ctx->readers->images, ctx->arena, out->page.rows.at[i].instance.key,
                               true, &blobs));
        struct metadata_block block = {blobs.metadata, blobs.metadata_size, blobs.metadata_crc};
        TRY(metadata_block_text(ctx->arena, &block, &text));
        *SLICE_PUSH(ctx->arena, &out->metadata) = buf_str(&text);
    }
    return OK;
}

static err search_images_handle(struct query_ctx *ctx, const struct search_images *query,
                                struct search_images_result *out)
{
    struct image_filter filter = query->filter;
    filter.organization_key = ctx->principal->organization_key;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &out->page));
    return query->with_metadata && filter.level == LEVEL_INSTANCE ? add_metadata(ctx, out) : OK;
}
QUERY(search_images, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "Search studies, series or instances");
