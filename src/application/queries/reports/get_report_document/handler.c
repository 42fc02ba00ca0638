/* And whether they are there already. */
#include "application/queries/reports/get_report_document/query.h"

SCHEMA(get_report_document, FIELD(get_report_document, report_id, .flags = REQUIRED),
       FIELD(get_report_document, number, .flags = REQUIRED));
SCHEMA(get_report_document_result,
       FIELD_EMBED_OF(get_report_document_result, document, report_document));

/* The version signed before it. */
static err find_versions(struct query_ctx *ctx, int64_t number, struct report_document *d)
{
    struct report_version_slice all;
    TRY(report_reader_find_versions(ctx->readers->reports, ctx->arena, d->report.key, &all));
    for (size_t i = 0; i < all.len; i++) {
        const struct report_version *v = &all.at[i];
        if (v->number == number)
            d->version = *v;
        if (v->number < number && report_version_is_signed(v))
            d->predecessor_id = v->id;
    }
    if (d->version.key == 0)
        return ERR(NOT_FOUND, "not found");
    return report_version_is_signed(&d->version) ? OK : ERR(CONFLICT, "it is not signed");
}

/* Of an instance with one frame it is the instance that is meant: then the frame is 0. */
static err settle_frames(struct query_ctx *ctx, struct report_document *d)
{
    struct instance instance;
    for (size_t i = 0; i < d->content.key_images.len; i++) {
        struct report_key_image *image = &d->content.key_images.at[i];
        err e = image_reader_get_instance(ctx->readers->images, ctx->arena, ctx->access,
                                          image->instance_id, &instance);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
        bool has_many = !failed(e) && instance.number_of_frames.value > 1;
        image->frame = has_many || image->frame > 1 ? image->frame : 0;
    }
    return OK;
}

static err is_stored(struct query_ctx *ctx, const struct report_document *d,
                     enum report_document_kind kind, bool *out)
{
    struct image_row row;
    err e = image_reader_locate(ctx->readers->images, ctx->arena, ctx->access,
                                d->study.study_instance_uid,
                                report_series_uid(ctx->arena, d->report.id, kind),
                                report_document_uid(ctx->arena, d->version.id, kind), &row);
    *out = !failed(e);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err get_report_document_handle(struct query_ctx *ctx,
                                      const struct get_report_document *query,
                                      struct get_report_document_result *out)
{
    struct report_document *d = &out->document;
    struct organization organization;
    TRY(report_reader_get(ctx->readers->reports, ctx->arena, ctx->access, true, query->report_id,
                          &d->report));
    TRY(find_versions(ctx, query->number, d));
    TRY(report_content_read(ctx->arena, d->version.content, &d->content));
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, d->report.study_id,
                               &d->study));
    TRY(organization_reader_get(ctx->readers->organizations, ctx->arena, d->report.organization_key,
                                &organization));
    d->organization_name = organization.name;
    TRY(settle_frames(ctx, d));
    TRY(is_stored(ctx, d, REPORT_DOCUMENT_SR, &d->has_sr));
    return is_stored(ctx, d, REPORT_DOCUMENT_PDF, &d->has_pdf);
}
QUERY(get_report_document, .needs = RUN_SYSTEM,
      .doc = "A signed version of a report with all that documents of it are made from");
