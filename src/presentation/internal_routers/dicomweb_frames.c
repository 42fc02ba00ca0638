/* WADO-RS: frames of one instance, PS3.18 10.4.1.1.6. */
#include "presentation/internal_routers/dicomweb_pieces.h"

#include "base/arena.h"
#include "dicom/json.h"
#include "presentation/http/multipart.h"

#include <stdlib.h>

static int compare_numbers(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static bool is_one_there_twice(struct arena *a, const uint32_t *numbers, size_t count)
{
    uint32_t *sorted = NEW_ARRAY(a, uint32_t, count);
    memcpy(sorted, numbers, count * sizeof *numbers);
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    for (size_t i = 1; i < count; i++)
        if (sorted[i - 1] == sorted[i])
            return true;
    return false;
}

/* Frame numbers "1,2,5" in any order, each at least 1 and none twice. */
static err read_frame_list(struct request *r, str list, uint32_t **out, size_t *count)
{
    str part;
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
    if (is_one_there_twice(request_arena(r), numbers, *count))
        return ERR(MALFORMED, "a frame is asked for twice");
    return OK;
}

enum form dicomweb_choose_pixels(const struct accept_item_slice *accept, str stored_uid, bool one,
                                 str *named, str *syntax_uid)
{
    static const char *const same[] = {TS_EXPLICIT_LITTLE, TS_IMPLICIT_LITTLE, TS_DEFLATED};
    const struct transfer_syntax *syntax = transfer_syntax_find(stored_uid);
    str octets = STR("application/octet-stream");
    str type = syntax != NULL ? str_of(syntax->media_type) : octets;
    str alias = str_eq(type, STR("image/jphc")) ? STR("image/jhc") : octets;
    enum form form = FORM_NONE;
    *syntax_uid = stored_uid;
    if (syntax != NULL && !syntax->encapsulated) {
        *syntax_uid = STR(TS_EXPLICIT_LITTLE);
        for (size_t i = 0; i < COUNT_OF(same) && form == FORM_NONE; i++)
            form = dicomweb_choose_stored(accept, type, alias, str_of(same[i]), one, named);
        if (form != FORM_NONE)
            return form;
        *syntax_uid = stored_uid;
    }
    form = dicomweb_choose_stored(accept, type, alias, stored_uid, one, named);
    if (form == FORM_NONE && !str_eq(alias, octets))
        form = dicomweb_choose_stored(accept, type, octets, stored_uid, one, named);
    return form;
}

unsigned dicomweb_word_to_turn(str stored_uid, enum dicom_vr vr, str syntax_uid)
{
    return str_eq(stored_uid, STR(TS_EXPLICIT_BIG)) && !str_eq(syntax_uid, STR(TS_EXPLICIT_BIG))
               ? vr_word_size(vr)
               : 0;
}

/* The pixel data is the last of the values at the top of a data set that frames can be of. */
static unsigned word_of_frames(const struct retrieve_derived_result *derived, str syntax_uid)
{
    struct bulk_place pixels;
    if (failed(bulk_table_find(derived->blobs.bulk, STR("7FE00010"), &pixels)))
        return 0;
    return dicomweb_word_to_turn(derived->instance.transfer_syntax_uid, pixels.vr, syntax_uid);
}

static err respond(struct request *r, const struct retrieve_derived_result *derived, str list,
                   const uint32_t *numbers, size_t count)
{
    struct arena *a = request_arena(r);
    const struct instance *instance = &derived->instance;
    struct accept_item_slice accept;
    str named, syntax_uid;
    dicomweb_accept(r, &accept);
    enum form form = dicomweb_choose_pixels(&accept, instance->transfer_syntax_uid, count == 1,
                                            &named, &syntax_uid);
    if (form == FORM_NONE)
        return ERRF(a, NOT_ACCEPTABLE, "the frames are had in the transfer syntax %.*s",
                    STR_ARG(syntax_uid));
    struct frame_place *places = NEW_ARRAY(a, struct frame_place, count);
    TRY(frame_table_find_each(a, derived->blobs.frames, numbers, count, places));
    unsigned word = word_of_frames(derived, syntax_uid);
    str etag = str_format(a, "%.*s-f%.*s-%s%s", STR_ARG(instance->object_name), STR_ARG(list),
                          form == FORM_SINGLE ? "s" : "m", word > 1 ? "t" : "");
    dicomweb_set_immutable(r, etag);
    if (request_is_unchanged(r, etag))
        return OK;
    struct pieces pieces = {.r = r};
    str boundary = dicomweb_boundary(r, etag);
    str part_type =
        str_format(a, "%.*s; transfer-syntax=%.*s", STR_ARG(named), STR_ARG(syntax_uid));
    const struct image_path path = {request_parameter(r, "study"), request_parameter(r, "series"),
                                    instance->sop_instance_uid};
    str url = form == FORM_MULTIPART ? dicomweb_instance_url(a, dicomweb_base_url(r), &path)
                                     : STR_NONE; /* a single frame has no head */
    for (size_t i = 0; i < count; i++) {
        if (form == FORM_MULTIPART)
            pieces_add_text(
                &pieces,
                multipart_head(a, boundary, part_type,
                               str_format(a, "%.*s/frames/%u", STR_ARG(url), numbers[i]), i == 0));
        pieces_add_frame(&pieces, instance, &places[i], word);
    }
    if (form == FORM_MULTIPART)
        pieces_add_text(&pieces, multipart_tail(a, boundary));
    return pieces_respond(
        &pieces, form == FORM_MULTIPART ? multipart_content_type(a, boundary, named) : part_type,
        etag);
}

/* What answers need until their last byte lives in the request's arena. */
err dicomweb_respond_frames(struct request *r, str list)
{
    struct retrieve_derived query;
    struct retrieve_derived_result *derived = NEW(request_arena(r), struct retrieve_derived_result);
    uint32_t *numbers;
    size_t count;
    TRY(dicomweb_path(r, &query.path));
    TRY(read_frame_list(r, list, &numbers, &count));
    TRY(retrieve_derived_send(&r->scope, &query, derived));
    return respond(r, derived, list, numbers, count);
}

err dicomweb_frames(struct request *r)
{
    return dicomweb_respond_frames(r, request_parameter(r, "frames"));
}
