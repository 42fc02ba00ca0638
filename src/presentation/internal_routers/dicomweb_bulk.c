/* WADO-RS: bulk data and pixel data, PS3.18 10.4.1.1.5 and 10.4.1.1.6: of one attribute, or all of
 * a study, series or instance. */
#include "presentation/internal_routers/dicomweb_values.h"

#include "base/arena.h"
#include "dicom/document_type.h"

#define OCTETS "application/octet-stream"
#define PATH_OF_DOCUMENT "00420011"

/* Pixel Data, Float Pixel Data, Double Float Pixel Data: at the top of a data set. */
static bool is_pixel_path(str path)
{
    return str_eq(path, STR("7FE00010")) || str_eq(path, STR("7FE00008")) ||
           str_eq(path, STR("7FE00009"));
}

static void choose_kind(struct value *v, str path)
{
    const struct transfer_syntax *syntax =
        transfer_syntax_find(v->owner->instance.transfer_syntax_uid);
    bool is_encapsulated = v->place.size == UINT64_MAX;
    const struct document_type *type = str_eq(path, STR(PATH_OF_DOCUMENT))
                                           ? document_type_find(v->owner->document.media_type)
                                           : NULL;
    v->type = type != NULL ? str_of(type->media_type) : STR(OCTETS);
    v->alias = type != NULL ? str_of(type->alias) : STR("");
    if (is_encapsulated && !is_pixel_path(path))
        v->kind = VALUE_FRAGMENTS;
    else if (is_encapsulated)
        v->kind = syntax != NULL && syntax->video ? VALUE_VIDEO : VALUE_FRAMES;
    else
        v->kind = is_pixel_path(path) ? VALUE_PIXELS : VALUE_BYTES;
}

static err add_value(struct request *r, struct values_answer *answer,
                     const struct bulk_owner *owner, str path, const struct bulk_place *place)
{
    struct arena *a = request_arena(r);
    struct frame_table_info info;
    struct value v = {.owner = owner, .place = *place};
    choose_kind(&v, path);
    TRY(frame_table_info(owner->frames, &info));
    if ((v.kind == VALUE_FRAMES || v.kind == VALUE_VIDEO) && info.frame_count == 0)
        return OK;
    v.location = str_format(a, "bulkdata/%.*s", STR_ARG(path));
    *SLICE_PUSH(a, &answer->values) = v;
    return OK;
}

static err add_values(struct request *r, struct values_answer *answer,
                      const struct bulk_owner *owner, bool only_pixels)
{
    str rest = owner->bulk, path;
    struct bulk_place place;
    bool found;
    for (;;) {
        TRY(bulk_table_next(&rest, &path, &place, &found));
        if (!found)
            return OK;
        if (only_pixels && !is_pixel_path(path))
            continue;
        TRY(add_value(r, answer, owner, path, &place));
        if (only_pixels)
            return OK;
    }
}

static err respond_resource(struct request *r, bool only_pixels)
{
    struct retrieve_bulk query;
    struct retrieve_bulk_result *found = NEW(request_arena(r), struct retrieve_bulk_result);
    struct values_answer answer = {.what = only_pixels ? "pixel data" : "bulk data"};
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_bulk_send(&r->scope, &query, found));
    dicomweb_accept(r, &answer.accept);
    answer.is_immutable = found->row.instance.key != 0;
    answer.etag = answer.is_immutable ? found->owners.at[0].instance.object_name
                                      : dicomweb_group_tag(request_arena(r), &found->row);
    for (size_t i = 0; i < found->owners.len; i++)
        TRY(add_values(r, &answer, &found->owners.at[i], only_pixels));
    return values_respond(r, &answer, NULL);
}

err dicomweb_all_bulkdata(struct request *r)
{
    return respond_resource(r, false);
}

err dicomweb_pixeldata(struct request *r)
{
    return respond_resource(r, true);
}

err dicomweb_respond_bulkdata(struct request *r, const struct bulk_owner *owner)
{
    struct bulk_place place;
    str path = request_parameter(r, "path");
    struct values_answer answer = {.what = "bulk data",
                                   .etag = owner->instance.object_name,
                                   .is_immutable = true,
                                   .prefers_single = true};
    dicomweb_accept(r, &answer.accept);
    TRY(bulk_table_find(owner->bulk, path, &place));
    TRY(add_value(r, &answer, owner, path, &place));
    return values_respond(r, &answer, NULL);
}

err dicomweb_bulkdata(struct request *r)
{
    struct retrieve_bulk query;
    struct retrieve_bulk_result *found = NEW(request_arena(r), struct retrieve_bulk_result);
    str path = request_parameter(r, "path");
    size_t frames_at = str_find(path, STR("/frames/"));
    if (frames_at != SIZE_MAX && is_pixel_path(str_sub(path, 0, frames_at)))
        return dicomweb_respond_frames(r, str_sub(path, frames_at + 8, path.len));
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_bulk_send(&r->scope, &query, found));
    return dicomweb_respond_bulkdata(r, &found->owners.at[0]);
}
