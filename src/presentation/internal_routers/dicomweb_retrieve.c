/* WADO-RS, PS3.18 10.4: instances, in the stored transfer syntax, and metadata. */
#include "presentation/internal_routers/dicomweb_pieces.h"

#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/write/data_set_writer.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_model.h"

static err respond_instances(struct request *r, const struct retrieve_images_result *images,
                             str etag)
{
    struct arena *a = request_arena(r);
    struct pieces pieces = {.r = r};
    str boundary = dicomweb_boundary(r, etag), base_url = dicomweb_base_url(r);
    for (size_t i = 0; i < images->instances.len; i++) {
        const struct instance *n = &images->instances.at[i];
        str type = str_format(a, "application/dicom; transfer-syntax=%.*s",
                              STR_ARG(n->transfer_syntax_uid));
        str location = dicomweb_location(a, base_url, &images->row, n);
        pieces_add_text(&pieces, multipart_head(a, boundary, type, location, i == 0));
        pieces_add_object(&pieces, n);
    }
    pieces_add_text(&pieces, multipart_tail(a, boundary));
    return pieces_respond(&pieces, multipart_content_type(a, boundary, STR("application/dicom")),
                          etag);
}

static bool all_in_syntax(const struct instance_slice *instances)
{
    for (size_t i = 1; i < instances->len; i++)
        if (!str_eq(instances->at[i].transfer_syntax_uid, instances->at[0].transfer_syntax_uid))
            return false;
    return true;
}

err dicomweb_respond_single(struct request *r, const struct retrieve_images_result *images,
                            str syntax)
{
    const struct instance *n = &images->instances.at[0];
    const struct transfer_syntax *from = transfer_syntax_find(n->transfer_syntax_uid);
    const struct transfer_syntax *to = transfer_syntax_find(syntax);
    if (syntax.len == 0 || str_eq(syntax, STR("*")) || str_eq(syntax, n->transfer_syntax_uid)) {
        if (n->deidentified != NULL)
            return dicomweb_respond_converted(r, images, FORM_SINGLE, NULL);
        dicomweb_set_immutable(r, n->object_name);
        if (request_is_unchanged(r, n->object_name))
            return OK;
        struct pieces pieces = {.r = r};
        pieces_add_object(&pieces, n);
        return pieces_respond(&pieces, STR("application/dicom"), n->object_name);
    }
    if (from == NULL || to == NULL || !transfer_syntax_converts(from, to))
        return ERRF(request_arena(r), NOT_ACCEPTABLE,
                    "the instance is had in the transfer syntax %.*s",
                    STR_ARG(n->transfer_syntax_uid));
    return dicomweb_respond_converted(r, images, FORM_SINGLE, to);
}

err dicomweb_respond_images(struct request *r, const struct retrieve_images_result *images,
                            bool one)
{
    struct arena *a = request_arena(r);
    struct accept_item_slice accept;
    str named, type = STR("application/dicom");
    str syntax =
        all_in_syntax(&images->instances) ? images->instances.at[0].transfer_syntax_uid : STR("*");
    dicomweb_accept(r, &accept);
    enum form form =
        dicomweb_choose_stored(&accept, type, STR("application/octet-stream"), syntax, one, &named);
    const struct transfer_syntax *to;
    enum form converted =
        form == FORM_NONE ? dicomweb_choose_conversion(r, &images->instances, one, &to) : FORM_NONE;
    if (converted != FORM_NONE)
        return dicomweb_respond_converted(r, images, converted, to);
    if (form == FORM_NONE)
        return ERRF(a, NOT_ACCEPTABLE,
                    "instances are application/dicom, single or multipart/related, in the transfer "
                    "syntax %.*s or, where it is native, in another native one",
                    STR_ARG(str_eq(syntax, STR("*")) ? STR("they are stored in") : syntax));
    if (form == FORM_SINGLE)
        return dicomweb_respond_single(r, images, STR_NONE);
    if (images->instances.at[0].deidentified != NULL)
        return dicomweb_respond_converted(r, images, FORM_MULTIPART, NULL);
    str etag = one ? str_format(a, "%.*s-m", STR_ARG(images->instances.at[0].object_name))
                   : dicomweb_group_tag(a, &images->row);
    dicomweb_set_tag(r, etag, one);
    return request_is_unchanged(r, etag) ? OK : respond_instances(r, images, etag);
}

err dicomweb_retrieve(struct request *r)
{
    struct retrieve_images query;
    struct retrieve_images_result images;
    if (dicomweb_archive_is_asked_for(r, true))
        return dicomweb_archive(r);
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_images_send(&r->scope, &query, &images));
    if (images.instances.len == 0)
        return ERR(NOT_FOUND, "not found");
    err e = dicomweb_respond_images(r, &images, query.path.sop_uid.ptr != NULL);
    return e.code == ERR_NOT_ACCEPTABLE && dicomweb_archive_is_asked_for(r, false)
               ? dicomweb_archive(r)
               : e;
}

/* The tag of the text behind the tag of one of its representations: "x-gz" (joined) and "x-gp"
 * (packed) are "x" compressed, "x-gx" and "x-gm" are it in XML. */
static str text_tag(str tag)
{
    static const char *const forms[] = {"-gz", "-gp", "-gx", "-gm"};
    tag = str_trim(tag);
    if (tag.len <= 2)
        return STR_NONE;
    tag = str_sub(tag, 1, tag.len - 1);
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_ends(tag, str_of(forms[i])))
            return str_sub(tag, 0, tag.len - 3);
    return tag;
}

/* Under another prefix than the one it is kept with. */
static err relocate(struct request *r, bool compressed, str *body)
{
    str text;
    TRY(gzip_inflate(request_arena(r), *body, &text));
    text = dicomweb_relocated(r, text);
    *body = compressed ? gzip_text(request_arena(r), text) : text;
    return body->ptr != NULL ? OK : ERR(INTERNAL, "the metadata cannot be compressed");
}

err dicomweb_respond_metadata(struct request *r, send_metadata_fn *send)
{
    struct retrieve_metadata_result result;
    enum model_form form = dicomweb_model_form(r);
    bool compressed = form == MODEL_JSON && accepts_gzip(http_header(r->x, "Accept-Encoding"));
    str body;
    TRY(dicomweb_check_charset(r));
    if (form == MODEL_NONE)
        return ERR(NOT_ACCEPTABLE, "metadata is application/dicom+json, or application/dicom+xml, "
                                   "several in multipart/related");
    bool is_elsewhere = !str_eq(r->mount, STR("/dicom-web"));
    if ((form != MODEL_JSON || is_elsewhere) && r->x->lane != LANE_CPU)
        return request_move(r, LANE_CPU);
    TRY(send(r, text_tag(http_header(r->x, "If-None-Match")), &result));
    http_set_header(r->x, "ETag",
                    str_format(request_arena(r), "\"%.*s%s\"", STR_ARG(result.etag),
                               form == MODEL_XML             ? "-gx"
                               : form == MODEL_MULTIPART_XML ? "-gm"
                               : !compressed                 ? ""
                               : result.is_packed            ? "-gp"
                                                             : "-gz"));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    http_set_header(r->x, "Vary", STR("Accept, Accept-Encoding"));
    if (result.gzip.ptr == NULL) {
        http_respond(r->x, 304, STR(""), STR(""));
        return OK;
    }
    body = result.gzip;
    if (is_elsewhere)
        TRY(relocate(r, compressed, &body));
    else if (!compressed)
        TRY(gzip_inflate(request_arena(r), result.gzip, &body));
    if (compressed)
        http_set_header(r->x, "Content-Encoding", STR("gzip"));
    return dicomweb_respond_model(r, 200, form, body, result.etag);
}

static err send_metadata(struct request *r, str if_none_match, struct retrieve_metadata_result *out)
{
    struct retrieve_metadata query = {.if_none_match = if_none_match};
    TRY(dicomweb_path(r, &query.path));
    return retrieve_metadata_send(&r->scope, &query, out);
}

err dicomweb_metadata(struct request *r)
{
    return dicomweb_respond_metadata(r, send_metadata);
}
