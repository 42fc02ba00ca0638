/* WADO-RS in another native transfer syntax than the stored one, PS3.18 8.7.3.5: the instances are
 * written anew into a scratch file, and that is sent like any other, with its length and ranges of
 * it. Memory stays constant whatever their size. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "application/models/deidentified_object.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/write/data_set_writer.h"
#include "presentation/http/multipart.h"

#include <unistd.h>

struct native_choice {
    struct syntax_choice base;
    const struct instance_slice *instances;
};

static bool can_have(const struct instance *n, const struct transfer_syntax *to)
{
    const struct transfer_syntax *from = transfer_syntax_find(n->transfer_syntax_uid);
    return from != NULL && transfer_syntax_converts(from, to);
}

static bool takes_native(const struct syntax_choice *base, const struct accept_item *item)
{
    const struct native_choice *c = container_of(base, const struct native_choice, base);
    const struct transfer_syntax *to = transfer_syntax_find(item->transfer_syntax);
    for (size_t i = 0; to != NULL && i < c->instances->len; i++)
        if (!can_have(&c->instances->at[i], to))
            return false;
    return to != NULL;
}

enum form dicomweb_choose_conversion(struct request *r, const struct instance_slice *instances,
                                     bool one, const struct transfer_syntax **to)
{
    const struct native_choice choice = {{takes_native}, instances};
    struct accept_item_slice accept;
    struct accept_item chosen;
    str named;
    dicomweb_accept(r, &accept);
    enum form form =
        dicomweb_choose_form(&accept, STR("application/dicom"), STR("application/octet-stream"),
                             &choice.base, one, &named, &chosen);
    if (form != FORM_NONE)
        *to = transfer_syntax_find(chosen.transfer_syntax);
    return form;
}

static err write_again(struct arena *a, const struct instance *n, struct byte_source *source,
                       const struct transfer_syntax *to, struct byte_sink *sink)
{
    struct data_set_writer writer;
    struct part10_file read;
    data_set_writer_init(&writer, to, sink, NULL);
    err e = data_set_writer_begin(&writer, n->sop_class_uid, n->sop_instance_uid, STR(""));
    if (!failed(e))
        e = part10_read(a, source, &writer.base, &read);
    if (!failed(e))
        e = data_set_writer_finish(&writer);
    data_set_writer_deinit(&writer);
    /* it was taken into the archive as it is; what the client wants cannot be made of it */
    return e.code == ERR_MALFORMED || e.code == ERR_TOO_LARGE || e.code == ERR_UNSUPPORTED
               ? ERR(NOT_ACCEPTABLE, "an instance can only be had as it is stored")
               : e;
}

static err write_instance(struct request *r, const struct instance *n,
                          const struct transfer_syntax *to, struct byte_sink *sink)
{
    struct object_file file;
    struct fd_source source;
    struct arena scratch = {0};
    if (n->deidentified != NULL)
        return deidentified_object_write(r->scope.services->storage, n, to, sink);
    TRY(dicomweb_open(r->scope.services->storage, n->object_name, OBJECT_WHOLE, &file));
    fd_source_init(&source, file.fd);
    err e = to == NULL || str_eq(n->transfer_syntax_uid, str_of(to->uid))
                ? byte_copy(&source.base, sink, NULL)
                : write_again(&scratch, n, &source.base, to, sink);
    close(file.fd);
    arena_deinit(&scratch);
    return e;
}

static str syntax_of(const struct instance *n, const struct transfer_syntax *to)
{
    return to != NULL ? str_of(to->uid) : n->transfer_syntax_uid;
}

static str type_of(struct arena *a, const struct instance *n, const struct transfer_syntax *to)
{
    return str_format(a, "application/dicom; transfer-syntax=%.*s", STR_ARG(syntax_of(n, to)));
}

static err write_text(struct byte_sink *sink, str text)
{
    return byte_sink_write(sink, text.ptr, text.len);
}

static err write_parts(struct request *r, const struct retrieve_images_result *images, str boundary,
                       const struct transfer_syntax *to, struct byte_sink *sink)
{
    struct arena *a = request_arena(r);
    str base_url = dicomweb_base_url(r);
    for (size_t i = 0; i < images->instances.len; i++) {
        const struct instance *n = &images->instances.at[i];
        str location = dicomweb_location(a, base_url, &images->row, n);
        str type = type_of(a, n, to);
        TRY(write_text(sink, multipart_head(a, boundary, type, location, i == 0)));
        TRY(write_instance(r, n, to, sink));
    }
    return write_text(sink, multipart_tail(a, boundary));
}

static err respond_scratch(struct request *r, str content_type, str etag, int fd)
{
    uint64_t first, length;
    bool is_partial;
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0)
        return ERR(UNAVAILABLE, "the storage cannot be used");
    TRY(dicomweb_read_range(r, etag, (uint64_t)size, &first, &length, &is_partial));
    http_respond_file(r->x, is_partial ? 206 : 200, content_type, fd, first, length);
    return OK;
}

err dicomweb_respond_converted(struct request *r, const struct retrieve_images_result *images,
                               enum form form, const struct transfer_syntax *to)
{
    struct arena *a = request_arena(r);
    bool one = images->instances.len == 1 && images->row.instance.key != 0;
    const struct instance *first = &images->instances.at[0];
    str name = to != NULL ? str_of(to->uid) : STR("stored");
    str etag = one ? str_format(a, "%.*s-%.*s-%s", STR_ARG(first->object_name), STR_ARG(name),
                                form == FORM_SINGLE ? "s" : "m")
                   : str_format(a, "%.*s-%.*s", STR_ARG(dicomweb_group_tag(a, &images->row)),
                                STR_ARG(name));
    struct fd_sink sink;
    int fd;
    dicomweb_set_tag(r, etag, one);
    if (request_is_unchanged(r, etag))
        return OK;
    if (r->x->lane != LANE_CPU)
        return request_move(r, LANE_CPU);
    TRY(storage_scratch(r->scope.services->storage, &fd));
    fd_sink_init(&sink, fd);
    str boundary = dicomweb_boundary(r, etag);
    err e = form == FORM_SINGLE ? write_instance(r, first, to, &sink.base)
                                : write_parts(r, images, boundary, to, &sink.base);
    str type = form == FORM_SINGLE ? type_of(a, first, to)
                                   : multipart_content_type(a, boundary, STR("application/dicom"));
    if (!failed(e))
        e = respond_scratch(r, type, etag, fd);
    if (failed(e))
        close(fd);
    return e;
}
