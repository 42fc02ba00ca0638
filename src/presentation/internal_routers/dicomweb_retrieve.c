/* WADO-RS, PS3.18 10.4, in the stored transfer syntax: instances, metadata, frames, bulk data. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/json.h"
#include "dicom/part10/frames.h"
#include "dicom/write/data_set_writer.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_model.h"

#include <unistd.h>
#include <zlib.h>

err dicomweb_open(struct storage *storage, str object_name, struct object_range range,
                  struct object_file *out)
{
    err e = storage_open(storage, object_name, range, out);
    return e.code == ERR_NOT_FOUND ? ERR(UNAVAILABLE, "a stored object is missing") : e;
}

err dicomweb_open_part(struct storage *storage, const struct instance *n,
                       const struct http_part *part, int *fd, uint64_t *base)
{
    struct object_file file;
    bool whole = part->offset == 0 && part->size == (uint64_t)n->size;
    TRY(dicomweb_open(storage, n->object_name,
                      whole ? OBJECT_WHOLE : (struct object_range){part->offset, part->size},
                      &file));
    *fd = file.fd;
    *base = file.base;
    return OK;
}

static err open_object(struct http_parts *parts, const struct http_part *part, int *fd,
                       uint64_t *base)
{
    return dicomweb_open_part(parts->context, part->file, part, fd, base);
}

/* Boundaries are hexadecimal of a hash: the same resource gives the same bytes, and no DICOM stream
 * holds it by chance. */
str dicomweb_boundary(struct request *r, str seed)
{
    uint64_t hash = str_hash(seed), again = hash_bytes(hash, seed.ptr, seed.len);
    return str_format(request_arena(r), "gantry-%016llx%016llx", (unsigned long long)hash,
                      (unsigned long long)again);
}

struct stored_choice {
    struct syntax_choice base;
    str stored; /* "*": nobody can name it */
};

static bool takes_stored(const struct syntax_choice *base, const struct accept_item *item)
{
    const struct stored_choice *c = container_of(base, const struct stored_choice, base);
    return item->transfer_syntax.len == 0 || str_eq(item->transfer_syntax, STR("*")) ||
           str_eq(item->transfer_syntax, c->stored);
}

enum form dicomweb_choose_form(struct request *r, str type, str alias,
                               const struct syntax_choice *choice, bool one, str *named,
                               struct accept_item *chosen)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    *named = type;
    for (size_t i = 0; i < accept.len; i++) {
        const struct accept_item *item = &accept.at[i];
        bool multipart = str_eq(item->media_type, STR("multipart/related")) ||
                         str_eq(item->media_type, STR("multipart/*"));
        str wanted = multipart ? item->type : item->media_type;
        if (!choice->takes(choice, item))
            continue;
        bool any =
            wanted.len == 0 || str_eq(wanted, STR("*/*")) ||
            (str_ends(wanted, STR("/*")) && str_starts(type, str_sub(wanted, 0, wanted.len - 1)));
        bool named_alias = alias.len != 0 && str_eq(wanted, alias);
        if (!any && !str_eq(wanted, type) && !named_alias)
            continue;
        if (named_alias)
            *named = alias;
        if (chosen != NULL)
            *chosen = *item;
        if (multipart || (!multipart && str_eq(item->media_type, STR("*/*"))))
            return FORM_MULTIPART;
        if (one)
            return FORM_SINGLE;
    }
    return FORM_NONE;
}

static enum form choose_form(struct request *r, str type, str alias, str syntax, bool one,
                             str *named)
{
    const struct stored_choice choice = {{takes_stored}, syntax};
    return dicomweb_choose_form(r, type, alias, &choice.base, one, named, NULL);
}

str dicomweb_instance_url(struct arena *a, str base_url, const struct image_path *path)
{
    return str_format(a, "%.*s/studies/%.*s/series/%.*s/instances/%.*s", STR_ARG(base_url),
                      STR_ARG(path->study_uid), STR_ARG(path->series_uid), STR_ARG(path->sop_uid));
}

str dicomweb_location(struct arena *a, str base_url, const struct image_row *row,
                      const struct instance *n)
{
    return row->series.key == 0
               ? STR_NONE
               : dicomweb_instance_url(a, base_url,
                                       &(struct image_path){row->study.study_instance_uid,
                                                            row->series.series_instance_uid,
                                                            n->sop_instance_uid});
}

str dicomweb_group_tag(struct arena *a, const struct image_row *row)
{
    bool is_series = row->series.key != 0;
    return str_format(a, "i-%.*s-%lld",
                      STR_ARG(uuid_text(a, is_series ? row->series.id : row->study.id)),
                      (long long)(is_series ? row->series.version : row->study.version));
}

err dicomweb_read_range(struct request *r, str etag, uint64_t size, uint64_t *first,
                        uint64_t *length, bool *is_partial)
{
    str if_range = http_header(r->x, "If-Range"), range = http_header(r->x, "Range");
    enum range_kind kind = RANGE_NONE;
    *first = 0;
    *length = size;
    if (range.ptr != NULL && (if_range.ptr == NULL || etag_matches(if_range, etag, false)))
        kind = range_read(range, size, first, length);
    if (kind == RANGE_UNSATISFIABLE) {
        http_set_header(r->x, "Content-Range",
                        str_format(request_arena(r), "bytes */%llu", (unsigned long long)size));
        return ERR(RANGE, "the range lies outside the content");
    }
    *is_partial = kind == RANGE_ONE;
    if (*is_partial)
        http_set_header(
            r->x, "Content-Range",
            str_format(request_arena(r), "bytes %llu-%llu/%llu", (unsigned long long)*first,
                       (unsigned long long)(*first + *length - 1), (unsigned long long)size));
    return OK;
}

/* A storage that may wait for a network is not asked on a thread that others wait for. */
static err open_range(struct request *r, str object_name, struct object_range range,
                      struct object_file *out)
{
    struct storage *storage = r->scope.services->storage;
    if (storage->may_wait && r->scope.must_not_wait)
        return scope_defer(&r->scope);
    return dicomweb_open(storage, object_name, range, out);
}

/* One range of a file, or the part of it that Range asks for. */
static err respond_range(struct request *r, str content_type, str object_name, uint64_t offset,
                         uint64_t size, bool whole_file, str etag)
{
    struct object_file file;
    uint64_t first, length;
    bool is_partial;
    TRY(dicomweb_read_range(r, etag, size, &first, &length, &is_partial));
    TRY(open_range(r, object_name, whole_file ? OBJECT_WHOLE : (struct object_range){offset, size},
                   &file));
    if (whole_file ? file.size != size : !(offset <= file.size && size <= file.size - offset)) {
        close(file.fd);
        return ERR(UNAVAILABLE, "the stored object is damaged");
    }
    http_respond_file(r->x, is_partial ? 206 : 200, content_type, file.fd,
                      offset - file.base + first, length);
    return OK;
}

/* [first, first + length) of what the parts are together. */
static struct http_part_slice parts_between(struct arena *a, const struct http_part_slice *parts,
                                            uint64_t first, uint64_t length)
{
    struct http_part_slice out = {0};
    uint64_t at = 0, end = first + length;
    for (size_t i = 0; i < parts->len && at < end; i++) {
        struct http_part part = parts->at[i];
        uint64_t size = http_part_size(&part);
        uint64_t skip = at < first ? first - at : 0, stop = end - at < size ? end - at : size;
        at += size;
        if (skip >= stop)
            continue;
        if (part.file == NULL) {
            part.memory = str_sub(part.memory, (size_t)skip, (size_t)stop);
        } else {
            part.offset += skip;
            part.size = stop - skip;
        }
        *SLICE_PUSH(a, &out) = part;
    }
    return out;
}

err dicomweb_parts_asked_for(struct request *r, str etag, struct http_parts *body, unsigned *status)
{
    struct http_part_slice parts = {(struct http_part *)body->at, body->count};
    uint64_t total = 0, first, length;
    bool is_partial;
    for (size_t i = 0; i < parts.len; i++)
        total += http_part_size(&parts.at[i]);
    TRY(dicomweb_read_range(r, etag, total, &first, &length, &is_partial));
    if (is_partial)
        parts = parts_between(request_arena(r), &parts, first, length);
    body->at = parts.at;
    body->count = parts.len;
    *status = is_partial ? 206 : 200;
    return OK;
}

/* The whole, or the range of it that is asked for: a multipart body is the same bytes every time.
 */
static err respond_parts(struct request *r, str content_type, str etag,
                         const struct http_part_slice *parts)
{
    struct storage *storage = r->scope.services->storage;
    struct http_parts body = {.at = parts->at,
                              .count = parts->len,
                              .open = open_object,
                              .context = storage,
                              .request_id = r->scope.request_id,
                              .may_wait = storage->may_wait};
    unsigned status;
    TRY(dicomweb_parts_asked_for(r, etag, &body, &status));
    if (storage->may_wait && r->scope.must_not_wait)
        return scope_defer(&r->scope);
    return http_respond_parts(r->x, status, content_type, &body);
}

static err respond_instances(struct request *r, const struct retrieve_images_result *images,
                             str etag)
{
    struct arena *a = request_arena(r);
    struct http_part_slice parts = {0};
    str boundary = dicomweb_boundary(r, etag), base_url = dicomweb_base_url(r);
    for (size_t i = 0; i < images->instances.len; i++) {
        struct instance *n = &images->instances.at[i];
        str type = str_format(a, "application/dicom; transfer-syntax=%.*s",
                              STR_ARG(n->transfer_syntax_uid));
        str location = dicomweb_location(a, base_url, &images->row, n);
        SLICE_PUSH(a, &parts)->memory = multipart_head(a, boundary, type, location, i == 0);
        *SLICE_PUSH(a, &parts) = (struct http_part){.file = n, .size = (uint64_t)n->size};
    }
    SLICE_PUSH(a, &parts)->memory = multipart_tail(a, boundary);
    return respond_parts(r, multipart_content_type(a, boundary, STR("application/dicom")), etag,
                         &parts);
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
        dicomweb_set_immutable(r, n->object_name);
        if (request_is_unchanged(r, n->object_name))
            return OK;
        return respond_range(r, STR("application/dicom"), n->object_name, 0, (uint64_t)n->size,
                             true, n->object_name);
    }
    if (from == NULL || to == NULL || !transfer_syntax_converts(from, to))
        return ERRF(request_arena(r), NOT_ACCEPTABLE,
                    "the instance is had in the transfer syntax %.*s",
                    STR_ARG(n->transfer_syntax_uid));
    return dicomweb_respond_converted(r, images, FORM_SINGLE, to);
}

err dicomweb_retrieve(struct request *r)
{
    struct retrieve_images query;
    struct retrieve_images_result images;
    struct arena *a = request_arena(r);
    str named, type = STR("application/dicom");
    if (dicomweb_archive_is_asked_for(r, true))
        return dicomweb_archive(r);
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_images_send(&r->scope, &query, &images));
    if (images.instances.len == 0)
        return ERR(NOT_FOUND, "not found");
    bool one = query.path.sop_uid.ptr != NULL;
    str syntax =
        all_in_syntax(&images.instances) ? images.instances.at[0].transfer_syntax_uid : STR("*");
    enum form form = choose_form(r, type, STR("application/octet-stream"), syntax, one, &named);
    const struct transfer_syntax *to;
    enum form converted =
        form == FORM_NONE ? dicomweb_choose_conversion(r, &images.instances, one, &to) : FORM_NONE;
    if (converted != FORM_NONE)
        return dicomweb_respond_converted(r, &images, converted, to);
    if (form == FORM_NONE && dicomweb_archive_is_asked_for(r, false))
        return dicomweb_archive(r);
    if (form == FORM_NONE)
        return ERRF(a, NOT_ACCEPTABLE,
                    "instances are application/dicom, single or multipart/related, in the transfer "
                    "syntax %.*s or, where it is native, in another native one",
                    STR_ARG(str_eq(syntax, STR("*")) ? STR("they are stored in") : syntax));
    if (form == FORM_SINGLE)
        return dicomweb_respond_single(r, &images, STR_NONE);
    str etag = one ? str_format(a, "%.*s-m", STR_ARG(images.instances.at[0].object_name))
                   : dicomweb_group_tag(a, &images.row);
    dicomweb_set_tag(r, etag, one);
    return request_is_unchanged(r, etag) ? OK : respond_instances(r, &images, etag);
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

err dicomweb_metadata(struct request *r)
{
    struct retrieve_metadata query = {0};
    struct retrieve_metadata_result result;
    enum model_form form = dicomweb_model_form(r);
    bool compressed = form == MODEL_JSON && accepts_gzip(http_header(r->x, "Accept-Encoding"));
    str body;
    if (form == MODEL_NONE)
        return ERR(NOT_ACCEPTABLE, "metadata is application/dicom+json, or application/dicom+xml, "
                                   "several in multipart/related");
    if (form != MODEL_JSON && r->x->lane != LANE_CPU)
        return request_move(r, LANE_CPU);
    TRY(dicomweb_path(r, &query.path));
    query.if_none_match = text_tag(http_header(r->x, "If-None-Match"));
    TRY(retrieve_metadata_send(&r->scope, &query, &result));
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
    if (compressed)
        http_set_header(r->x, "Content-Encoding", STR("gzip"));
    else
        TRY(gzip_inflate(request_arena(r), result.gzip, &body));
    return dicomweb_respond_model(r, 200, form, body, result.etag);
}

/* The data set of a deflated file, whole: offsets in its tables are offsets in this. */
static err inflated_data_set(struct request *r, const struct instance *instance, str *out)
{
    struct object_file file;
    struct arena *a = request_arena(r);
    if (r->scope.must_not_wait)
        return scope_defer(&r->scope);
    TRY(dicomweb_open(r->scope.services->storage, instance->object_name, OBJECT_WHOLE, &file));
    char *bytes = arena_alloc_raw(a, (size_t)file.size + 1, 1);
    ssize_t got = pread(file.fd, bytes, (size_t)file.size, 0);
    close(file.fd);
    if (got < 144 || (uint64_t)got != file.size)
        return ERR(UNAVAILABLE, "the stored object is damaged");
    const unsigned char *p = (const unsigned char *)bytes + 140; /* value of (0002,0000) */
    uint64_t start =
        144 + ((uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24);
    if (start >= file.size)
        return ERR(UNAVAILABLE, "the stored object is damaged");
    z_stream stream = {.next_in = (unsigned char *)bytes + start,
                       .avail_in = (uInt)(file.size - start)};
    struct buf data = BUF_IN(a);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return ERR(UNAVAILABLE, "the object cannot be inflated");
    int code = Z_OK;
    while (code == Z_OK && data.len < PART10_INFLATED_SIZE_MAX) {
        size_t room = (size_t)1024 * 1024;
        stream.next_out = (unsigned char *)buf_reserve(&data, room);
        stream.avail_out = (uInt)room;
        code = inflate(&stream, Z_NO_FLUSH);
        buf_added(&data, room - stream.avail_out);
    }
    inflateEnd(&stream);
    *out = buf_str(&data);
    return OK;
}

/* Frame numbers "1,2,5", each at least 1. */
static err read_frame_list(struct request *r, uint32_t **out, size_t *count)
{
    str list = request_parameter(r, "frames"), part;
    size_t room = 1;
    for (size_t i = 0; i < list.len; i++)
        room += list.ptr[i] == ',';
    if (room > FRAME_LIST_LEN_MAX)
        return ERR(MALFORMED, "the list of frames is too long");
    uint32_t *numbers = *out = NEW_ARRAY(request_arena(r), uint32_t, room);
    *count = 0;
    while (str_cut(&list, ',', &part)) {
        uint64_t number;
        if (!str_to_u64(str_trim(part), &number) || number == 0 || number > FRAME_COUNT_MAX)
            return ERR(MALFORMED, "frames are numbers from 1, separated by commas");
        numbers[(*count)++] = (uint32_t)number;
    }
    return OK;
}

/* One-bit frames that begin within a byte are moved to begin one. */
static str aligned_bits(struct arena *a, str bytes, unsigned first_bit, uint64_t bit_count)
{
    size_t size = (size_t)((bit_count + 7) / 8);
    unsigned char *out = arena_alloc(a, size, 1);
    for (size_t i = 0; i < size; i++) {
        unsigned low = (unsigned char)bytes.ptr[i],
                 high = i + 1 < bytes.len ? (unsigned char)bytes.ptr[i + 1] : 0;
        out[i] = (unsigned char)((low | high << 8) >> first_bit);
    }
    if (bit_count % 8 != 0)
        out[size - 1] &= (unsigned char)(0xFF >> (8 - bit_count % 8));
    return (str){(char *)out, size};
}

struct frame_writer {
    struct request *r;
    const struct instance *instance;
    str data_set;  /* of a deflated file */
    unsigned word; /* bytes of a word whose order is turned; 0: none */
    struct http_part_slice parts;
};

static err add_memory_frame(struct frame_writer *w, const struct frame_place *place, str data)
{
    struct arena *a = request_arena(w->r);
    const struct byte_range *range = &place->ranges.at[0];
    if (range->offset > data.len || range->size > data.len - range->offset)
        return ERR(UNAVAILABLE, "the stored object is damaged");
    str bytes = str_sub(data, (size_t)range->offset, (size_t)(range->offset + range->size));
    SLICE_PUSH(a, &w->parts)->memory =
        place->bit_count != 0 ? aligned_bits(a, bytes, place->first_bit, place->bit_count) : bytes;
    return OK;
}

/* Native, hence one range. */
static err add_changed_frame(struct frame_writer *w, const struct frame_place *place, bool is_cut)
{
    struct arena *a = request_arena(w->r);
    const struct byte_range *range = &place->ranges.at[0];
    struct object_file file;
    TRY(open_range(w->r, w->instance->object_name,
                   (struct object_range){range->offset, range->size}, &file));
    char *bytes = arena_alloc_raw(a, (size_t)range->size + 1, 1);
    ssize_t got = pread(file.fd, bytes, (size_t)range->size, (off_t)(range->offset - file.base));
    close(file.fd);
    if (got != (ssize_t)range->size)
        return ERR(UNAVAILABLE, "the stored object is damaged");
    str frame = vr_turn_words(a, (str){bytes, (size_t)got}, w->word);
    SLICE_PUSH(a, &w->parts)->memory =
        is_cut ? aligned_bits(a, frame, place->first_bit, place->bit_count) : frame;
    return OK;
}

static err add_frame(struct frame_writer *w, const struct frame_place *place)
{
    struct arena *a = request_arena(w->r);
    if (w->data_set.ptr != NULL)
        return add_memory_frame(w, place, w->data_set);
    bool is_cut = place->bit_count != 0 && (place->first_bit != 0 || place->bit_count % 8 != 0);
    if (is_cut || w->word > 1)
        return add_changed_frame(w, place, is_cut);
    for (size_t i = 0; i < place->ranges.len; i++)
        *SLICE_PUSH(a, &w->parts) = (struct http_part){.file = (void *)w->instance,
                                                       .offset = place->ranges.at[i].offset,
                                                       .size = place->ranges.at[i].size};
    return OK;
}

/* Frames of native pixel data have one form, explicit VR little endian (PS3.18 8.7.3.3.2); named
 * are those whose frames are the same bytes, too. Big endian as it is stored only to who names it.
 */
static enum form choose_frame_form(struct request *r, const struct instance *n, bool one,
                                   str *named, str *syntax_uid)
{
    static const char *const same[] = {TS_EXPLICIT_LITTLE, TS_IMPLICIT_LITTLE, TS_DEFLATED};
    const struct transfer_syntax *syntax = transfer_syntax_find(n->transfer_syntax_uid);
    str octets = STR("application/octet-stream");
    str type = syntax != NULL ? str_of(syntax->media_type) : octets;
    str alias = str_eq(type, STR("image/jphc")) ? STR("image/jhc") : octets;
    enum form form = FORM_NONE;
    *syntax_uid = n->transfer_syntax_uid;
    if (syntax != NULL && !syntax->encapsulated) {
        *syntax_uid = STR(TS_EXPLICIT_LITTLE);
        for (size_t i = 0; i < COUNT_OF(same) && form == FORM_NONE; i++)
            form = choose_form(r, type, alias, str_of(same[i]), one, named);
        if (form != FORM_NONE)
            return form;
        *syntax_uid = n->transfer_syntax_uid;
    }
    form = choose_form(r, type, alias, n->transfer_syntax_uid, one, named);
    if (form == FORM_NONE && !str_eq(alias, octets))
        form = choose_form(r, type, octets, n->transfer_syntax_uid, one, named);
    return form;
}

/* How many bytes of a word are turned for that form. OB has no words. */
static unsigned word_to_turn(const struct retrieve_derived_result *derived, str syntax_uid)
{
    struct bulk_place pixels;
    if (!str_eq(derived->instance.transfer_syntax_uid, STR(TS_EXPLICIT_BIG)) ||
        str_eq(syntax_uid, STR(TS_EXPLICIT_BIG)) ||
        failed(bulk_table_find(derived->blobs.bulk, STR("7FE00010"), &pixels)))
        return 0;
    return vr_word_size(pixels.vr);
}

static err respond_frames(struct request *r, const struct retrieve_derived_result *derived,
                          const uint32_t *numbers, size_t count)
{
    struct arena *a = request_arena(r);
    const struct instance *instance = &derived->instance;
    str named, syntax_uid;
    struct frame_table_info info;
    TRY(frame_table_info(derived->blobs.frames, &info));
    enum form form = choose_frame_form(r, instance, count == 1, &named, &syntax_uid);
    if (form == FORM_NONE)
        return ERRF(a, NOT_ACCEPTABLE, "the frames are had in the transfer syntax %.*s",
                    STR_ARG(syntax_uid));
    struct frame_writer w = {
        .r = r, .instance = instance, .word = word_to_turn(derived, syntax_uid)};
    str etag = str_format(a, "%.*s-f%.*s-%s%s", STR_ARG(instance->object_name),
                          STR_ARG(request_parameter(r, "frames")), form == FORM_SINGLE ? "s" : "m",
                          w.word > 1 ? "t" : "");
    str boundary = dicomweb_boundary(r, etag);
    str part_type =
        str_format(a, "%.*s; transfer-syntax=%.*s", STR_ARG(named), STR_ARG(syntax_uid));
    const struct image_path path = {request_parameter(r, "study"), request_parameter(r, "series"),
                                    instance->sop_instance_uid};
    str url = form == FORM_MULTIPART ? dicomweb_instance_url(a, dicomweb_base_url(r), &path)
                                     : STR_NONE; /* a single frame has no head */
    if (info.in_inflated)
        TRY(inflated_data_set(r, instance, &w.data_set));
    for (size_t i = 0; i < count; i++) {
        struct frame_place place;
        TRY(frame_table_find(a, derived->blobs.frames, numbers[i], &place));
        if (form == FORM_SINGLE && place.ranges.len == 1 && place.bit_count == 0 &&
            w.data_set.ptr == NULL && w.word < 2) {
            dicomweb_set_immutable(r, etag);
            if (request_is_unchanged(r, etag))
                return OK;
            return respond_range(r, part_type, instance->object_name, place.ranges.at[0].offset,
                                 place.ranges.at[0].size, false, etag);
        }
        if (form == FORM_MULTIPART)
            SLICE_PUSH(a, &w.parts)->memory =
                multipart_head(a, boundary, part_type,
                               str_format(a, "%.*s/frames/%u", STR_ARG(url), numbers[i]), i == 0);
        TRY(add_frame(&w, &place));
    }
    dicomweb_set_immutable(r, etag);
    if (request_is_unchanged(r, etag))
        return OK;
    if (form == FORM_MULTIPART)
        SLICE_PUSH(a, &w.parts)->memory = multipart_tail(a, boundary);
    return respond_parts(
        r, form == FORM_MULTIPART ? multipart_content_type(a, boundary, named) : part_type, etag,
        &w.parts);
}

err dicomweb_frames(struct request *r)
{
    struct retrieve_derived query;
    struct retrieve_derived_result *derived = NEW(request_arena(r), struct retrieve_derived_result);
    uint32_t *numbers;
    size_t count;
    TRY(dicomweb_path(r, &query.path));
    TRY(read_frame_list(r, &numbers, &count));
    TRY(retrieve_derived_send(&r->scope, &query, derived));
    return respond_frames(r, derived, numbers, count);
}

/* Pixel data as bulk data: all of its frames when it is encapsulated. */
static err respond_all_frames(struct request *r, const struct retrieve_derived_result *derived)
{
    struct frame_table_info info;
    TRY(frame_table_info(derived->blobs.frames, &info));
    if (info.frame_count == 0)
        return ERR(NOT_FOUND, "there are no frames");
    uint32_t *numbers = NEW_ARRAY(request_arena(r), uint32_t, info.frame_count);
    for (uint32_t i = 0; i < info.frame_count; i++)
        numbers[i] = i + 1;
    return respond_frames(r, derived, numbers, info.frame_count);
}

/* What answers need until their last byte lives in the request's arena. */
err dicomweb_bulkdata(struct request *r)
{
    struct retrieve_derived query;
    struct bulk_place place;
    struct arena *a = request_arena(r);
    struct retrieve_derived_result *derived = NEW(a, struct retrieve_derived_result);
    str named, path = request_parameter(r, "path"), type = STR("application/octet-stream");
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_derived_send(&r->scope, &query, derived));
    TRY(bulk_table_find(derived->blobs.bulk, path, &place));
    if (place.size == UINT64_MAX)
        return respond_all_frames(r, derived);
    const struct transfer_syntax *syntax =
        transfer_syntax_find(derived->instance.transfer_syntax_uid);
    enum form form = choose_form(r, type, STR(""), STR("*"), true, &named);
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    if (form == FORM_NONE)
        return ERR(NOT_ACCEPTABLE, "bulk data is application/octet-stream");
    if (str_eq(accept.at[0].media_type, STR("*/*")))
        form = FORM_SINGLE;
    str etag = str_format(a, "%.*s-b%.*s-%s", STR_ARG(derived->instance.object_name), STR_ARG(path),
                          form == FORM_SINGLE ? "s" : "m");
    dicomweb_set_immutable(r, etag);
    if (request_is_unchanged(r, etag))
        return OK;
    struct http_part content = {
        .file = &derived->instance, .offset = place.offset, .size = place.size};
    if (syntax != NULL && syntax->deflated) {
        str data;
        TRY(inflated_data_set(r, &derived->instance, &data));
        if (place.offset > data.len || place.size > data.len - place.offset)
            return ERR(UNAVAILABLE, "the stored object is damaged");
        content = (struct http_part){
            .memory = str_sub(data, (size_t)place.offset, (size_t)(place.offset + place.size))};
    } else if (form == FORM_SINGLE) {
        return respond_range(r, type, derived->instance.object_name, place.offset, place.size,
                             false, etag);
    }
    struct http_part_slice parts = {0};
    str boundary = dicomweb_boundary(r, etag);
    if (form == FORM_MULTIPART)
        SLICE_PUSH(a, &parts)->memory = multipart_head(a, boundary, type, STR_NONE, true);
    *SLICE_PUSH(a, &parts) = content;
    if (form == FORM_MULTIPART)
        SLICE_PUSH(a, &parts)->memory = multipart_tail(a, boundary);
    return respond_parts(
        r, form == FORM_MULTIPART ? multipart_content_type(a, boundary, type) : type, etag, &parts);
}
