/* Documents by their table, video by its transfer syntax and first bytes. */
#include "presentation/internal_routers/dicomweb_rendered.h"

#include "base/arena.h"
#include "dicom/document_type.h"
#include "presentation/internal_routers/dicomweb_values.h"

#include <unistd.h>

enum { VIDEO_HEAD_SIZE = 16 };

/* What is shown comes from whoever stored it: nothing in it may run or reach anything. Viewers of
 * PDF do not work in a sandbox; a page of this origin may embed them. */
#define DOCUMENT_POLICY                                                                            \
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; "             \
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
#define SANDBOX_POLICY DOCUMENT_POLICY "; sandbox"

static bool is_video(const struct bulk_owner *owner)
{
    const struct transfer_syntax *syntax =
        transfer_syntax_find(owner->instance.transfer_syntax_uid);
    return syntax != NULL && syntax->video;
}

static err read_head(struct request *r, const struct bulk_owner *owner, char head[VIDEO_HEAD_SIZE])
{
    struct frame_place place;
    uint64_t base;
    int fd;
    if (r->scope.must_not_wait)
        return scope_defer(&r->scope);
    TRY(frame_table_find(request_arena(r), owner->frames, 1, &place));
    struct http_part part = {.offset = place.ranges.at[0].offset, .size = place.ranges.at[0].size};
    TRY(dicomweb_open_part(r->scope.services->storage, &owner->instance, &part, &fd, &base));
    size_t size = part.size < VIDEO_HEAD_SIZE ? (size_t)part.size : VIDEO_HEAD_SIZE;
    ssize_t got = pread(fd, head, size, (off_t)(part.offset - base));
    close(fd);
    return got == (ssize_t)size ? OK : ERR(UNAVAILABLE, "a stored object is damaged");
}

/* A transport or program stream is no MP4, whatever is compressed in it (PS3.5 8.2.7 allows both).
 */
static err video_type(struct request *r, const struct bulk_owner *owner, str *out)
{
    char head[VIDEO_HEAD_SIZE] = {0};
    str bytes = {head, sizeof head};
    TRY(read_head(r, owner, head));
    if (str_eq(str_sub(bytes, 4, 8), STR("ftyp")))
        *out = STR("video/mp4");
    else if (head[0] == 0x47)
        *out = STR("video/mp2t");
    else if (str_starts(bytes, STR("\0\0\1\xBA")) || str_starts(bytes, STR("\0\0\1\xB3")))
        *out = STR("video/mpeg");
    else
        *out = str_of(transfer_syntax_find(owner->instance.transfer_syntax_uid)->media_type);
    return OK;
}

static err add_video(struct request *r, struct values_answer *answer,
                     const struct bulk_owner *owner)
{
    struct frame_table_info info;
    struct value v = {.owner = owner,
                      .kind = VALUE_VIDEO,
                      .location = STR("rendered"),
                      .alias = STR(""),
                      .is_rendered = true};
    TRY(frame_table_info(owner->frames, &info));
    if (info.frame_count == 0)
        return OK;
    TRY(video_type(r, owner, &v.type));
    *SLICE_PUSH(request_arena(r), &answer->values) = v;
    return OK;
}

/* Without the byte that makes the value even, where the instance says how long the document is. */
static uint64_t document_size(const struct bulk_document *document, uint64_t size)
{
    return document->size != 0 && document->size + 1 == size ? document->size : size;
}

static void add_document(struct request *r, struct values_answer *answer,
                         const struct bulk_owner *owner)
{
    const struct bulk_document *document = &owner->document;
    const struct document_type *type = document->media_type.len != 0
                                           ? document_type_find(document->media_type)
                                           : document_type_of_class(owner->instance.sop_class_uid);
    struct value v = {.owner = owner,
                      .kind = VALUE_BYTES,
                      .location = STR("rendered"),
                      .content = document->inline_content,
                      .is_rendered = true};
    if (type == NULL)
        return;
    v.type = str_of(type->media_type);
    v.alias = str_of(type->alias);
    if (v.content.ptr != NULL)
        v.content.len = (size_t)document_size(document, v.content.len);
    else if (failed(bulk_table_find(owner->bulk, STR("00420011"), &v.place)) ||
             v.place.size == UINT64_MAX)
        return;
    v.place.size = document_size(document, v.place.size);
    *SLICE_PUSH(request_arena(r), &answer->values) = v;
}

static const char *extension_of(str media_type)
{
    const struct document_type *type = document_type_find(media_type);
    if (type != NULL)
        return type->extension;
    return str_eq(media_type, STR("video/mp4"))    ? "mp4"
           : str_eq(media_type, STR("video/mp2t")) ? "ts"
                                                   : "mpeg";
}

/* The name tells nothing about the patient: UIDs are known elsewhere, this identifier is not. */
static void set_headers(struct request *r, const struct value *v)
{
    struct arena *a = request_arena(r);
    http_set_header(r->x, "Content-Disposition",
                    str_format(a, "inline; filename=\"instance-%.*s.%s\"",
                               STR_ARG(uuid_text(a, v->owner->instance.id)),
                               extension_of(v->type)));
    http_set_header(r->x, "Content-Security-Policy",
                    str_eq(v->type, STR("application/pdf")) ? STR(DOCUMENT_POLICY)
                                                            : STR(SANDBOX_POLICY));
}

static void drop_multiparts(struct arena *a, const struct accept_item_slice *accept,
                            struct accept_item_slice *out)
{
    for (size_t i = 0; i < accept->len; i++)
        if (!str_starts(accept->at[i].media_type, STR("multipart/")))
            *SLICE_PUSH(a, out) = accept->at[i];
}

err dicomweb_respond_rendered(struct request *r, const struct image_path *path,
                              const struct accept_item_slice *accept, bool only_single)
{
    struct arena *a = request_arena(r);
    struct retrieve_bulk query = {*path};
    struct retrieve_bulk_result *found = NEW(a, struct retrieve_bulk_result);
    struct values_answer answer = {
        .what = "rendered content", .accept = *accept, .prefers_single = true};
    TRY(retrieve_bulk_send(&r->scope, &query, found));
    if (only_single) {
        answer.accept = (struct accept_item_slice){0};
        drop_multiparts(a, accept, &answer.accept);
    }
    answer.is_immutable = found->row.instance.key != 0;
    answer.etag = answer.is_immutable ? found->owners.at[0].instance.object_name
                                      : dicomweb_group_tag(a, &found->row);
    for (size_t i = 0; i < found->owners.len; i++) {
        if (is_video(&found->owners.at[i]))
            TRY(add_video(r, &answer, &found->owners.at[i]));
        else
            add_document(r, &answer, &found->owners.at[i]);
    }
    if (answer.values.len == 0)
        return ERR(NOT_ACCEPTABLE, "only encapsulated documents and video are rendered here; of "
                                   "images there are instances, frames and pixeldata");
    return values_respond(r, &answer, set_headers);
}

err dicomweb_rendered(struct request *r)
{
    struct image_path path;
    struct accept_item_slice accept;
    TRY(dicomweb_path(r, &path));
    dicomweb_accept(r, &accept);
    return dicomweb_respond_rendered(r, &path, &accept, false);
}
