/* Choosing, counting, putting together. */
#include "presentation/internal_routers/dicomweb_values.h"

#include "base/arena.h"
#include "dicom/part10/values.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb_pieces.h"

#include <unistd.h>

enum { OFFER_COUNT_MAX = 8, NESTED_FRAGMENT_COUNT_MAX = 1000 };
#define OCTETS "application/octet-stream"

/* ---- in which media type ---- */

static bool takes_little_endian(const struct syntax_choice *c, const struct accept_item *item)
{
    static const char *const same[] = {"", "*", TS_EXPLICIT_LITTLE, TS_IMPLICIT_LITTLE,
                                       TS_DEFLATED};
    (void)c;
    for (size_t i = 0; i < COUNT_OF(same); i++)
        if (str_eq(item->transfer_syntax, str_of(same[i])))
            return true;
    return false;
}

/* Rendered media types have no transfer syntax (PS3.18 8.7.4): one that is named is ignored. */
static bool takes_any(const struct syntax_choice *c, const struct accept_item *item)
{
    (void)c, (void)item;
    return true;
}

static const struct syntax_choice little_endian = {takes_little_endian}, any_syntax = {takes_any};

/* Bytes as their own media type or as octets, whichever stands first; then by its other name. */
static enum form choose_bytes(const struct accept_item_slice *accept, struct value *v, bool one,
                              struct accept_item *chosen)
{
    const struct syntax_choice *choice = v->is_rendered ? &any_syntax : &little_endian;
    bool is_octets = v->is_rendered || str_eq(v->type, STR(OCTETS));
    v->syntax_uid = STR_NONE;
    enum form form = dicomweb_choose_form(accept, v->type, is_octets ? v->alias : STR(OCTETS),
                                          choice, one, &v->named, chosen);
    if (form == FORM_NONE && !is_octets && v->alias.len != 0)
        form = dicomweb_choose_form(accept, v->type, v->alias, choice, one, &v->named, chosen);
    return form;
}

/* Whatever it is, in whatever form. */
static bool takes_everything(const struct accept_item_slice *accept)
{
    bool has_star = false;
    for (size_t i = 0; i < accept->len; i++) {
        if (str_starts(accept->at[i].media_type, STR("multipart/")))
            return false;
        has_star |= str_eq(accept->at[i].media_type, STR("*/*"));
    }
    return has_star;
}

static void choose(const struct values_answer *answer, struct value *v, bool one)
{
    str stored_uid = v->owner->instance.transfer_syntax_uid;
    struct accept_item chosen;
    v->form =
        v->is_rendered || v->kind == VALUE_BYTES
            ? choose_bytes(&answer->accept, v, one, &chosen)
            : dicomweb_choose_pixels(&answer->accept, stored_uid, one, &v->named, &v->syntax_uid);
}

static err part_count(const struct value *v, uint64_t *out)
{
    struct frame_table_info info;
    *out = 1;
    if (v->kind != VALUE_FRAMES)
        return OK;
    TRY(frame_table_info(v->owner->frames, &info));
    *out = info.frame_count;
    return OK;
}

/* total: parts of the values that can be had. */
static err choose_all(struct values_answer *answer, bool one, uint64_t *total)
{
    *total = 0;
    for (size_t i = 0; i < answer->values.len; i++) {
        struct value *v = &answer->values.at[i];
        uint64_t count;
        choose(answer, v, one);
        TRY(part_count(v, &count));
        *total += v->form == FORM_NONE ? 0 : count;
    }
    return *total > MULTIPART_PART_COUNT_MAX
               ? ERR(TOO_LARGE, "that is too much for one answer: ask for series, instances or "
                                "single values")
               : OK;
}

/* ---- what there is, for who takes none of it ---- */

struct offers {
    str at[OFFER_COUNT_MAX];
    size_t count;
    bool has_more;
};

static void add_offer(struct offers *o, str offer)
{
    for (size_t i = 0; i < o->count; i++)
        if (str_eq(o->at[i], offer))
            return;
    o->has_more |= o->count == OFFER_COUNT_MAX;
    if (o->count < OFFER_COUNT_MAX)
        o->at[o->count++] = offer;
}

static str offer_of(struct arena *a, const struct value *v)
{
    const struct transfer_syntax *syntax =
        transfer_syntax_find(v->owner->instance.transfer_syntax_uid);
    if (v->is_rendered || v->kind == VALUE_BYTES)
        return v->type;
    if (syntax == NULL || !syntax->encapsulated)
        return STR(OCTETS "; transfer-syntax=" TS_EXPLICIT_LITTLE);
    return str_format(a, "%s; transfer-syntax=%s", syntax->media_type, syntax->uid);
}

static err tell_offers(struct request *r, const struct values_answer *answer)
{
    struct arena *a = request_arena(r);
    struct offers offers = {0};
    struct buf text = BUF_IN(a);
    uint64_t count, total = 0;
    for (size_t i = 0; i < answer->values.len; i++) {
        add_offer(&offers, offer_of(a, &answer->values.at[i]));
        TRY(part_count(&answer->values.at[i], &count));
        total += count;
    }
    for (size_t i = 0; i < offers.count; i++)
        buf_addf(&text, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(offers.at[i]));
    return ERRF(a, NOT_ACCEPTABLE, "the %s is had as %.*s%s%s", answer->what,
                STR_ARG(buf_str(&text)), offers.has_more ? ", …" : "",
                total > 1 ? ", in multipart/related" : ", single or in multipart/related");
}

/* ---- the parts ---- */

struct assembly {
    struct request *r;
    struct pieces pieces;
    str boundary, base_url;
    size_t part_count;
    bool is_single;
};

static str type_of(struct arena *a, const struct value *v)
{
    return v->syntax_uid.len == 0 ? v->named
                                  : str_format(a, "%.*s; transfer-syntax=%.*s", STR_ARG(v->named),
                                               STR_ARG(v->syntax_uid));
}

static void begin_part(struct assembly *s, const struct value *v, uint32_t frame)
{
    struct arena *a = request_arena(s->r);
    if (s->is_single)
        return;
    const struct image_path path = {request_parameter(s->r, "study"), v->owner->series_instance_uid,
                                    v->owner->instance.sop_instance_uid};
    str url = dicomweb_instance_url(a, s->base_url, &path);
    str location = path.study_uid.ptr == NULL ? STR_NONE /* a non-patient object */
                   : frame == 0 ? str_format(a, "%.*s/%.*s", STR_ARG(url), STR_ARG(v->location))
                                : str_format(a, "%.*s/%.*s/frames/%u", STR_ARG(url),
                                             STR_ARG(v->location), frame);
    pieces_add_text(&s->pieces,
                    multipart_head(a, s->boundary, type_of(a, v), location, s->part_count++ == 0));
}

static err add_frames(struct assembly *s, const struct value *v)
{
    struct arena *a = request_arena(s->r);
    struct frame_table_info info;
    TRY(frame_table_info(v->owner->frames, &info));
    uint32_t *numbers = NEW_ARRAY(a, uint32_t, info.frame_count);
    struct frame_place *places = NEW_ARRAY(a, struct frame_place, info.frame_count);
    for (uint32_t i = 0; i < info.frame_count; i++)
        numbers[i] = i + 1;
    TRY(frame_table_find_each(a, v->owner->frames, numbers, info.frame_count, places));
    bool is_stream = v->kind == VALUE_VIDEO;
    if (is_stream)
        begin_part(s, v, 0);
    for (uint32_t i = 0; i < info.frame_count; i++) {
        if (!is_stream)
            begin_part(s, v, info.frame_count == 1 ? 0 : numbers[i]);
        pieces_add_frame(&s->pieces, &v->owner->instance, &places[i], 0);
    }
    return OK;
}

/* The items of encapsulated pixel data whose first item header is at offset, PS3.5 A.4: of those in
 * sequences no table is kept. */
static err add_fragments(struct assembly *s, const struct value *v)
{
    const struct instance *n = &v->owner->instance;
    const struct http_part whole = {
        .size = (uint64_t)(n->deidentified != NULL ? n->deidentified->size : n->size)};
    uint64_t at = v->place.offset, base;
    int fd;
    if (s->r->scope.must_not_wait)
        return scope_defer(&s->r->scope);
    TRY(dicomweb_open_part(s->r->scope.services->storage, n, &whole, &fd, &base));
    begin_part(s, v, 0);
    err e = ERR(UNAVAILABLE, "a stored object is damaged");
    for (unsigned index = 0; index <= NESTED_FRAGMENT_COUNT_MAX; index++) {
        unsigned char head[8];
        if (pread(fd, head, sizeof head, (off_t)(at - base)) != (ssize_t)sizeof head)
            break;
        uint32_t size = value_u32(head + 4, false);
        if (value_u32(head, false) != 0xE000FFFE) {
            e = OK;
            break;
        }
        if (index != 0) /* the first one is the offset table */
            pieces_add_value(&s->pieces, n, at + 8, size, 0);
        at += 8 + (uint64_t)size;
    }
    close(fd);
    return e;
}

static err add_value(struct assembly *s, const struct value *v)
{
    const struct instance *n = &v->owner->instance;
    if (v->kind == VALUE_FRAMES || v->kind == VALUE_VIDEO)
        return add_frames(s, v);
    if (v->kind == VALUE_FRAGMENTS)
        return add_fragments(s, v);
    begin_part(s, v, 0);
    if (v->content.ptr != NULL)
        pieces_add_text(&s->pieces, v->content);
    else
        pieces_add_value(&s->pieces, n, v->place.offset, v->place.size,
                         dicomweb_word_to_turn(n->transfer_syntax_uid, v->place.vr, v->syntax_uid));
    return OK;
}

/* All that the bytes depend on but the values themselves. */
static str tag_of(struct request *r, const struct values_answer *answer, bool is_single)
{
    str url = dicomweb_base_url(r), path = r->x->path;
    uint64_t hash = hash_bytes(is_single, path.ptr, path.len);
    if (!is_single)
        hash = hash_bytes(hash, url.ptr, url.len);
    for (size_t i = 0; i < answer->values.len; i++) {
        const struct value *v = &answer->values.at[i];
        bool is_sent = v->form != FORM_NONE;
        hash = hash_bytes(hash, &is_sent, sizeof is_sent);
        if (is_sent) {
            hash = hash_bytes(hash, v->named.ptr, v->named.len);
            hash = hash_bytes(hash, v->syntax_uid.ptr, v->syntax_uid.len);
        }
    }
    return str_format(request_arena(r), "%.*s-v%016llx", STR_ARG(answer->etag),
                      (unsigned long long)hash);
}

static err assemble(struct request *r, const struct values_answer *answer, bool is_single,
                    value_headers *headers)
{
    struct arena *a = request_arena(r);
    str etag = tag_of(r, answer, is_single);
    const struct value *first = NULL;
    struct assembly s = {.r = r,
                         .pieces = {.r = r},
                         .boundary = dicomweb_boundary(r, etag),
                         .base_url = dicomweb_base_url(r),
                         .is_single = is_single};
    dicomweb_set_tag(r, etag, answer->is_immutable);
    if (request_is_unchanged(r, etag))
        return OK;
    for (size_t i = 0; i < answer->values.len; i++) {
        const struct value *v = &answer->values.at[i];
        if (v->form == FORM_NONE)
            continue;
        first = first != NULL ? first : v;
        TRY(add_value(&s, v));
    }
    if (is_single && headers != NULL)
        headers(r, first);
    if (!is_single)
        pieces_add_text(&s.pieces, multipart_tail(a, s.boundary));
    return pieces_respond(
        &s.pieces,
        is_single ? type_of(a, first) : multipart_content_type(a, s.boundary, first->named), etag);
}

static const struct value *only_one(const struct values_answer *answer)
{
    for (size_t i = 0; i < answer->values.len; i++)
        if (answer->values.at[i].form != FORM_NONE)
            return &answer->values.at[i];
    return NULL;
}

err values_respond(struct request *r, struct values_answer *answer, value_headers *headers)
{
    uint64_t total;
    if (answer->values.len == 0)
        return ERRF(request_arena(r), NOT_FOUND, "there is no %s", answer->what);
    TRY(choose_all(answer, true, &total));
    bool is_single = total == 1 && (only_one(answer)->form == FORM_SINGLE ||
                                    (answer->prefers_single && takes_everything(&answer->accept)));
    if (!is_single)
        TRY(choose_all(answer, false, &total));
    if (total == 0)
        return tell_offers(r, answer);
    return assemble(r, answer, is_single, headers);
}
