/* Two passes over the data set: what it has and names; then the file, with what was missing. */
#include "application/services/compose_service.h"

#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/bit_stream.h"
#include "dicom/document_type.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_reader.h"
#include "dicom/transfer_syntax.h"
#include "dicom/uid.h"
#include "dicom/write/data_set_writer.h"
#include "dicom/write/element_filler.h"

#include <stdlib.h>

enum { FILLED_COUNT_MAX = 24 };
#define TAG_PIXEL_DATA UINT32_C(0x7FE00010)
#define TAG_DOCUMENT UINT32_C(0x00420011)

/* ---- the first pass ---- */

struct overview {
    struct part10_consumer base;
    struct arena *arena;
    str sop_class_uid, sop_instance_uid;
    str pixel_uri, document_uri; /* absent when the value stands in the data set, or nowhere */
};

static size_t overview_wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return 0;
}

static err overview_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct overview *o = container_of(c, struct overview, base);
    if (e->depth != 0)
        return OK;
    if (e->tag == 0x00080016)
        o->sop_class_uid = str_copy(o->arena, str_trim(value));
    else if (e->tag == 0x00080018)
        o->sop_instance_uid = str_copy(o->arena, str_trim(value));
    else if (e->tag == TAG_PIXEL_DATA && e->uri.ptr != NULL)
        o->pixel_uri = str_copy(o->arena, e->uri);
    else if (e->tag == TAG_DOCUMENT && e->uri.ptr != NULL)
        o->document_uri = str_copy(o->arena, e->uri);
    return OK;
}

static err overview_begin(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return OK;
}

static err overview_item(struct part10_consumer *c, uint32_t index)
{
    (void)c, (void)index;
    return OK;
}

static err overview_end(struct part10_consumer *c)
{
    (void)c;
    return OK;
}

static const struct part10_consumer_ops overview_ops = {.wants = overview_wants,
                                                        .element = overview_element,
                                                        .sequence_begin = overview_begin,
                                                        .item_begin = overview_item,
                                                        .item_end = overview_end,
                                                        .sequence_end = overview_end};

static err read_model(struct arena *a, const struct compose_request *request,
                      struct part10_consumer *consumer)
{
    return request->model == COMPOSE_JSON ? json_model_read(a, request->document, consumer)
                                          : xml_model_read(a, request->document, consumer);
}

/* ---- parts as bulk values ---- */

struct parts {
    struct bulk_values base;
    struct arena *arena; /* of error texts */
    const struct compose_request *request;
    struct region_source source; /* of the value that is being written */
    bool is_encapsulated;
};

static int compare_parts(const void *left, const void *right)
{
    const struct compose_part *a = left, *b = right;
    int order = str_cmp(a->location, b->location);
    if (order != 0)
        return order;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size); /* an empty one has the offset of the next */
}

void compose_parts_sort(struct compose_part_slice *parts)
{
    if (parts->len != 0)
        qsort(parts->at, parts->len, sizeof *parts->at, compare_parts);
}

/* The first of that location. */
static const struct compose_part *find_part(const struct compose_request *request, str uri)
{
    size_t low = 0, high = request->parts->len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(request->parts->at[middle].location, uri) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < request->parts->len && str_eq(request->parts->at[low].location, uri)
               ? &request->parts->at[low]
               : NULL;
}

static err parts_open(struct bulk_values *b, const struct part10_element *e, struct bulk_value *out)
{
    struct parts *p = container_of(b, struct parts, base);
    const struct compose_part *part = find_part(p->request, e->uri);
    if (part == NULL)
        return ERRF(p->arena, MALFORMED, "(%04X,%04X) names a part that is not there",
                    (unsigned)(e->tag >> 16), (unsigned)(e->tag & 0xFFFF));
    region_source_init(&p->source, p->request->parts_fd, part->offset, part->size);
    *out = (struct bulk_value){.bytes = &p->source.base,
                               .size = part->size,
                               .is_encapsulated =
                                   p->is_encapsulated && e->depth == 0 && e->tag == TAG_PIXEL_DATA};
    return OK;
}

static const struct bulk_values_ops parts_ops = {.open = parts_open};

/* ---- what was left out ---- */

struct plan {
    struct arena *arena;
    const struct transfer_syntax *syntax;
    struct bit_stream_facts facts; /* rows 0: not known */
    str sop_class_uid, sop_instance_uid;
    struct filled_element filled[FILLED_COUNT_MAX];
    size_t filled_count;
};

static void fill(struct plan *p, uint32_t tag, enum dicom_vr vr, str value)
{
    if (p->filled_count < FILLED_COUNT_MAX)
        p->filled[p->filled_count++] = (struct filled_element){tag, vr, value, false};
}

/* What an archive says of an instance is not part of it. */
static void drop(struct plan *p, uint32_t tag)
{
    if (p->filled_count < FILLED_COUNT_MAX)
        p->filled[p->filled_count++] = (struct filled_element){.tag = tag, .is_dropped = true};
}

static void fill_number(struct plan *p, uint32_t tag, uint32_t number)
{
    char *bytes = arena_alloc(p->arena, 2, 1);
    bytes[0] = (char)(number & 0xFF);
    bytes[1] = (char)(number >> 8 & 0xFF);
    fill(p, tag, VR_US, (str){bytes, 2});
}

static str made_uid(struct arena *a)
{
    unsigned char bytes[16];
    random_bytes(bytes, sizeof bytes);
    return uid_from_bytes(a, bytes);
}

/* What is sent without a SOP class: a document, or a photograph or video (PS3.3 A.32). */
static const char *known_class(const struct compose_part *part, const char **modality)
{
    if (part == NULL)
        return NULL;
    const struct document_type *type = document_type_find(part->media_type);
    if (type != NULL) {
        *modality = type->modality;
        return type->sop_class_uid;
    }
    bool is_video = str_starts_nocase(part->media_type, STR("video/"));
    if (!is_video && !str_starts_nocase(part->media_type, STR("image/")))
        return NULL;
    *modality = "XC";
    return is_video ? "1.2.840.10008.5.1.4.1.1.77.1.4.1" : "1.2.840.10008.5.1.4.1.1.77.1.4";
}

static bool is_octets(str media_type)
{
    return media_type.len == 0 || str_eq_nocase(media_type, STR("application/octet-stream"));
}

/* The parameter wins, then what the stream says, then the first syntax of that media type. */
static err choose_syntax(struct plan *p, const struct compose_part *pixels)
{
    p->syntax = transfer_syntax_find(STR(TS_EXPLICIT_LITTLE));
    if (pixels == NULL)
        return OK;
    if (pixels->transfer_syntax.len != 0) {
        const struct transfer_syntax *named = transfer_syntax_find(pixels->transfer_syntax);
        if (named == NULL)
            return ERR(UNSUPPORTED, "the transfer syntax of the pixel data is not known");
        if (named->encapsulated)
            p->syntax = named;
        return OK;
    }
    if (is_octets(pixels->media_type))
        return OK;
    if (p->facts.rows != 0) {
        p->syntax = transfer_syntax_find(str_of(p->facts.transfer_syntax_uid));
        return OK;
    }
    for (size_t i = 0; i < transfer_syntax_count; i++)
        if (transfer_syntaxes[i].encapsulated &&
            str_eq_nocase(str_of(transfer_syntaxes[i].media_type), pixels->media_type)) {
            p->syntax = &transfer_syntaxes[i];
            return OK;
        }
    return ERR(UNSUPPORTED, "pixel data of that media type has no transfer syntax");
}

static err look_at_stream(struct plan *p, const struct compose_request *request,
                          const struct compose_part *pixels)
{
    if (is_octets(pixels->media_type))
        return OK;
    size_t size = pixels->size < BIT_STREAM_HEAD_SIZE ? (size_t)pixels->size : BIT_STREAM_HEAD_SIZE;
    char *head = arena_alloc_raw(p->arena, size + 1, 1);
    struct region_source source;
    size_t len = 0;
    region_source_init(&source, request->parts_fd, pixels->offset, size);
    for (size_t got = 1; got != 0 && len < size; len += got)
        TRY(byte_source_read(&source.base, head + len, size - len, &got));
    bit_stream_read((str){head, len}, &p->facts);
    return OK;
}

static void fill_pixel_module(struct plan *p)
{
    const struct bit_stream_facts *f = &p->facts;
    fill_number(p, 0x00280002, f->samples);
    fill(p, 0x00280004, VR_CS, str_of(f->photometric_interpretation));
    if (f->samples > 1)
        fill_number(p, 0x00280006, 0);
    fill_number(p, 0x00280010, f->rows);
    fill_number(p, 0x00280011, f->columns);
    fill_number(p, 0x00280100, f->bits_stored > 8 ? 16 : 8);
    fill_number(p, 0x00280101, f->bits_stored);
    fill_number(p, 0x00280102, f->bits_stored - 1);
    fill_number(p, 0x00280103, f->is_signed);
}

/* In ascending order of tags. */
static err make_plan(struct plan *p, const struct compose_request *request,
                     const struct overview *o)
{
    const struct compose_part *pixels =
        o->pixel_uri.ptr != NULL ? find_part(request, o->pixel_uri) : NULL;
    const struct compose_part *document =
        o->document_uri.ptr != NULL ? find_part(request, o->document_uri) : NULL;
    const char *modality = NULL;
    const char *class_uid = known_class(document != NULL ? document : pixels, &modality);
    if (pixels != NULL)
        TRY(look_at_stream(p, request, pixels));
    TRY(choose_syntax(p, pixels));
    p->sop_class_uid =
        o->sop_class_uid.len != 0 || class_uid == NULL ? o->sop_class_uid : str_of(class_uid);
    p->sop_instance_uid = o->sop_instance_uid.len != 0 ? o->sop_instance_uid : made_uid(p->arena);
    bool is_image = pixels != NULL && p->syntax->encapsulated && p->facts.rows != 0;
    if (class_uid != NULL)
        fill(p, 0x00080016, VR_UI, str_of(class_uid));
    fill(p, 0x00080018, VR_UI, p->sop_instance_uid);
    drop(p, 0x00080056); /* Instance Availability */
    if (modality != NULL)
        fill(p, 0x00080060, VR_CS, str_of(modality));
    drop(p, 0x00081190); /* Retrieve URL */
    drop(p, 0x00083002); /* Available Transfer Syntax UID */
    fill(p, 0x0020000D, VR_UI,
         request->study_instance_uid.len != 0 ? request->study_instance_uid : made_uid(p->arena));
    fill(p, 0x0020000E, VR_UI, made_uid(p->arena));
    if (is_image)
        fill_pixel_module(p);
    if (document != NULL)
        fill(p, 0x00420012, VR_LO, document->media_type);
    return OK;
}

/* ---- the second pass ---- */

static err write_file(struct scope *scope, const struct compose_request *request,
                      const struct plan *p, int fd)
{
    struct parts parts = {.base = {&parts_ops},
                          .arena = scope->arena,
                          .request = request,
                          .is_encapsulated = p->syntax->encapsulated};
    struct data_set_writer writer;
    struct element_filler filler;
    struct fd_sink sink;
    fd_sink_init(&sink, fd);
    data_set_writer_init(&writer, p->syntax, &sink.base, &parts.base);
    element_filler_init(&filler, &writer.base, p->filled, p->filled_count);
    err e = data_set_writer_begin(&writer, p->sop_class_uid, p->sop_instance_uid, STR(""));
    if (!failed(e))
        e = read_model(scope->arena, request, &filler.base);
    if (!failed(e))
        e = element_filler_finish(&filler);
    if (!failed(e))
        e = data_set_writer_finish(&writer);
    data_set_writer_deinit(&writer);
    return e;
}

static err take_in(struct scope *scope, int fd, const struct compose_request *request,
                   struct ingest_result *out)
{
    struct region_source source;
    region_source_init(&source, fd, 0, UINT64_MAX);
    return ingest_instance(
        scope, &source.base,
        &(struct ingest_options){.study_instance_uid = request->study_instance_uid}, out);
}

err compose_instance(struct scope *scope, const struct compose_request *request,
                     struct ingest_result *out)
{
    struct overview o = {.base = {.ops = &overview_ops}, .arena = scope->arena};
    struct plan plan = {.arena = scope->arena};
    int fd;
    *out = (struct ingest_result){0};
    err e = read_model(scope->arena, request, &o.base);
    out->sop_class_uid = o.sop_class_uid;
    out->sop_instance_uid = o.sop_instance_uid;
    TRY(e);
    TRY(make_plan(&plan, request, &o));
    TRY(storage_scratch(scope->services->storage, &fd));
    e = write_file(scope, request, &plan, fd);
    if (!failed(e))
        e = take_in(scope, fd, request, out);
    fd_close(fd);
    return e;
}
