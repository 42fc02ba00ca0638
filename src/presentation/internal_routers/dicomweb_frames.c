/* WADO-RS: frames and bulk data of one instance. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "base/arena.h"
#include "dicom/json.h"
#include "dicom/part10/frames.h"
#include "dicom/write/data_set_writer.h"
#include "presentation/http/multipart.h"

#include <unistd.h>
#include <zlib.h>

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
    TRY(dicomweb_open_range(w->r, w->instance->object_name,
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
            form = dicomweb_choose_stored(r, type, alias, str_of(same[i]), one, named);
        if (form != FORM_NONE)
            return form;
        *syntax_uid = n->transfer_syntax_uid;
    }
    form = dicomweb_choose_stored(r, type, alias, n->transfer_syntax_uid, one, named);
    if (form == FORM_NONE && !str_eq(alias, octets))
        form = dicomweb_choose_stored(r, type, octets, n->transfer_syntax_uid, one, named);
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
            return dicomweb_respond_range(r, part_type, instance->object_name,
                                          place.ranges.at[0].offset, place.ranges.at[0].size, false,
                                          etag);
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
    return dicomweb_respond_parts(
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
    enum form form = dicomweb_choose_stored(r, type, STR(""), STR("*"), true, &named);
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
        return dicomweb_respond_range(r, type, derived->instance.object_name, place.offset,
                                      place.size, false, etag);
    }
    struct http_part_slice parts = {0};
    str boundary = dicomweb_boundary(r, etag);
    if (form == FORM_MULTIPART)
        SLICE_PUSH(a, &parts)->memory = multipart_head(a, boundary, type, STR_NONE, true);
    *SLICE_PUSH(a, &parts) = content;
    if (form == FORM_MULTIPART)
        SLICE_PUSH(a, &parts)->memory = multipart_tail(a, boundary);
    return dicomweb_respond_parts(
        r, form == FORM_MULTIPART ? multipart_content_type(a, boundary, type) : type, etag, &parts);
}
