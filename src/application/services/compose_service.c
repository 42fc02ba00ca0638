/* Two passes over the data set: what it has and names; then the file, with what was missing. */
#include "application/services/compose_service.h"

#include "application/queries/images/search_images/query.h"
#include "application/services/compose_iod.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/bit_stream.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_reader.h"
#include "dicom/transfer_syntax.h"
#include "dicom/uid.h"
#include "dicom/write/data_set_writer.h"
#include "dicom/write/element_filler.h"

#include <stdlib.h>

enum {
    FILLED_COUNT_MAX = 64,
    NOTED_COUNT_MAX = 64,
    ERROR_COMMENT_SIZE_MAX = 64 /* of its VR, LO */
};
#define TAG_PIXEL_DATA UINT32_C(0x7FE00010)
#define TAG_DOCUMENT UINT32_C(0x00420011)

/* ---- the first pass ---- */

struct overview {
    struct part10_consumer base;
    struct arena *arena;
    str sop_class_uid, sop_instance_uid, study_instance_uid;
    str pixel_uri, document_uri; /* absent when the value stands in the data set, or nowhere */
    bool has_pixels;
    uint32_t noted[NOTED_COUNT_MAX]; /* of what an IOD may want: what has a value */
    size_t noted_count;
    uint32_t sequence; /* at the top, whose first item would come next; 0: none */
};

static bool is_wanted_by_some_iod(uint32_t tag)
{
    for (size_t i = 0; i < PIXEL_ATTRIBUTE_COUNT; i++)
        if (pixel_attributes[i] == tag)
            return true;
    for (size_t i = 0; i < composed_attribute_count; i++)
        if (composed_attributes[i].tag == tag)
            return true;
    return false;
}

static void note_tag(struct overview *o, uint32_t tag)
{
    if (o->noted_count < NOTED_COUNT_MAX && is_wanted_by_some_iod(tag))
        o->noted[o->noted_count++] = tag;
}

static bool has_value(const struct overview *o, uint32_t tag)
{
    for (size_t i = 0; i < o->noted_count; i++)
        if (o->noted[i] == tag)
            return true;
    return false;
}

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
    if (e->length != 0 || e->uri.ptr != NULL)
        note_tag(o, e->tag);
    o->has_pixels |= e->tag == TAG_PIXEL_DATA;
    if (e->tag == 0x00080016)
        o->sop_class_uid = str_copy(o->arena, str_trim(value));
    else if (e->tag == 0x00080018)
        o->sop_instance_uid = str_copy(o->arena, str_trim(value));
    else if (e->tag == 0x0020000D)
        o->study_instance_uid = str_copy(o->arena, str_trim(value));
    else if (e->tag == TAG_PIXEL_DATA && e->uri.ptr != NULL)
        o->pixel_uri = str_copy(o->arena, e->uri);
    else if (e->tag == TAG_DOCUMENT && e->uri.ptr != NULL)
        o->document_uri = str_copy(o->arena, e->uri);
    return OK;
}

static err overview_begin(struct part10_consumer *c, const struct part10_element *e)
{
    container_of(c, struct overview, base)->sequence = e->depth == 0 ? e->tag : 0;
    return OK;
}

static err overview_item(struct part10_consumer *c, uint32_t index)
{
    struct overview *o = container_of(c, struct overview, base);
    (void)index;
    if (o->sequence != 0)
        note_tag(o, o->sequence);
    o->sequence = 0;
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
    str warning;               /* absent: none */
    const struct study *study; /* which it joins; NULL: a new one, or one that may not be seen */
    struct filled_element filled[FILLED_COUNT_MAX];
    size_t filled_count;
};

/* Kept in ascending order of tags; what is there first stays. */
static void add_filled(struct plan *p, struct filled_element filled)
{
    size_t at = p->filled_count;
    while (at > 0 && p->filled[at - 1].tag > filled.tag)
        at--;
    if (p->filled_count == FILLED_COUNT_MAX || (at > 0 && p->filled[at - 1].tag == filled.tag))
        return;
    memmove(&p->filled[at + 1], &p->filled[at], (p->filled_count - at) * sizeof p->filled[0]);
    p->filled[at] = filled;
    p->filled_count++;
}

/* value: in UTF-8, which the data set then says it is in. */
static void fill(struct plan *p, uint32_t tag, enum dicom_vr vr, str value)
{
    add_filled(p, (struct filled_element){tag, vr, value, false});
    if (vr_kind(vr) == VR_KIND_TEXT && !str_is_ascii(value))
        add_filled(p, (struct filled_element){0x00080005, VR_CS, STR("ISO_IR 192"), false});
}

/* What an archive says of an instance is not part of it. */
static void drop(struct plan *p, uint32_t tag)
{
    add_filled(p, (struct filled_element){.tag = tag, .is_dropped = true});
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

/* The same each time that the same instance comes: it is to be the same bytes. */
static str uid_beside(struct arena *a, str uid, uint32_t tag)
{
    uint64_t hashes[2] = {hash_bytes(tag, uid.ptr, uid.len), 0};
    unsigned char bytes[16];
    hashes[1] = hash_bytes(hashes[0], uid.ptr, uid.len);
    memcpy(bytes, hashes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x80); /* UUID version 8, RFC 9562 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    return uid_from_bytes(a, bytes);
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

/* A stream that lost something says so, whatever the class. */
static void fill_lossiness(struct plan *p, const struct compose_part *pixels, bool is_asked)
{
    const struct bit_stream_facts *f = &p->facts;
    if (!p->syntax->lossy && !is_asked)
        return;
    fill(p, 0x00282110, VR_CS, p->syntax->lossy ? STR("01") : STR("00"));
    if (!p->syntax->lossy || pixels == NULL || pixels->size == 0 || f->rows == 0)
        return;
    double size = (double)f->rows * f->columns * f->samples * f->bits_stored / 8;
    fill(p, 0x00282112, VR_DS, str_format(p->arena, "%.2f", size / (double)pixels->size));
    str method = lossy_method_of(p->syntax);
    if (method.ptr != NULL)
        fill(p, 0x00282114, VR_CS, method);
}

/* Absent when there is none yet. A sender who may not read studies learns nothing of them. */
static err find_study(struct scope *scope, struct plan *p, str uid)
{
    struct search_images search = {.filter = {.level = LEVEL_STUDY, .limit = 1}};
    struct search_images_result found;
    if (uid.len == 0 || !uid_is_tolerable(uid))
        return OK;
    *SLICE_PUSH(p->arena, &search.filter.matches) =
        (struct image_match){.attribute = image_attribute_find(0x0020000D), .value = uid};
    err e = search_images_send(scope, &search, &found);
    if (!failed(e) && found.page.rows.len != 0)
        p->study = &found.page.rows.at[0].study;
    return e.code == ERR_FORBIDDEN ? OK : e;
}

/* What the study says that the instance joins. A data set that names a patient is of that one. */
static str value_of_study(const struct plan *p, const struct overview *o, uint32_t tag)
{
    const struct image_attribute *a = image_attribute_find(tag);
    bool names_patient = has_value(o, 0x00100010) || has_value(o, 0x00100020);
    str value;
    if (p->study == NULL || a == NULL || a->level != LEVEL_STUDY ||
        (tag >> 16 == 0x0010 && names_patient))
        return STR("");
    memcpy(&value, (const char *)p->study + image_attribute_field(a)->offset, sizeof value);
    return value;
}

/* The sender's that are missing are told of: the instance is kept (PS3.4 B.2.3, B007). */
static void fill_for_iod(struct plan *p, const struct overview *o,
                         const struct composed_class *class)
{
    struct buf missing = BUF_IN(p->arena);
    for (size_t i = 0; i < composed_attribute_count; i++) {
        const struct composed_attribute *a = &composed_attributes[i];
        if ((a->iods & (unsigned)class->iod) == 0 || has_value(o, a->tag))
            continue;
        if (a->how == COMPOSED_SENDERS)
            buf_addf(&missing, "%s%08X", missing.len == 0 ? "" : ", ", (unsigned)a->tag);
        else
            fill(p, a->tag, a->vr,
                 a->how == COMPOSED_VALUE ? str_of(a->value)
                 : a->how == COMPOSED_UID ? uid_beside(p->arena, p->sop_instance_uid, a->tag)
                                          : value_of_study(p, o, a->tag));
    }
    str text = str_format(p->arena, "type 1 missing: %.*s", STR_ARG(buf_str(&missing)));
    if (missing.len != 0)
        p->warning = str_sub(text, 0, ERROR_COMMENT_SIZE_MAX);
}

/* Pixels are no picture without them (PS3.18 10.5.2: they may be missing where a stream tells). */
static err check_pixel_attributes(const struct plan *p, const struct overview *o)
{
    for (size_t i = 0; i < PIXEL_ATTRIBUTE_COUNT; i++) {
        uint32_t tag = pixel_attributes[i];
        if (!has_value(o, tag))
            return ERRF(p->arena, INVALID, "pixel data without (%04X,%04X)", (unsigned)(tag >> 16),
                        (unsigned)(tag & 0xFFFF));
    }
    return OK;
}

static void fill_identity(struct plan *p, const struct ingest_options *options)
{
    fill(p, 0x00080016, VR_UI, p->sop_class_uid);
    fill(p, 0x00080018, VR_UI, p->sop_instance_uid);
    drop(p, 0x00080056); /* Instance Availability */
    drop(p, 0x00081190); /* Retrieve URL */
    drop(p, 0x00083002); /* Available Transfer Syntax UID */
    if (options->is_non_patient)
        return;
    fill(p, 0x0020000D, VR_UI,
         options->study_instance_uid.len != 0 ? options->study_instance_uid : made_uid(p->arena));
    fill(p, 0x0020000E, VR_UI, made_uid(p->arena));
}

static err make_plan(struct scope *scope, struct plan *p, const struct compose_request *request,
                     const struct overview *o)
{
    const struct ingest_options *options = &request->options;
    const struct compose_part *pixels =
        o->pixel_uri.ptr != NULL ? find_part(request, o->pixel_uri) : NULL;
    const struct compose_part *document =
        o->document_uri.ptr != NULL ? find_part(request, o->document_uri) : NULL;
    const struct compose_part *beside = document != NULL ? document : pixels;
    const struct composed_class *class = composed_class_find(o->sop_class_uid);
    if (pixels != NULL)
        TRY(look_at_stream(p, request, pixels));
    TRY(choose_syntax(p, pixels));
    bool is_nowhere = o->pixel_uri.ptr != NULL && pixels == NULL; /* told of when it is written */
    if (o->has_pixels && p->facts.rows == 0 && !is_nowhere)
        TRY(check_pixel_attributes(p, o));
    if (o->sop_class_uid.len == 0 && beside != NULL)
        class = composed_class_of(beside->media_type, p->facts.bits_stored > 8);
    p->sop_class_uid = o->sop_class_uid.len != 0 || class == NULL ? o->sop_class_uid
                                                                  : str_of(class->sop_class_uid);
    p->sop_instance_uid = o->sop_instance_uid.len != 0         ? o->sop_instance_uid
                          : options->sop_instance_uid.len != 0 ? options->sop_instance_uid
                                                               : made_uid(p->arena);
    fill_identity(p, options);
    if (pixels != NULL && p->syntax->encapsulated && p->facts.rows != 0)
        fill_pixel_module(p);
    if (pixels != NULL)
        fill_lossiness(p, pixels, class != NULL);
    if (document != NULL)
        fill(p, 0x00420012, VR_LO, document->media_type);
    if (class == NULL)
        return OK;
    TRY(find_study(scope, p,
                   o->study_instance_uid.len != 0 ? o->study_instance_uid
                                                  : options->study_instance_uid));
    fill(p, 0x00080060, VR_CS, str_of(class->modality));
    fill_for_iod(p, o, class);
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
    return ingest_instance(scope, &source.base, &request->options, out);
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
    TRY(make_plan(scope, &plan, request, &o));
    TRY(storage_scratch(scope->services->storage, &fd));
    e = write_file(scope, request, &plan, fd);
    if (!failed(e))
        e = take_in(scope, fd, request, out);
    out->warning = plan.warning;
    fd_close(fd);
    return e;
}
