/* JSON through the reader of the model into the writer of the other one. */
#include "presentation/internal_routers/dicomweb_model.h"

#include "base/arena.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_writer.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_answer.h"

#define XML_TYPE "application/dicom+xml"

static bool is_json(str type)
{
    return str_eq(type, STR("application/dicom+json")) || str_eq(type, STR("application/json")) ||
           str_eq(type, STR("application/*")) || str_eq(type, STR("*/*"));
}

enum model_form dicomweb_model_form(struct request *r)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    for (size_t i = 0; i < accept.len; i++) {
        const struct accept_item *item = &accept.at[i];
        bool multipart = str_eq(item->media_type, STR("multipart/related"));
        if (is_json(item->media_type))
            return MODEL_JSON;
        if (str_eq(item->media_type, STR(XML_TYPE)) ||
            str_eq(item->media_type, STR("application/xml")) ||
            str_eq(item->media_type, STR("text/xml")))
            return MODEL_XML;
        if (multipart && (item->type.len == 0 || str_eq(item->type, STR(XML_TYPE))))
            return MODEL_MULTIPART_XML;
    }
    return MODEL_NONE;
}

/* The document grows in a, the text of an error lives in errors. */
static err write_xml(struct arena *a, struct arena *errors, str object, str *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct xml_model model;
    xml_model_init(&model, a, &scratch);
    TRY(json_model_read_stored(errors, object, &model.base));
    *out = xml_model_finish(&model, a, STR(""));
    return OK;
}

err dicomweb_write_xml_parts(struct request *r, const struct str_slice *objects, str seed,
                             struct buf *out, str *type)
{
    struct arena *a = request_arena(r);
    str boundary = dicomweb_boundary(r, seed);
    for (size_t i = 0; i < objects->len; i++) {
        CLEANUP(arena_deinit) struct arena one = {0};
        str document;
        buf_add(out, multipart_head(a, boundary, STR(XML_TYPE), STR_NONE, i == 0));
        TRY(write_xml(&one, a, objects->at[i], &document));
        buf_add(out, document);
    }
    buf_add(out, multipart_tail(a, boundary));
    *type = multipart_content_type(a, boundary, STR(XML_TYPE));
    return OK;
}

static err respond_parts(struct request *r, unsigned status, const struct str_slice *objects,
                         str seed)
{
    struct buf body = BUF_IN(request_arena(r));
    str type;
    if (failed(dicomweb_write_xml_parts(r, objects, seed, &body, &type)))
        return ERR(INTERNAL, "metadata is no DICOM JSON");
    http_respond(r->x, status, type, buf_str(&body));
    return OK;
}

err dicomweb_respond_model(struct request *r, unsigned status, enum model_form form, str json,
                           str seed)
{
    struct str_slice objects;
    str document;
    if (form == MODEL_JSON) {
        http_respond(r->x, status, STR("application/dicom+json"), json);
        return OK;
    }
    TRY(json_model_split(request_arena(r), json, &objects));
    if (form == MODEL_MULTIPART_XML)
        return respond_parts(r, status, &objects, seed);
    if (objects.len != 1)
        return ERR(NOT_ACCEPTABLE, "several data sets in XML are multipart/related; "
                                   "type=\"application/dicom+xml\"");
    TRY(write_xml(request_arena(r), request_arena(r), objects.at[0], &document));
    http_respond(r->x, status, STR(XML_TYPE), document);
    return OK;
}
