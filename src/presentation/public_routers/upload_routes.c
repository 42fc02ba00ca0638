/* Uploads in parts. The bytes of a part stream into the storage; all else is JSON. */
#include "presentation/public_routers/routers.h"

#include "application/commands/images/store_instance/command.h"
#include "application/commands/uploads/add_upload_part/command.h"
#include "application/commands/uploads/begin_upload/command.h"
#include "application/commands/uploads/create_upload/command.h"
#include "application/commands/uploads/delete_upload/command.h"
#include "application/queries/uploads/get_upload/query.h"
#include "application/queries/uploads/list_upload_files/query.h"
#include "application/queries/uploads/list_upload_parts/query.h"
#include "application/queries/uploads/list_uploads/query.h"
#include "application/services/upload_service.h"
#include "base/arena.h"
#include "base/json.h"

enum { PIECE_SIZE = 128 * 1024 };

struct completed_upload {
    struct upload upload;
    struct upload_file_slice files;
};
DECLARE_SCHEMA(completed_upload);
SCHEMA(completed_upload, FIELD_EMBED_OF(completed_upload, upload, upload),
       FIELD_LIST_OF(completed_upload, files, upload_file,
                     .doc = "What became of the first 200 files; all of them: /files"));

static err read_id(struct request *r, uuid *out)
{
    return uuid_from_text(request_parameter(r, "id"), out) ? OK : ERR(NOT_FOUND, "not found");
}

static void respond(struct request *r, const struct schema *schema, const void *result)
{
    struct buf body = BUF_IN(request_arena(r));
    json_write(&body, schema, result, 0);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    request_respond_json(r, 200, STR("application/json"), buf_str(&body));
}

static err complaint(struct request *r, const char *field, const char *text)
{
    issues_add(&r->scope.issues, str_of(field), text);
    return ERR(INVALID, "some fields are not valid");
}

/* The name of the file the part belongs to: in a folder alone, and there always. */
static err read_name(struct request *r, const struct upload *upload, str *out)
{
    *out = request_query(r, "name");
    if (upload->kind != UPLOAD_FOLDER)
        return out->ptr == NULL ? OK : complaint(r, "name", "is for parts of folders");
    if (out->len == 0)
        return complaint(r, "name", "is missing: to which file of the folder does it belong?");
    const char *flaw = upload_name_complaint(*out);
    return flaw == NULL ? OK : complaint(r, "name", flaw);
}

/* Content-Digest (RFC 9530), if there is one of SHA-256. */
static err check_digest(struct request *r, const struct stored_object *object)
{
    str header = http_header(r->x, "Content-Digest"), item, digest;
    struct buf hex = BUF_IN(request_arena(r));
    while (str_cut(&header, ',', &item)) {
        item = str_trim(item);
        if (!str_starts_nocase(item, STR("sha-256=:")) || !str_ends(item, STR(":")) ||
            item.len < 10)
            continue;
        if (!base64_decode(request_arena(r), str_sub(item, 9, item.len - 1), &digest))
            return ERR(MALFORMED, "Content-Digest cannot be read");
        buf_add_hex(&hex, digest.ptr, digest.len);
        if (!str_eq(buf_str(&hex), (str){object->name, OBJECT_NAME_SIZE}))
            return ERR(MALFORMED, "the body has another digest than Content-Digest says");
    }
    return OK;
}

static err copy_body(struct request *r, struct storage *storage, struct stage *stage)
{
    char *piece = arena_alloc_raw(request_arena(r), PIECE_SIZE, 16);
    int64_t size = 0;
    for (;;) {
        size_t got;
        TRY(byte_source_read(r->x->stream, piece, PIECE_SIZE, &got));
        size += (int64_t)got;
        if (size > UPLOAD_PART_SIZE_MAX)
            return ERR(TOO_LARGE, "a part has at most 512 MiB");
        if (got == 0)
            return size != 0 ? OK : ERR(INVALID, "a part has at least one byte");
        TRY(storage_stage_write(storage, stage, piece, got));
    }
}

static err store_body(struct request *r, struct stored_object *out)
{
    struct storage *storage = r->scope.services->storage;
    struct stage *stage;
    if (http_content_length(r->x) > UPLOAD_PART_SIZE_MAX)
        return ERR(TOO_LARGE, "a part has at most 512 MiB");
    TRY(storage_stage_begin(storage, &stage));
    err e = copy_body(r, storage, stage);
    if (failed(e)) {
        storage_stage_abort(storage, stage);
        return e;
    }
    return storage_stage_commit(storage, stage, out);
}

static err put_part(struct request *r)
{
    struct get_upload query;
    struct get_upload_result found;
    struct add_upload_part cmd = {0};
    struct add_upload_part_result result;
    struct stored_object object;
    TRY(read_id(r, &query.id));
    TRY(get_upload_send(&r->scope, &query, &found));
    if (!str_to_i64(request_parameter(r, "number"), &cmd.number) || cmd.number < 1 ||
        cmd.number > UPLOAD_PART_COUNT_MAX)
        return complaint(r, "number", "must be from 1 to 100000");
    if (found.upload.state != UPLOAD_OPEN)
        return ERR(CONFLICT, "the upload takes no more parts");
    TRY(read_name(r, &found.upload, &cmd.name));
    TRY(store_body(r, &object));
    TRY(check_digest(r, &object));
    cmd.id = query.id;
    cmd.size = (int64_t)object.size;
    cmd.sha256 = (str){object.name, OBJECT_NAME_SIZE};
    TRY(add_upload_part_send(&r->scope, &cmd, &result));
    respond(r, &upload_part_schema, &result.part);
    return OK;
}

/* It is worth asking again where another process is about it. */
static err note_busy(struct request *r, uuid id, err conflict)
{
    struct get_upload query = {id};
    struct get_upload_result found;
    TRY(get_upload_send(&r->scope, &query, &found));
    if (found.upload.state == UPLOAD_COMPLETING)
        http_set_header(r->x, "Retry-After", STR("5"));
    return conflict;
}

static err complete(struct request *r)
{
    struct completed_upload answer = {0};
    struct list_upload_files files = {.page = {.page_size = PAGE_SIZE_MAX}};
    struct list_upload_files_result found;
    TRY(read_id(r, &files.id));
    err e = upload_complete(&r->scope, files.id, &answer.upload);
    if (e.code == ERR_CONFLICT)
        return note_busy(r, files.id, e);
    TRY(e);
    TRY(list_upload_files_send(&r->scope, &files, &found));
    answer.files = found.items;
    respond(r, &completed_upload_schema, &answer);
    return OK;
}

static const struct query_parameter *part_parameter(size_t at)
{
    static const struct query_parameter parameters[] = {
        {"name", "Of a folder: the file the part belongs to. Parts with numbers that follow each "
                 "other and one name are a file"},
    };
    return at < COUNT_OF(parameters) ? &parameters[at] : NULL;
}

const struct route upload_routes[] = {
    {"POST", "/uploads", &create_upload_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "uploads"},
    {"GET", "/uploads", &list_uploads_use_case, .tag = "uploads"},
    {"GET", "/uploads/{id}", &get_upload_use_case, .tag = "uploads"},
    {"DELETE", "/uploads/{id}", &delete_upload_use_case, .success = 204, .tag = "uploads"},
    {"GET", "/uploads/{id}/parts", &list_upload_parts_use_case, .tag = "uploads"},
    {"PUT", "/uploads/{id}/parts/{number}", .handle = put_part, .needs = WRITE_STUDIES,
     .behind = &add_upload_part_use_case, .lane = LANE_STREAM, .body = HTTP_BODY_STREAM,
     .tag = "uploads", .doc = "Send a part of an upload", .takes = "application/octet-stream",
     .answers = "application/json", .answer = &upload_part_schema, .parameter = part_parameter},
    {"POST", "/uploads/{id}/complete", .handle = complete, .needs = WRITE_STUDIES,
     .behind = &begin_upload_use_case, .lane = LANE_STREAM, .tag = "uploads",
     .doc = "Complete an upload", .answers = "application/json",
     .answer = &completed_upload_schema},
    {"GET", "/uploads/{id}/files", &list_upload_files_use_case, .tag = "uploads"},
};
const size_t upload_route_count = COUNT_OF(upload_routes);
