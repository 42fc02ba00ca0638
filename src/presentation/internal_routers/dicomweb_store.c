/* STOW-RS, PS3.18 10.5, and the store transaction of non-patient objects, 12.5: parts stream one
 * after the other into the archive; each has its own outcome. Data sets in JSON or XML wait for the
 * bulk values that come behind them. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "application/services/compose_service.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "base/json.h"
#include "base/log.h"
#include "core/result.h"
#include "dicom/model/json_reader.h"
#include "presentation/http/gzip_source.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_model.h"

#include <unistd.h>

struct outcomes {
    struct request *r;
    struct byte_source *body;
    struct ingest_options options; /* what the address asks for */
    struct buf referenced, failed;
    size_t stored_count, failed_count, warned_count;
    str group_url; /* of the first that was stored */
    err first_error;
    err gone; /* the archive, since an earlier part: the others would each wait for the same */
};

const struct failure_reason failure_reasons[] = {
    {ERR_MALFORMED, 0xC000, "it cannot be read"},
    {ERR_UNSUPPORTED, 0xC000, "it is of a kind that is not taken"},
    {ERR_INVALID, 0xA900,
     "a UID is missing or none, the study is another than the address says, or nobody describes "
     "the pixel data"},
    {ERR_CONFLICT, 0x0111,
     "the SOP Instance UID is stored with other content, or its study is in the trash"},
    {ERR_FORBIDDEN, 0x0124, "the sender may not store"},
    {ERR_NO_SPACE, 0xA700, "there is no space"},
    {ERR_TOO_LARGE, 0xA700, "it is larger than a limit"},
    {ERR_INTERNAL, 0x0110, "a fault of the server, or of what it depends on"},
};
const size_t failure_reason_count = COUNT_OF(failure_reasons);

static unsigned failure_reason(const struct ingest_result *result, enum err_code code)
{
    size_t i = 0;
    if (result->is_other_class)
        return FAILURE_OF_OTHER_CLASS;
    while (i + 1 < failure_reason_count && failure_reasons[i].code != code)
        i++;
    return failure_reasons[i].reason;
}

/* Warning Reason (0008,1196), PS3.18 I.2.1: what is retrieved has other data elements than what was
 * sent. */

static void add_uid(struct buf *out, const char *tag, str uid)
{
    buf_addf(out, "\"%s\":{\"vr\":\"UI\"", tag);
    if (uid.len != 0) {
        buf_add(out, STR(",\"Value\":["));
        json_write_str(out, uid);
        buf_add_char(out, ']');
    }
    buf_add(out, STR("},"));
}

/* Error Comment. */
static void add_comment(struct buf *out, str text)
{
    buf_add(out, STR("\"00000902\":{\"vr\":\"LO\",\"Value\":["));
    json_write_str(out, text);
    buf_add(out, STR("]},"));
}

struct warning {
    unsigned reason; /* 0: none */
    str text;
};

static struct warning warning_of(const struct ingest_result *result)
{
    return result->is_beside
               ? (struct warning){WARNING_KEPT_BESIDE,
                                  STR("other content is served under this UID, this is a version")}
           : result->warning.len != 0 ? (struct warning){WARNING_NOT_OF_ITS_CLASS, result->warning}
                                      : (struct warning){0};
}

static void add_stored(struct outcomes *o, const struct ingest_result *result)
{
    struct warning warning = warning_of(result);
    struct arena *a = request_arena(o->r);
    str base_url = dicomweb_base_url(o->r);
    const struct image_path path = {result->study_instance_uid, result->series_instance_uid,
                                    result->sop_instance_uid};
    bool is_object = o->options.is_non_patient;
    const char *name = is_object ? non_patient_category_names[o->options.category] : "studies";
    str group = str_format(a, "%.*s/%s", STR_ARG(base_url), name);
    str url = is_object ? str_format(a, "%.*s/%.*s", STR_ARG(group), STR_ARG(path.sop_uid))
                        : dicomweb_instance_url(a, base_url, &path);
    if (o->stored_count++ != 0)
        buf_add_char(&o->referenced, ',');
    if (o->stored_count == 1)
        o->group_url =
            is_object ? group : str_format(a, "%.*s/%.*s", STR_ARG(group), STR_ARG(path.study_uid));
    buf_add_char(&o->referenced, '{');
    if (warning.reason != 0)
        add_comment(&o->referenced, warning.text);
    add_uid(&o->referenced, "00081150", result->sop_class_uid);
    add_uid(&o->referenced, "00081155", result->sop_instance_uid);
    buf_addf(&o->referenced, "\"00081190\":{\"vr\":\"UR\",\"Value\":[\"%.*s\"]}", STR_ARG(url));
    if (warning.reason != 0)
        buf_addf(&o->referenced, ",\"00081196\":{\"vr\":\"US\",\"Value\":[%u]}", warning.reason);
    o->warned_count += warning.reason != 0;
    buf_add_char(&o->referenced, '}');
}

static void add_failed(struct outcomes *o, const struct ingest_result *result, err e)
{
    if (o->failed_count++ != 0)
        buf_add_char(&o->failed, ',');
    else
        o->first_error = (err){e.code, str_copy(request_arena(o->r), str_of(e.text)).ptr, e.where};
    if (e.code == ERR_INTERNAL || e.code == ERR_UNAVAILABLE || e.code == ERR_NO_SPACE)
        log_err(LOG_WARN, "store_failed", e);
    buf_add_char(&o->failed, '{');
    add_comment(&o->failed, str_of(e.text));
    add_uid(&o->failed, "00081150", result->sop_class_uid);
    add_uid(&o->failed, "00081155", result->sop_instance_uid);
    buf_addf(&o->failed, "\"00081197\":{\"vr\":\"US\",\"Value\":[%u]}}",
             failure_reason(result, e.code));
}

static void note(struct outcomes *o, const struct ingest_result *result, err e)
{
    if (failed(e))
        add_failed(o, result, e);
    if (e.code == ERR_UNAVAILABLE)
        o->gone = (err){e.code, o->first_error.text, e.where};
    if (!failed(e))
        add_stored(o, result);
}

/* An instance has memory of its own, so that a body of any number of parts keeps it flat. content,
 * or what it is composed of. */
static void store_one(struct outcomes *o, struct byte_source *content,
                      const struct compose_request *pieces, err refused)
{
    struct arena part_arena;
    struct ingest_result result = {0};
    arena_init(&part_arena);
    struct scope scope = o->r->scope;
    scope.arena = &part_arena;
    scope.issues = (struct issues){.arena = &part_arena};
    err e = failed(refused)  ? refused
            : pieces != NULL ? compose_instance(&scope, pieces, &result)
                             : ingest_instance(&scope, content, &o->options, &result);
    note(o, &result, e);
    arena_deinit(&part_arena);
}

static bool is_dicom(str content_type)
{
    str type = header_main(content_type);
    return type.len == 0 || str_eq_nocase(type, STR("application/dicom")) ||
           str_eq_nocase(type, STR("application/octet-stream"));
}

/* What is done with each part of a body. */
typedef err take_part_fn(struct outcomes *o, void *context, const struct multipart_part *part);

static err each_part(struct outcomes *o, str content_type, take_part_fn *take, void *context)
{
    struct multipart_reader reader;
    struct multipart_part part;
    struct arena head;
    bool found = true;
    TRY(multipart_reader_init(&reader, o->body, content_type));
    arena_init(&head);
    err e = OK;
    while (!failed(e) && found) {
        arena_reset(&head);
        e = multipart_next(&reader, &head, &part, &found);
        if (!failed(e) && found)
            e = take(o, context, &part);
    }
    arena_deinit(&head);
    multipart_reader_deinit(&reader);
    return e;
}

/* What is wrong with one does not stop the others. */
static err store_part(struct outcomes *o, void *context, const struct multipart_part *part)
{
    (void)context;
    store_one(o, part->content, NULL,
              !is_dicom(part->content_type) ? ERR(UNSUPPORTED, "the part is not application/dicom")
                                            : o->gone);
    return OK;
}

/* ---- data sets in JSON or XML, with bulk values beside them ---- */

struct pieces {
    str model_type; /* of the parts that are data sets */
    struct str_slice documents;
    size_t documents_size;
    struct compose_part_slice parts;
    struct fd_sink sink;
    uint64_t parts_size;
};

static err take_document(struct outcomes *o, struct pieces *p, struct byte_source *content)
{
    struct buf text = BUF_IN(request_arena(o->r));
    for (size_t got = 1; got != 0;) {
        char *to = buf_reserve(&text, 16 * 1024);
        TRY(byte_source_read(content, to, 16 * 1024, &got));
        buf_added(&text, got);
        p->documents_size += got;
        if (p->documents_size > DOCUMENTS_SIZE_MAX)
            return ERR(TOO_LARGE,
                       "the data sets are longer than 64 MiB: large values go into parts");
    }
    *SLICE_PUSH(request_arena(o->r), &p->documents) = buf_str(&text);
    return OK;
}

static err take_bulk(struct outcomes *o, struct pieces *p, const struct multipart_part *part)
{
    struct arena *a = request_arena(o->r);
    if (p->parts.len == BULK_PART_COUNT_MAX)
        return ERR(TOO_LARGE, "too many parts");
    struct compose_part *out = SLICE_PUSH(a, &p->parts);
    *out =
        (struct compose_part){.location = str_copy(a, str_trim(part->content_location)),
                              .media_type = str_copy(a, header_main(part->content_type)),
                              .transfer_syntax = str_copy(
                                  a, header_parameter(part->content_type, STR("transfer-syntax"))),
                              .offset = p->parts_size};
    TRY(byte_copy(part->content, &p->sink.base, &out->size));
    p->parts_size += out->size;
    return OK;
}

static err take_piece(struct outcomes *o, void *context, const struct multipart_part *part)
{
    struct pieces *p = context;
    return str_eq_nocase(header_main(part->content_type), p->model_type)
               ? take_document(o, p, part->content)
               : take_bulk(o, p, part);
}

static err compose_each(struct outcomes *o, const struct pieces *p, enum compose_model model)
{
    for (size_t i = 0; i < p->documents.len; i++) {
        struct str_slice objects = {&p->documents.at[i], 1};
        if (model == COMPOSE_JSON)
            TRY(json_model_split(request_arena(o->r), p->documents.at[i], &objects));
        for (size_t n = 0; n < objects.len; n++)
            store_one(o, NULL,
                      &(struct compose_request){.model = model,
                                                .document = objects.at[n],
                                                .parts = &p->parts,
                                                .parts_fd = p->sink.fd,
                                                .options = o->options},
                      o->gone);
    }
    return OK;
}

/* Nothing is stored of a body that is cut off: which parts are missing is not known. */
static err store_pieces(struct outcomes *o, str content_type, str model_type)
{
    struct pieces p = {.model_type = model_type};
    struct scope *scope = &o->r->scope;
    int fd;
    TRY(storage_scratch(scope->services->storage, &fd));
    fd_sink_init(&p.sink, fd);
    err e = each_part(o, content_type, take_piece, &p);
    compose_parts_sort(&p.parts);
    if (!failed(e))
        e = compose_each(o, &p, str_ends(model_type, STR("json")) ? COMPOSE_JSON : COMPOSE_XML);
    close(fd);
    return e;
}

/* 200: all stored; 202: some, or not without a warning; 409: none (PS3.18 10.5.3). A full or broken
 * store is the server's to say. */
static unsigned status_of(const struct outcomes *o)
{
    if (o->failed_count == 0)
        return o->warned_count == 0 ? 200 : 202;
    if (o->stored_count != 0)
        return 202;
    const struct result_meaning *meaning = result_meaning(o->first_error.code);
    return meaning->retry ? meaning->http_status : 409;
}

static err respond(struct outcomes *o, enum model_form form)
{
    struct buf out = BUF_IN(request_arena(o->r));
    const char *comma = "";
    buf_add_char(&out, '{');
    if (o->stored_count != 0) {
        buf_addf(&out, "\"00081190\":{\"vr\":\"UR\",\"Value\":[\"%.*s\"]}", STR_ARG(o->group_url));
        comma = ",";
    }
    if (o->failed_count != 0) {
        buf_addf(&out, "%s\"00081198\":{\"vr\":\"SQ\",\"Value\":[", comma);
        buf_add(&out, buf_str(&o->failed));
        buf_add(&out, STR("]}"));
        comma = ",";
    }
    if (o->stored_count != 0) {
        buf_addf(&out, "%s\"00081199\":{\"vr\":\"SQ\",\"Value\":[", comma);
        buf_add(&out, buf_str(&o->referenced));
        buf_add(&out, STR("]}"));
    }
    buf_add_char(&out, '}');
    if (o->failed_count != 0 && result_meaning(o->first_error.code)->retry)
        http_set_header(o->r->x, "Retry-After", STR("1"));
    return dicomweb_respond_model(o->r, status_of(o), form, buf_str(&out), STR("outcome"));
}

static err store_body(struct outcomes *o)
{
    str content_type = http_header(o->r->x, "Content-Type"), type = header_main(content_type);
    str inner = header_parameter(content_type, STR("type"));
    if (str_eq_nocase(type, STR("application/dicom"))) {
        store_one(o, o->body, NULL, OK);
        return OK;
    }
    if (!str_eq_nocase(type, STR("multipart/related")))
        return ERR(UNSUPPORTED,
                   "send multipart/related; type=\"application/dicom\", or application/dicom");
    bool is_model = str_eq_nocase(inner, STR("application/dicom+json")) ||
                    str_eq_nocase(inner, STR("application/dicom+xml"));
    if (inner.len != 0 && !is_model && !str_eq_nocase(inner, STR("application/dicom")))
        return ERR(UNSUPPORTED, "parts are application/dicom, or application/dicom+json or "
                                "application/dicom+xml with their bulk data");
    return is_model ? store_pieces(o, content_type, inner)
                    : each_part(o, content_type, store_part, NULL);
}

static err store_encoded_body(struct outcomes *o)
{
    struct http_exchange *x = o->r->x;
    str encoding = str_trim(http_header(x, "Content-Encoding"));
    o->body = x->stream;
    if (encoding.len == 0 || str_eq_nocase(encoding, STR("identity")))
        return store_body(o);
    if (!str_eq_nocase(encoding, STR("gzip")) && !str_eq_nocase(encoding, STR("x-gzip")) &&
        !str_eq_nocase(encoding, STR("deflate")))
        return ERR(UNSUPPORTED, "the body may be encoded as gzip or deflate");
    struct gzip_source *inflated = heap_alloc(sizeof *inflated);
    err e = gzip_source_init(inflated, x->stream);
    if (!failed(e)) {
        o->body = &inflated->base;
        e = store_body(o);
        gzip_source_deinit(inflated);
    }
    heap_free(inflated);
    return e;
}

static struct ingest_options options_of(const struct request *r, const struct image_path *path)
{
    enum non_patient_category category = dicomweb_category(r);
    return (struct ingest_options){.study_instance_uid = path->study_uid,
                                   .is_non_patient = category != NON_PATIENT_CATEGORY_COUNT,
                                   .category = category,
                                   .sop_instance_uid = path->sop_uid};
}

err dicomweb_store(struct request *r)
{
    struct image_path path;
    struct outcomes o = {
        .r = r, .referenced = BUF_IN(request_arena(r)), .failed = BUF_IN(request_arena(r))};
    enum model_form form = dicomweb_model_form(r);
    TRY(dicomweb_path(r, &path));
    o.options = options_of(r, &path);
    if (form == MODEL_NONE) /* what was stored is not undone for that */
        form = MODEL_JSON;
    err e = store_encoded_body(&o);
    if (failed(e) && o.stored_count + o.failed_count == 0)
        return e;
    if (failed(
            e)) /* cut off behind a part: what was acknowledged by then stays, the rest is told */
        add_failed(&o, &(struct ingest_result){0}, e);
    if (o.stored_count + o.failed_count == 0)
        return ERR(MALFORMED, "the body holds no instance");
    return respond(&o, form);
}
