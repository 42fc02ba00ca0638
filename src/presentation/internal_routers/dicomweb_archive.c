/* Studies, series and instances as ZIP and tar archives with a DICOMDIR, in the bytes that are
 * stored.
 *
 * An archive is a list of parts like a multipart body: its length is known beforehand and it is the
 * same bytes each time, so that a download that broke off goes on by Range. What a ZIP archive says
 * about an object's checksum stands behind the object: it is made of the bytes as they pass, or,
 * for those that a range leaves out and nobody remembers, of the object once more.
 *
 * What is seen de-identified is made first, all of it, into a scratch file that stands for the
 * objects: how long each one is is not known before. */
#include "presentation/internal_routers/dicomweb.h"

#include "application/models/deidentified_object.h"
#include "application/queries/images/retrieve_archive/query.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "base/tar.h"
#include "base/zip.h"
#include "presentation/object_checksums.h"
#include "presentation/router.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { CHECKSUM_BLOCK_SIZE = 256 * 1024 };

/* What a part's file points to. */
enum piece_kind { PIECE_OBJECT, PIECE_DESCRIPTOR, PIECE_DIRECTORY };
struct piece {
    enum piece_kind kind;
    struct archived *of; /* NULL: of the directory */
};

struct archived {
    struct zip_entry entry;
    const struct instance *instance;
    uint64_t made_at; /* in the scratch file, where there is one */
    struct piece object, descriptor;
    size_t crc_at; /* in the central directory */
    bool is_crc_known;
    uint64_t passed; /* bytes from the beginning, and … */
    uLong crc;       /* … their checksum */
};

struct archive {
    struct arena *arena;
    struct storage *storage;
    struct object_checksums *checksums; /* of others before this one */
    int made_fd;                        /* scratch file of what was made; -1: there is none */
    struct http_part_slice parts;
    struct buf framing; /* headers; a part of them has the offset until the end */
    uint64_t size;
    struct archived *entries;
    size_t entry_count, known_count;
    struct buf directory; /* of a ZIP archive, with what stands at its end */
    struct piece directory_piece;
};

static void note_crc(struct archive *z, struct archived *of, uLong crc)
{
    unsigned char *at = (unsigned char *)z->directory.ptr + of->crc_at;
    z->known_count += !of->is_crc_known;
    of->is_crc_known = true;
    of->entry.crc = (uint32_t)crc;
    zip_put_crc(at, of->entry.crc);
    object_checksums_put(z->checksums, of->instance->object_name, of->entry.crc);
}

/* Byte n of it is byte n - *base of the descriptor, also where that goes around. */
static err open_object(struct archive *z, const struct archived *of, const struct http_part *part,
                       int *fd, uint64_t *base)
{
    if (z->made_fd < 0)
        return dicomweb_open_part(z->storage, of->instance, part, fd, base);
    *base = 0 - of->made_at;
    *fd = dup(z->made_fd);
    return *fd >= 0 ? OK : ERR(UNAVAILABLE, "there are too many open files");
}

/* Errors: UNAVAILABLE (it cannot be read, or is not what it was). */
static err make_crc(struct archive *z, struct archived *of)
{
    const struct http_part whole = {.size = of->entry.size};
    uLong crc = crc32_z(0, NULL, 0);
    uint64_t at = 0, base;
    int fd;
    if (of->is_crc_known)
        return OK;
    TRY(open_object(z, of, &whole, &fd, &base));
    unsigned char *block = heap_alloc_raw(CHECKSUM_BLOCK_SIZE);
    while (at < of->entry.size) {
        uint64_t left = of->entry.size - at;
        size_t wanted = left < CHECKSUM_BLOCK_SIZE ? (size_t)left : (size_t)CHECKSUM_BLOCK_SIZE;
        ssize_t got = pread(fd, block, wanted, (off_t)(at - base));
        if (got <= 0)
            break;
        crc = crc32_z(crc, block, (size_t)got);
        at += (uint64_t)got;
    }
    heap_free(block);
    close(fd);
    if (at != of->entry.size)
        return ERR(UNAVAILABLE, "a stored object is damaged");
    note_crc(z, of, crc);
    return OK;
}

static err memory_file(const void *bytes, size_t size, int *out)
{
    int fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, bytes, size) == (ssize_t)size) {
        *out = fd;
        return OK;
    }
    if (fd >= 0)
        close(fd);
    return ERR(UNAVAILABLE, "there is no memory for an archive's directory");
}

static err open_descriptor(struct archive *z, struct archived *of, int *fd)
{
    unsigned char bytes[ZIP_DESCRIPTOR_SIZE_MAX];
    TRY(make_crc(z, of));
    return memory_file(bytes, zip_write_descriptor(&of->entry, bytes), fd);
}

static err open_directory(struct archive *z, int *fd)
{
    for (size_t i = 0; i < z->entry_count && z->known_count < z->entry_count; i++)
        TRY(make_crc(z, &z->entries[i]));
    return memory_file(z->directory.ptr, z->directory.len, fd);
}

static err open_piece(struct http_parts *parts, const struct http_part *part, int *fd,
                      uint64_t *base)
{
    struct archive *z = parts->context;
    const struct piece *piece = part->file;
    *base = 0;
    if (piece->kind == PIECE_DESCRIPTOR)
        return open_descriptor(z, piece->of, fd);
    if (piece->kind == PIECE_DIRECTORY)
        return open_directory(z, fd);
    return open_object(z, piece->of, part, fd, base);
}

/* To read objects once more takes its time: not on a thread that others wait for. */
static bool piece_waits(struct http_parts *parts, const struct http_part *part)
{
    struct archive *z = parts->context;
    const struct piece *piece = part->file;
    if (piece->kind == PIECE_DESCRIPTOR)
        return !piece->of->is_crc_known;
    if (piece->kind == PIECE_DIRECTORY)
        return z->known_count < z->entry_count;
    return z->storage->may_wait;
}

static void piece_passed(struct http_parts *parts, const struct http_part *part, uint64_t offset,
                         const void *bytes, size_t size)
{
    const struct piece *piece = part->file;
    if (piece->kind != PIECE_OBJECT || piece->of->is_crc_known || piece->of->passed != offset)
        return;
    struct archived *of = piece->of;
    of->crc = crc32_z(of->crc, bytes, size);
    of->passed += size;
    if (of->passed == of->entry.size)
        note_crc(parts->context, of, of->crc);
}

/* What framing has gained since from. */
static void add_framing(struct archive *z, size_t from)
{
    struct http_part *part = SLICE_PUSH(z->arena, &z->parts);
    part->offset = from;
    part->size = z->framing.len - from;
    z->size += part->size;
}

static void add_memory(struct archive *z, str bytes)
{
    SLICE_PUSH(z->arena, &z->parts)->memory = bytes;
    z->size += bytes.len;
}

static void add_piece(struct archive *z, struct piece *piece, uint64_t size)
{
    *SLICE_PUSH(z->arena, &z->parts) = (struct http_part){.file = piece, .size = size};
    z->size += size;
}

/* Framing moves while it grows; now it stays. */
static void settle_framing(struct archive *z)
{
    for (size_t i = 0; i < z->parts.len; i++) {
        struct http_part *part = &z->parts.at[i];
        if (part->file == NULL && part->memory.ptr == NULL)
            *part =
                (struct http_part){.memory = {z->framing.ptr + part->offset, (size_t)part->size}};
    }
}

static void plan_zip(struct archive *z, const struct medium *medium, instant time)
{
    struct zip_entry first = {.name = STR("DICOMDIR"), .size = medium->dicomdir.len, .time = time};
    first.crc = (uint32_t)crc32_z(0, (const unsigned char *)medium->dicomdir.ptr, first.size);
    zip_write_local(&z->framing, &first);
    add_framing(z, 0);
    add_memory(z, medium->dicomdir);
    zip_write_central(&z->directory, &first);
    for (size_t i = 0; i < z->entry_count; i++) {
        struct archived *of = &z->entries[i];
        unsigned char descriptor[ZIP_DESCRIPTOR_SIZE_MAX];
        size_t from = z->framing.len;
        of->entry.offset = z->size;
        of->entry.crc_is_behind = true;
        zip_write_local(&z->framing, &of->entry);
        add_framing(z, from);
        add_piece(z, &of->object, of->entry.size);
        add_piece(z, &of->descriptor, zip_write_descriptor(&of->entry, descriptor));
        of->is_crc_known =
            object_checksums_find(z->checksums, of->instance->object_name, &of->entry.crc);
        z->known_count += of->is_crc_known;
        of->crc_at = zip_write_central(&z->directory, &of->entry);
    }
    zip_write_end(&z->directory, z->entry_count + 1, z->directory.len, z->size);
    z->directory_piece = (struct piece){PIECE_DIRECTORY, NULL};
    add_piece(z, &z->directory_piece, z->directory.len);
}

static void plan_tar(struct archive *z, const struct medium *medium, instant time)
{
    tar_write_header(&z->framing, STR("DICOMDIR"), medium->dicomdir.len, time);
    add_framing(z, 0);
    add_memory(z, medium->dicomdir);
    add_memory(z, (str){tar_zeros, tar_padding(medium->dicomdir.len)});
    for (size_t i = 0; i < z->entry_count; i++) {
        const struct zip_entry *entry = &z->entries[i].entry;
        size_t from = z->framing.len;
        tar_write_header(&z->framing, entry->name, entry->size, entry->time);
        add_framing(z, from);
        add_piece(z, &z->entries[i].object, entry->size);
        add_memory(z, (str){tar_zeros, tar_padding(entry->size)});
    }
    add_memory(z, (str){tar_zeros, sizeof tar_zeros});
}

static bool is_made(const struct retrieve_archive_result *found)
{
    return found->content.instances.at[0].row.deidentified != NULL;
}

/* The files of a de-identified view, one behind the other. */
static err make_files(struct request *r, struct archive *z)
{
    struct fd_sink sink;
    TRY(storage_scratch(z->storage, &z->made_fd));
    http_keep_fd(r->x, z->made_fd);
    fd_sink_init(&sink, z->made_fd);
    for (size_t i = 0; i < z->entry_count; i++) {
        struct archived *of = &z->entries[i];
        off_t from = lseek(z->made_fd, 0, SEEK_END);
        TRY(deidentified_object_write(z->storage, of->instance, NULL, &sink.base));
        off_t end = lseek(z->made_fd, 0, SEEK_END);
        if (from < 0 || end < from)
            return ERR(UNAVAILABLE, "the storage cannot be used");
        of->made_at = (uint64_t)from;
        of->entry.size = (uint64_t)(end - from);
    }
    return OK;
}

static err archive_make(struct request *r, const struct retrieve_archive_result *found, bool is_zip,
                        struct archive **out)
{
    struct arena *a = request_arena(r);
    struct archive *z = *out = NEW(a, struct archive);
    const struct medium *medium = &found->medium;
    *z = (struct archive){.arena = a,
                          .storage = r->scope.services->storage,
                          .checksums = r->app->checksums,
                          .made_fd = -1,
                          .framing = BUF_IN(a),
                          .directory = BUF_IN(a),
                          .entry_count = medium->files.len,
                          .entries = NEW_ARRAY(a, struct archived, medium->files.len)};
    for (size_t i = 0; i < z->entry_count; i++) {
        const struct medium_file *file = &medium->files.at[i];
        struct archived *of = &z->entries[i];
        *of = (struct archived){.entry = {.name = file->name,
                                          .size = (uint64_t)file->instance->size,
                                          .time = file->instance->created_at},
                                .instance = file->instance,
                                .object = {PIECE_OBJECT, of},
                                .descriptor = {PIECE_DESCRIPTOR, of},
                                .crc = crc32_z(0, NULL, 0)};
    }
    if (is_made(found))
        TRY(make_files(r, z));
    (is_zip ? plan_zip : plan_tar)(z, medium, found->content.study.created_at);
    settle_framing(z);
    return OK;
}

/* Anything but an object is made of other objects, which takes its time. */
static bool opens_late(const struct http_parts *body)
{
    size_t i = 0;
    while (i < body->count && body->at[i].file == NULL)
        i++;
    return i == body->count || ((const struct piece *)body->at[i].file)->kind != PIECE_OBJECT;
}

static const struct accept_item *accepted(const struct accept_item_slice *accept, bool is_first)
{
    for (size_t i = 0; i < accept->len && (i == 0 || !is_first); i++)
        if (str_eq(accept->at[i].media_type, STR("application/zip")) ||
            str_eq(accept->at[i].media_type, STR("application/x-tar")))
            return &accept->at[i];
    return NULL;
}

bool dicomweb_archive_is_asked_for(struct request *r, bool is_first)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    return accepted(&accept, is_first) != NULL;
}

static bool are_all_in(const struct medium_instance_slice *instances, str syntax)
{
    if (syntax.len == 0 || str_eq(syntax, STR("*")))
        return true;
    for (size_t i = 0; i < instances->len; i++)
        if (!str_eq(instances->at[i].row.transfer_syntax_uid, syntax))
            return false;
    return true;
}

/* All that the bytes are made of: the rows behind them may change, and instances come. */
static str tag_of(struct arena *a, const struct retrieve_archive_result *found, bool is_zip)
{
    const struct medium *medium = &found->medium;
    uint64_t hash = hash_bytes(is_zip, medium->dicomdir.ptr, medium->dicomdir.len);
    for (size_t i = 0; i < medium->files.len; i++) {
        const struct instance *n = medium->files.at[i].instance;
        hash = hash_bytes(hash, n->object_name.ptr, n->object_name.len);
        hash = hash_bytes(hash, &n->created_at, sizeof n->created_at);
    }
    return str_format(a, "%s-%.*s-%lld-%016llx", is_zip ? "z" : "t",
                      STR_ARG(uuid_text(a, found->content.study.id)),
                      (long long)found->content.study.version, (unsigned long long)hash);
}

/* A name that tells nothing about the patient: UIDs are known elsewhere, this identifier is not. */
static str disposition_of(struct arena *a, const struct image_row *row, bool is_zip)
{
    bool is_instance = row->instance.key != 0, is_series = row->series.key != 0;
    uuid id = is_instance ? row->instance.id : is_series ? row->series.id : row->study.id;
    return str_format(a, "attachment; filename=\"%s-%.*s.%s\"",
                      is_instance ? "instance"
                      : is_series ? "series"
                                  : "study",
                      STR_ARG(uuid_text(a, id)), is_zip ? "zip" : "tar");
}

err dicomweb_archive(struct request *r)
{
    struct arena *a = request_arena(r);
    struct retrieve_archive query;
    struct retrieve_archive_result *found = NEW(a, struct retrieve_archive_result);
    struct accept_item_slice accept;
    struct archive *z;
    unsigned status;
    if (r->scope.must_not_wait)
        return scope_defer(&r->scope);
    TRY(dicomweb_path(r, &query.path));
    TRY(retrieve_archive_send(&r->scope, &query, found));
    dicomweb_accept(r, &accept);
    const struct accept_item *item = accepted(&accept, false);
    if (!are_all_in(&found->content.instances, item->transfer_syntax))
        return ERR(NOT_ACCEPTABLE, "archives hold instances in the stored transfer syntax");
    bool is_zip = str_eq(item->media_type, STR("application/zip"));
    str etag = tag_of(a, found, is_zip);
    dicomweb_set_tag(r, etag, false);
    if (request_is_unchanged(r, etag))
        return OK;
    if (is_made(found) && r->x->lane != LANE_CPU)
        return request_move(r, LANE_CPU);
    TRY(archive_make(r, found, is_zip, &z));
    struct http_parts body = {.at = z->parts.at,
                              .count = z->parts.len,
                              .open = open_piece,
                              .context = z,
                              .request_id = r->scope.request_id,
                              .may_wait = true,
                              .waits = piece_waits,
                              .passed = is_zip ? piece_passed : NULL};
    TRY(dicomweb_parts_asked_for(r, etag, &body, &status));
    body.opens_late = opens_late(&body);
    http_set_header(r->x, "Content-Disposition", disposition_of(a, &found->row, is_zip));
    return http_respond_parts(r->x, status, item->media_type, &body);
}
