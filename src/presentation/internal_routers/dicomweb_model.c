/* JSON through the reader of the model into the writer of the other one. */
#include "presentation/internal_routers/dicomweb_model.h"

#include "base/arena.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_writer.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_answer.h"
#include "presentation/middleware/middleware.h"

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

static err form_of(str media_type, enum data_set_form *out)
{
    static const struct {
        const char *media_type;
        enum data_set_form form;
    } forms[] = {{"application/dicom+json", DATA_SET_JSON},
                 {"application/json", DATA_SET_JSON},
                 {XML_TYPE, DATA_SET_XML},
                 {"application/xml", DATA_SET_XML},
                 {"text/xml", DATA_SET_XML}};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_eq_nocase(media_type, str_of(forms[i].media_type))) {
            *out = forms[i].form;
            return OK;
        }
    return ERR(UNSUPPORTED, "the body is application/dicom+json or application/dicom+xml");
}

static err read_part(struct request *r, const struct multipart_part *part, str *out)
{
    struct buf text = BUF_IN(request_arena(r));
    size_t room = r->x->body.len;
    for (size_t got = 1; got != 0;) {
        TRY(byte_source_read(part->content, buf_reserve(&text, room), room, &got));
        buf_added(&text, got);
    }
    *out = buf_str(&text);
    return OK;
}

static err read_only_part(struct request *r, struct multipart_reader *reader,
                          enum data_set_form *form, str *document)
{
    struct multipart_part part;
    bool found;
    TRY(multipart_next(reader, request_arena(r), &part, &found));
    if (!found)
        return ERR(MALFORMED, "the body has no part");
    TRY(form_of(header_main(part.content_type), form));
    TRY(read_part(r, &part, document));
    TRY(multipart_next(reader, request_arena(r), &part, &found));
    return found ? ERR(MALFORMED, "the body holds one data set") : OK;
}

err dicomweb_read_body(struct request *r, enum data_set_form *form, str *document)
{
    str content_type = http_header(r->x, "Content-Type"), type = header_main(content_type),
        encoding = str_trim(http_header(r->x, "Content-Encoding"));
    struct multipart_reader reader;
    struct memory_source body;
    TRY(body_limit_check(r));
    if (encoding.len != 0 && !str_eq_nocase(encoding, STR("identity")))
        return ERR(UNSUPPORTED, "the body is sent as it is, without an encoding");
    *document = r->x->body;
    if (!str_eq_nocase(type, STR("multipart/related")))
        return form_of(type, form);
    memory_source_init(&body, r->x->body);
    TRY(multipart_reader_init(&reader, &body.base, content_type));
    err e = read_only_part(r, &reader, form, document);
    multipart_reader_deinit(&reader);
    return e;
}
