/* Parts are read where they are stored; an archive, which is read from its end, is put together in
 * a scratch file first. */
#include "application/services/upload_service.h"

#include "application/commands/uploads/begin_upload/command.h"
#include "application/commands/uploads/end_upload/command.h"
#include "application/commands/uploads/record_upload_files/command.h"
#include "application/services/archive_reader.h"
#include "application/services/ingest_service.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/uid.h"

#include <openssl/evp.h>

enum { PIECE_SIZE = 128 * 1024 };

struct completion {
    struct archive_visitor base;
    struct scope *scope;
    struct upload upload; /* as it was recorded last */
    struct upload_part_slice parts;
    struct arena arena; /* of the files that are not recorded yet */
    struct upload_file_slice files;
    uint64_t recorded_ns;
};

/* Several parts as one source. */
struct parts_source {
    struct byte_source base;
    struct storage *storage;
    const struct upload_part *next, *end;
    struct region_source region;
    int fd; /* -1: none is open */
};

static err parts_read(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct parts_source *s = container_of(base, struct parts_source, base);
    for (;;) {
        if (s->fd >= 0) {
            TRY(byte_source_read(&s->region.base, to, size, got));
            if (*got != 0)
                return OK;
            fd_close(s->fd);
            s->fd = -1;
        }
        *got = 0;
        if (s->next == s->end)
            return OK;
        struct object_file file;
        err e = storage_open(s->storage, s->next->sha256, OBJECT_WHOLE, &file);
        if (e.code == ERR_NOT_FOUND)
            return ERR(UNAVAILABLE, "a part of the upload is not in the storage");
        TRY(e);
        s->fd = file.fd;
        region_source_init(&s->region, file.fd, 0, file.size);
        s->next++;
    }
}

static const struct byte_source_ops parts_ops = {.read = parts_read};

static void parts_source_init(struct parts_source *s, struct storage *storage,
                              const struct upload_part *first, size_t count)
{
    *s = (struct parts_source){
        .base = {&parts_ops}, .storage = storage, .next = first, .end = first + count, .fd = -1};
}

static void parts_source_deinit(struct parts_source *s)
{
    if (s->fd >= 0)
        fd_close(s->fd);
}

static err record(struct completion *c, bool lets_go)
{
    struct record_upload_files cmd = {c->upload, c->files, lets_go};
    struct record_upload_files_result result;
    struct scope scope = *c->scope;
    scope.arena = &c->arena;
    err e = record_upload_files_send(&scope, &cmd, &result);
    if (e.code == ERR_PRECONDITION_FAILED || e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "somebody else completes the upload");
    TRY(e);
    c->upload.version = result.upload.version;
    c->upload.stored_count = result.upload.stored_count;
    c->upload.there_count = result.upload.there_count;
    c->upload.refused_count = result.upload.refused_count;
    c->files = (struct upload_file_slice){0};
    c->recorded_ns = monotonic_ns();
    arena_reset(&c->arena);
    return OK;
}

static enum upload_outcome outcome_of(const struct ingest_result *result, err e)
{
    return failed(e)           ? UPLOAD_FILE_REFUSED
           : result->was_there ? UPLOAD_ALREADY_THERE
           : result->is_beside ? UPLOAD_KEPT_BESIDE
                               : UPLOAD_STORED;
}

static str kept_name(struct arena *a, str name)
{
    return name.len != 0 ? ingest_kept_text(a, name, UPLOAD_NAME_SIZE_MAX) : STR("?");
}

/* Of a file that was refused they may be anything. */
static str kept_uid(struct arena *a, str uid)
{
    return uid.len != 0 && uid_is_tolerable(uid) ? str_copy(a, uid) : STR_NONE;
}

static err note(struct completion *c, uint64_t number, str name, const struct ingest_result *result,
                err e)
{
    struct arena *a = &c->arena;
    *SLICE_PUSH(a, &c->files) = (struct upload_file){
        .upload_key = c->upload.key,
        .number = (int64_t)number,
        .name = kept_name(a, name),
        .outcome = outcome_of(result, e),
        .code = failed(e) ? str_of(err_code_name(e.code)) : STR_NONE,
        .detail = failed(e) ? ingest_kept_text(a, str_of(e.text), LONG_TEXT_SIZE_MAX) : STR_NONE,
        .study_id = result->study_id,
        .study_instance_uid = kept_uid(a, result->study_instance_uid),
        .series_instance_uid = kept_uid(a, result->series_instance_uid),
        .sop_instance_uid = kept_uid(a, result->sop_instance_uid)};
    bool is_due = c->files.len >= UPLOAD_RECORD_COUNT ||
                  monotonic_ns() - c->recorded_ns > UPLOAD_RECORD_MS * UINT64_C(1000000);
    return is_due ? record(c, false) : OK;
}

/* A file has memory of its own, so that any number of them keeps it flat. */
static err store_file(struct completion *c, uint64_t number, str name, err refused,
                      struct byte_source *content)
{
    struct arena file_arena = {0};
    struct ingest_result result = {0};
    struct scope scope = *c->scope;
    const char *complaint = upload_name_complaint(name);
    scope.arena = &file_arena;
    scope.issues = (struct issues){.arena = &file_arena};
    err e = refused;
    if (!failed(e) && complaint != NULL)
        e = ERRF(&file_arena, INVALID, "the name %s", complaint);
    if (!failed(e))
        e = ingest_instance(&scope, content, &(struct ingest_options){0}, &result);
    err outcome = ingest_is_passing(e)
                      ? (err){e.code, str_copy(c->scope->arena, str_of(e.text)).ptr, e.where}
                      : note(c, number, name, &result, e);
    arena_deinit(&file_arena);
    return outcome;
}

static err take_entry(struct archive_visitor *v, uint64_t number, str name, err refused,
                      struct byte_source *content)
{
    return store_file(container_of(v, struct completion, base), number, name, refused, content);
}

static err read_parts(struct completion *c)
{
    struct mediator *m = c->scope->mediator;
    struct readers *readers;
    TRY(m->ops->read_begin(m, c->scope, NULL, &readers));
    err e = upload_reader_parts(readers->uploads, c->scope->arena, c->upload.key, 0,
                                UPLOAD_PART_COUNT_MAX, &c->parts);
    m->ops->read_end(m, readers);
    return e;
}

static str hex_of(struct arena *a, EVP_MD_CTX *sha)
{
    unsigned char digest[32];
    struct buf hex = BUF_IN(a);
    EVP_DigestFinal_ex(sha, digest, NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    return buf_str(&hex);
}

static err copy_and_hash(struct completion *c, struct byte_sink *to, EVP_MD_CTX *sha)
{
    struct parts_source source;
    char *piece = heap_alloc_raw(PIECE_SIZE);
    size_t got = 1;
    err e = OK;
    parts_source_init(&source, c->scope->services->storage, c->parts.at, c->parts.len);
    while (!failed(e) && got != 0) {
        e = byte_source_read(&source.base, piece, PIECE_SIZE, &got);
        if (!failed(e) && got != 0) {
            EVP_DigestUpdate(sha, piece, got);
            if (to != NULL)
                e = byte_sink_write(to, piece, got);
        }
    }
    parts_source_deinit(&source);
    heap_free(piece);
    return e;
}

/* All parts in order to a sink, if there is one, held against what was announced. */
static err put_together(struct completion *c, struct byte_sink *to)
{
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    err e = copy_and_hash(c, to, sha);
    str hash = hex_of(c->scope->arena, sha);
    EVP_MD_CTX_free(sha);
    TRY(e);
    return c->upload.sha256.ptr == NULL || str_eq(hash, c->upload.sha256)
               ? OK
               : ERR(INVALID, "the parts have another SHA-256 than was announced");
}

static uint64_t done_count(const struct completion *c)
{
    return (uint64_t)(c->upload.stored_count + c->upload.there_count + c->upload.refused_count);
}

static err store_zip(struct completion *c)
{
    struct fd_sink sink;
    int fd;
    TRY(storage_scratch(c->scope->services->storage, &fd));
    fd_sink_init(&sink, fd);
    err e = put_together(c, &sink.base);
    if (!failed(e))
        e = archive_zip_walk(fd, (uint64_t)c->upload.size, done_count(c), &c->base);
    fd_close(fd);
    return e;
}

/* Parts with numbers that follow each other and one name are a file. */
static err store_folder(struct completion *c)
{
    uint64_t number = 0, done = done_count(c);
    if (c->upload.sha256.ptr != NULL)
        TRY(put_together(c, NULL));
    for (size_t first = 0, end; first < c->parts.len; first = end) {
        struct parts_source source;
        for (end = first + 1;
             end < c->parts.len && str_eq(c->parts.at[end].name, c->parts.at[first].name); end++) {
        }
        if (++number <= done)
            continue;
        parts_source_init(&source, c->scope->services->storage, &c->parts.at[first], end - first);
        err e = store_file(c, number, c->parts.at[first].name, OK, &source.base);
        parts_source_deinit(&source);
        TRY(e);
    }
    return OK;
}

static err end(struct completion *c, err refused, struct upload *out)
{
    struct end_upload cmd = {c->upload, failed(refused) ? str_of(refused.text) : STR_NONE};
    struct end_upload_result result;
    TRY(end_upload_send(c->scope, &cmd, &result));
    *out = result.upload;
    return OK;
}

static err store_all(struct completion *c, struct upload *out)
{
    TRY(read_parts(c));
    err e = c->upload.kind == UPLOAD_ZIP ? store_zip(c) : store_folder(c);
    if (e.code == ERR_CONFLICT) /* the lease is somebody else's */
        return e;
    if (ingest_is_passing(e)) {
        err kept = record(c, true);
        (void)kept.code; /* the lease runs out by itself */
        return e;
    }
    if (c->files.len != 0)
        TRY(record(c, false));
    return end(c, e, out);
}

err upload_complete(struct scope *scope, uuid id, struct upload *out)
{
    struct begin_upload cmd = {id};
    struct begin_upload_result begun;
    TRY(begin_upload_send(scope, &cmd, &begun));
    *out = begun.upload;
    if (begun.is_done)
        return OK;
    struct completion c = {.base = {take_entry},
                           .scope = scope,
                           .upload = begun.upload,
                           .recorded_ns = monotonic_ns()};
    err e = store_all(&c, out);
    arena_deinit(&c.arena);
    return e;
}
