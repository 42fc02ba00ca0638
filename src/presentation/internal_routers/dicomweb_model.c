/* JSON through the reader of the model into the writer of the other one. */
#include "presentation/internal_routers/dicomweb_model.h"

#include "base/arena.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_reader.h"
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

static err read_document(struct request *r, str media_type, str text,
                         struct part10_consumer *consumer)
{
    struct str_slice objects;
    if (str_eq_nocase(media_type, STR(XML_TYPE)))
        return xml_model_read(request_arena(r), text, consumer);
    if (!str_eq_nocase(media_type, STR("application/dicom+json")) &&
        !str_eq_nocase(media_type, STR("application/json")))
        return ERR(UNSUPPORTED, "the body is application/dicom+json or application/dicom+xml");
    TRY(json_model_split(request_arena(r), text, &objects));
    if (objects.len != 1)
        return ERR(MALFORMED, "the body holds one data set");
    return json_model_read(request_arena(r), objects.at[0], consumer);
}

/* A body that is whole is cut at its boundaries in place. */
static err read_only_part(struct request *r, str content_type, struct part10_consumer *consumer)
{
    struct arena *a = request_arena(r);
    struct memory_source body;
    struct multipart_reader reader;
    struct multipart_part part;
    struct buf text = BUF_IN(a);
    bool found;
    memory_source_init(&body, r->x->body);
    TRY(multipart_reader_init(&reader, &body.base, content_type));
    err e = multipart_next(&reader, a, &part, &found);
    if (!failed(e) && !found)
        e = ERR(MALFORMED, "the body has no part");
    for (size_t got = 1; !failed(e) && got != 0;) {
        char *to = buf_reserve(&text, r->x->body.len);
        e = byte_source_read(part.content, to, r->x->body.len, &got);
        buf_added(&text, failed(e) ? 0 : got);
    }
    str type = failed(e) ? STR_NONE : header_main(part.content_type);
    struct arena ignored = {0};
    struct multipart_part second;
    if (!failed(e))
        e = multipart_next(&reader, &ignored, &second, &found);
    if (!failed(e) && found)
        e = ERR(MALFORMED, "the body holds one data set");
    arena_deinit(&ignored);
    multipart_reader_deinit(&reader);
    return failed(e) ? e : read_document(r, type, buf_str(&text), consumer);
}

err dicomweb_read_model(struct request *r, struct part10_consumer *consumer)
{
    str content_type = http_header(r->x, "Content-Type"), type = header_main(content_type);
    return str_eq_nocase(type, STR("multipart/related"))
               ? read_only_part(r, content_type, consumer)
               : read_document(r, type, r->x->body, consumer);
}
