/* Requests and the checks of their answers. */
#include "infrastructure/s3/objects.h"

#include "base/checked.h"
#include "base/log.h"

#include <time.h>
#include <unistd.h>

enum { HASH_BLOCK_SIZE = 256 * 1024, S3_LOOK_PAUSE_NS = 50 * 1000 * 1000 };

/* An answer that is neither what was asked for nor one of the refusals the caller knows. */
static err refused(const char *what, const struct s3_answer *answer)
{
    log_event(LOG_WARN, "storage", "what=\"s3 refuses\" call=%s status=%u code=%.*s", what,
              answer->status, STR_ARG(answer->code));
    return ERR(UNAVAILABLE, "the storage refuses");
}

static bool is_missing_key(const struct s3_answer *answer)
{
    return answer->status == 404 &&
           (answer->code.ptr == NULL || str_eq(answer->code, STR("NoSuchKey")));
}

static void add_encryption(struct s3_client *c, struct s3_request *r)
{
    if (c->settings.sse.ptr != NULL)
        s3_add_header(r, "x-amz-server-side-encryption", c->settings.sse);
    if (c->settings.sse_kms_key_id.ptr != NULL)
        s3_add_header(r, "x-amz-server-side-encryption-aws-kms-key-id", c->settings.sse_kms_key_id);
}

static err head(struct s3_client *c, struct arena *a, str key, uint64_t until_ns,
                struct s3_head *out)
{
    struct s3_request r = {.method = STR("HEAD"), .key = key, .until_ns = until_ns};
    struct s3_answer answer;
    TRY(s3_client_send(c, a, &r, &answer));
    if (answer.status == 404)
        return ERR(NOT_FOUND, "there is no such object");
    if (answer.status != 200 || answer.content_length < 0)
        return refused("head", &answer);
    *out =
        (struct s3_head){(uint64_t)answer.content_length, answer.age_seconds, answer.last_modified};
    return OK;
}

err s3_object_head(struct s3_client *c, struct arena *a, str key, uint64_t until_ns,
                   struct s3_head *out)
{
    struct arena scratch = {0};
    err e = head(c, &scratch, key, until_ns, out);
    if (!failed(e))
        out->last_modified = str_copy(a, out->last_modified);
    arena_deinit(&scratch);
    return e;
}

/* Whether the server has so many bytes there: asked again for a while, as some show late what they
 * took. */
static err look_for(struct s3_client *c, struct arena *a, str key, uint64_t size, uint64_t until_ns,
                    bool *was_kept)
{
    struct timespec pause = {0, S3_LOOK_PAUSE_NS};
    for (unsigned i = 0;; i++) {
        struct s3_head there = {0};
        err e = head(c, a, key, until_ns, &there);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
        *was_kept = !failed(e) && there.size == size;
        if (*was_kept || i + 1 == S3_LOOK_COUNT_MAX || monotonic_ns() > until_ns)
            return OK;
        nanosleep(&pause, NULL);
        pause.tv_nsec *= 2;
    }
}

/* The entity tag of bytes sent in one piece is their MD5, unless they are encrypted with keys of
 * the key service. */
static const char *etag_complaint(const struct s3_request *r, struct arena *a,
                                  const struct s3_answer *answer)
{
    struct buf hex = BUF_IN(a);
    if (str_starts(answer->encryption, STR("aws:kms")))
        return answer->etag.len != 0 ? NULL : "no entity tag";
    buf_add_hex(&hex, r->expected, MD5_SIZE);
    return str_eq_nocase(buf_str(&hex), answer->etag) ? NULL : "an entity tag of other bytes";
}

static str md5_text(struct arena *a, const unsigned char md5[MD5_SIZE])
{
    struct buf text = BUF_IN(a);
    buf_add_base64(&text, md5, MD5_SIZE);
    return buf_str(&text);
}

static err put_whole(struct s3_client *c, struct arena *a, const struct s3_upload *u,
                     uint64_t until_ns)
{
    struct s3_request r = {.method = STR("PUT"),
                           .key = u->key,
                           .body_fd = u->fd,
                           .body_size = u->size,
                           .payload_hash = {u->sha256, SHA256_HEX_SIZE},
                           .until_ns = until_ns,
                           .complaint = etag_complaint,
                           .expected = u->md5};
    struct s3_answer answer;
    s3_add_header(&r, "content-md5", md5_text(a, u->md5));
    add_encryption(c, &r);
    TRY(s3_client_send(c, a, &r, &answer));
    if (answer.status != 200)
        return refused("put", &answer);
    return OK;
}

static const char *upload_id_complaint(const struct s3_request *r, struct arena *a,
                                       const struct s3_answer *answer)
{
    struct s3_statement statement = {0};
    (void)r;
    if (failed(s3_statement_read(a, answer->body, &statement)) || statement.upload_id.len == 0)
        return "no upload id";
    return NULL;
}

static err begin_parts(struct s3_client *c, struct arena *a, const struct s3_upload *u,
                       uint64_t until_ns, str *upload_id)
{
    struct s3_request r = {.method = STR("POST"),
                           .key = u->key,
                           .until_ns = until_ns,
                           .complaint = upload_id_complaint};
    struct s3_answer answer;
    struct s3_statement statement;
    s3_add_query(&r, "uploads", STR(""));
    add_encryption(c, &r);
    TRY(s3_client_send(c, a, &r, &answer));
    if (answer.status != 200)
        return refused("initiate", &answer);
    TRY(s3_statement_read(a, answer.body, &statement));
    *upload_id = statement.upload_id;
    return OK;
}

struct part {
    uint64_t offset, size;
    unsigned number;
    unsigned char md5[MD5_SIZE];
    char sha256[SHA256_HEX_SIZE];
};

static err hash_part(int fd, struct part *p)
{
    EVP_MD_CTX *sha = EVP_MD_CTX_new(), *md5 = EVP_MD_CTX_new();
    unsigned char digest[32] = {0};
    char *block = heap_alloc_raw(HASH_BLOCK_SIZE);
    uint64_t done = 0;
    bool good = EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1 &&
                EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1;
    while (good && done < p->size) {
        size_t step = p->size - done < HASH_BLOCK_SIZE ? (size_t)(p->size - done) : HASH_BLOCK_SIZE;
        ssize_t got = pread(fd, block, step, (off_t)(p->offset + done));
        good = got > 0;
        if (!good)
            break;
        EVP_DigestUpdate(sha, block, (size_t)got);
        EVP_DigestUpdate(md5, block, (size_t)got);
        done += (uint64_t)got;
    }
    good = good && EVP_DigestFinal_ex(sha, digest, NULL) == 1 &&
           EVP_DigestFinal_ex(md5, p->md5, NULL) == 1;
    for (size_t i = 0; i < sizeof digest; i++) {
        p->sha256[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        p->sha256[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    heap_free(block);
    EVP_MD_CTX_free(sha);
    EVP_MD_CTX_free(md5);
    return good ? OK : ERR(UNAVAILABLE, "what was staged cannot be read");
}

static err put_part(struct s3_client *c, struct arena *a, const struct s3_upload *u, str upload_id,
                    struct part *p, uint64_t until_ns, str *etag)
{
    struct arena scratch = {0};
    struct s3_answer answer;
    TRY(hash_part(u->fd, p));
    struct s3_request r = {.method = STR("PUT"),
                           .key = u->key,
                           .body_fd = u->fd,
                           .body_offset = p->offset,
                           .body_size = p->size,
                           .payload_hash = {p->sha256, SHA256_HEX_SIZE},
                           .until_ns = until_ns,
                           .complaint = etag_complaint,
                           .expected = p->md5};
    s3_add_query(&r, "partNumber", str_format(&scratch, "%u", p->number));
    s3_add_query(&r, "uploadId", upload_id);
    s3_add_header(&r, "content-md5", md5_text(&scratch, p->md5));
    err e = s3_client_send(c, &scratch, &r, &answer);
    if (!failed(e) && answer.status != 200)
        e = refused("part", &answer);
    if (!failed(e))
        *etag = str_copy(a, answer.etag);
    arena_deinit(&scratch);
    return e;
}

/* Success may turn into an error after its status was sent: the root of the body tells. Some leave
 * the entity tag of a completed upload empty; the size is asked for anyway. */
static const char *result_complaint(const struct s3_request *r, struct arena *a,
                                    const struct s3_answer *answer)
{
    struct s3_statement statement = {0};
    if (failed(s3_statement_read(a, answer->body, &statement)))
        return "an answer that is not the expected XML";
    return str_eq(statement.root, str_of(r->expected)) ? NULL : "an error behind a good status";
}

static err complete_parts(struct s3_client *c, struct arena *a, const struct s3_upload *u,
                          str upload_id, str parts, uint64_t until_ns)
{
    struct s3_request r = {
        .method = STR("POST"),
        .key = u->key,
        .body = str_format(a, "<CompleteMultipartUpload>%.*s</CompleteMultipartUpload>",
                           STR_ARG(parts)),
        .until_ns = until_ns,
        .complaint = result_complaint,
        .expected = "CompleteMultipartUploadResult"};
    struct s3_answer answer;
    s3_add_query(&r, "uploadId", upload_id);
    TRY(s3_client_send(c, a, &r, &answer));
    /* 404: an attempt before this one may have completed it, its answer lost: the size tells */
    if (answer.status != 200 && !str_eq(answer.code, STR("NoSuchUpload")))
        return refused("complete", &answer);
    return OK;
}

static uint64_t part_size_of(uint64_t size)
{
    uint64_t least = (size + S3_PART_COUNT_MAX - 1) / S3_PART_COUNT_MAX;
    return least > S3_PART_SIZE ? least : S3_PART_SIZE;
}

static err put_parts(struct s3_client *c, struct arena *a, const struct s3_upload *u,
                     uint64_t until_ns)
{
    struct buf parts = BUF_IN(a);
    uint64_t part_size = part_size_of(u->size);
    str upload_id;
    TRY(begin_parts(c, a, u, until_ns, &upload_id));
    err e = OK;
    for (uint64_t offset = 0; offset < u->size && !failed(e); offset += part_size) {
        struct part p = {.offset = offset,
                         .size = u->size - offset < part_size ? u->size - offset : part_size,
                         .number = (unsigned)(offset / part_size) + 1};
        str etag = STR("");
        e = put_part(c, a, u, upload_id, &p, until_ns, &etag);
        buf_addf(&parts, "<Part><PartNumber>%u</PartNumber><ETag>&quot;%.*s&quot;</ETag></Part>",
                 p.number, STR_ARG(etag));
    }
    if (!failed(e))
        e = complete_parts(c, a, u, upload_id, buf_str(&parts), until_ns);
    if (failed(e)) {
        err aborted = s3_upload_abort(c, u->key, upload_id, until_ns);
        if (failed(aborted))
            log_err(LOG_WARN, "storage", aborted);
    }
    return e;
}

static err put_and_look(struct s3_client *c, const struct s3_upload *u, uint64_t until_ns,
                        bool *was_kept)
{
    struct arena scratch = {0};
    err e = u->size <= S3_PART_SIZE ? put_whole(c, &scratch, u, until_ns)
                                    : put_parts(c, &scratch, u, until_ns);
    if (!failed(e))
        e = look_for(c, &scratch, u->key, u->size, until_ns, was_kept);
    arena_deinit(&scratch);
    return e;
}

err s3_object_put(struct s3_client *c, const struct s3_upload *upload, uint64_t until_ns)
{
    bool was_kept = false;
    for (unsigned i = 0; i < S3_PUT_COUNT_MAX && !was_kept; i++)
        TRY(put_and_look(c, upload, until_ns, &was_kept));
    return was_kept ? OK : ERR(UNAVAILABLE, "the storage has not kept what it was sent");
}

/* What a get asked for. */
struct wanted {
    str name;
    struct object_range range;
    uint64_t object_size; /* found out */
};

static const char *whole_complaint(struct arena *a, const struct s3_answer *answer,
                                   const struct wanted *w, const struct s3_sink *sink)
{
    struct buf hex = BUF_IN(a);
    buf_add_hex(&hex, sink->digest, sizeof sink->digest);
    if (answer->status != 200 || answer->content_length < 0)
        return "not the whole object";
    return str_eq(buf_str(&hex), w->name) ? NULL : "other bytes than those of its name";
}

/* "bytes 0-9/443" */
static bool read_content_range(str text, uint64_t *first, uint64_t *last, uint64_t *total)
{
    str part;
    if (!str_starts(text, STR("bytes ")))
        return false;
    text = str_sub(text, 6, text.len);
    return str_cut(&text, '-', &part) && str_to_u64(part, first) && str_cut(&text, '/', &part) &&
           str_to_u64(part, last) && str_to_u64(text, total);
}

static const char *range_complaint(const struct s3_answer *answer, struct wanted *w)
{
    uint64_t first, last, total;
    if (answer->status != 206 || !read_content_range(answer->content_range, &first, &last, &total))
        return "not a range";
    if (first != w->range.first || last != w->range.first + w->range.size - 1 || total <= last ||
        answer->size != w->range.size)
        return "another range than asked for";
    w->object_size = total;
    return NULL;
}

static const char *get_complaint(const struct s3_request *r, struct arena *a,
                                 const struct s3_answer *answer)
{
    struct wanted *w = (struct wanted *)r->expected;
    return object_range_is_whole(w->range) ? whole_complaint(a, answer, w, r->sink)
                                           : range_complaint(answer, w);
}

static err get(struct s3_client *c, struct arena *a, struct s3_request *r, struct wanted *w)
{
    struct s3_answer answer;
    r->complaint = get_complaint;
    r->expected = w;
    if (!object_range_is_whole(w->range))
        s3_add_header(r, "range",
                      str_format(a, "bytes=%llu-%llu", (unsigned long long)w->range.first,
                                 (unsigned long long)(w->range.first + w->range.size - 1)));
    TRY(s3_client_send(c, a, r, &answer));
    if (is_missing_key(&answer))
        return ERR(NOT_FOUND, "there is no such object");
    if (answer.status == 416)
        return ERR(UNAVAILABLE, "the stored object is damaged");
    if (answer.status != 200 && answer.status != 206)
        return refused("get", &answer);
    if (object_range_is_whole(w->range))
        w->object_size = answer.size;
    return OK;
}

err s3_object_get(struct s3_client *c, str key, struct object_range range, struct s3_sink *sink,
                  uint64_t until_ns, uint64_t *object_size)
{
    struct arena scratch = {0};
    bool whole = object_range_is_whole(range);
    struct s3_request r = {.method = STR("GET"), .key = key, .sink = sink, .until_ns = until_ns};
    struct wanted w = {str_sub(key, key.len - OBJECT_NAME_SIZE, key.len), range, 0};
    uint64_t end;
    if (!whole && (!CHECKED_ADD(range.first, range.size, &end) || end > S3_OBJECT_SIZE_MAX))
        return ERR(UNAVAILABLE, "the stored object is damaged");
    if (!whole && range.size > sink->size_max)
        return ERR(NO_SPACE, "the local disk is full");
    sink->size_max = whole ? sink->size_max : range.size;
    sink->sha = whole ? EVP_MD_CTX_new() : NULL;
    err e = get(c, &scratch, &r, &w);
    EVP_MD_CTX_free(sink->sha);
    sink->sha = NULL;
    if (!failed(e))
        *object_size = w.object_size;
    arena_deinit(&scratch);
    return e;
}

/* Not every server knows the condition of a copy: some make it whatever was written since. */
static err check_unmodified(struct s3_client *c, struct arena *a, str key, str unmodified_since,
                            uint64_t until_ns)
{
    struct s3_head there = {0};
    err e = head(c, a, key, until_ns, &there);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return str_eq(there.last_modified, unmodified_since) ? OK
                                                         : ERR(CONFLICT, "the object is too young");
}

static err copy_object(struct s3_client *c, struct arena *a, str from, str to, uint64_t size,
                       str unmodified_since, uint64_t until_ns)
{
    struct s3_request r = {.method = STR("PUT"),
                           .key = to,
                           .until_ns = until_ns,
                           .complaint = result_complaint,
                           .expected = "CopyObjectResult"};
    struct s3_answer answer;
    struct buf source = BUF_IN(a);
    sigv4_encode(&source, str_format(a, "/%.*s/%.*s", STR_ARG(c->settings.bucket), STR_ARG(from)),
                 true);
    s3_add_header(&r, "x-amz-copy-source", buf_str(&source));
    if (unmodified_since.len != 0)
        s3_add_header(&r, "x-amz-copy-source-if-unmodified-since", unmodified_since);
    add_encryption(c, &r);
    TRY(s3_client_send(c, a, &r, &answer));
    if (is_missing_key(&answer))
        return ERR(NOT_FOUND, "there is no such object");
    if (answer.status == 412)
        return ERR(CONFLICT, "the object is too young");
    if (answer.status != 200)
        return refused("copy", &answer);
    bool was_kept;
    TRY(look_for(c, a, to, size, until_ns, &was_kept));
    if (!was_kept)
        return ERR(UNAVAILABLE, "the storage has not kept what it was sent");
    return unmodified_since.len != 0 ? check_unmodified(c, a, from, unmodified_since, until_ns)
                                     : OK;
}

err s3_object_copy(struct s3_client *c, str from, str to, uint64_t size, str unmodified_since,
                   uint64_t until_ns)
{
    struct arena scratch = {0};
    err e = size > S3_COPY_SIZE_MAX
                ? ERR(CONFLICT, "the object is too large to be copied at once")
                : copy_object(c, &scratch, from, to, size, unmodified_since, until_ns);
    arena_deinit(&scratch);
    return e;
}

static err send_delete(struct s3_client *c, struct s3_request *r, const char *what)
{
    struct arena scratch = {0};
    struct s3_answer answer = {0};
    err e = s3_client_send(c, &scratch, r, &answer);
    if (!failed(e) && answer.status != 204 && answer.status != 200 && answer.status != 404)
        e = refused(what, &answer);
    arena_deinit(&scratch);
    return e;
}

err s3_object_delete(struct s3_client *c, str key, uint64_t until_ns)
{
    struct s3_request r = {.method = STR("DELETE"), .key = key, .until_ns = until_ns};
    return send_delete(c, &r, "delete");
}

err s3_upload_abort(struct s3_client *c, str key, str upload_id, uint64_t until_ns)
{
    struct s3_request r = {.method = STR("DELETE"), .key = key, .until_ns = until_ns};
    s3_add_query(&r, "uploadId", upload_id);
    return send_delete(c, &r, "abort");
}

static const char *list_complaint(const struct s3_request *r, struct arena *a,
                                  const struct s3_answer *answer)
{
    struct s3_list ignored;
    (void)r;
    return failed(s3_list_read(a, answer->body, &ignored)) ? "a list that is not whole" : NULL;
}

static err list(struct s3_client *c, struct arena *a, struct s3_request *r, const char *what,
                struct s3_list *out, instant *now)
{
    struct s3_answer answer;
    r->complaint = list_complaint;
    TRY(s3_client_send(c, a, r, &answer));
    *now = answer.time.us != 0 ? answer.time : clock_now(c->clock);
    if (answer.status == 501 && str_eq(str_of(what), STR("uploads"))) {
        *out = (struct s3_list){0};
        return OK;
    }
    if (answer.status != 200)
        return refused(what, &answer);
    return s3_list_read(a, answer.body, out);
}

err s3_objects_list(struct s3_client *c, struct arena *a, str prefix, str token, uint64_t until_ns,
                    struct s3_list *out, instant *now)
{
    struct s3_request r = {.method = STR("GET"), .key = STR(""), .until_ns = until_ns};
    s3_add_query(&r, "list-type", STR("2"));
    s3_add_query(&r, "prefix", prefix);
    if (token.ptr != NULL)
        s3_add_query(&r, "continuation-token", token);
    return list(c, a, &r, "list", out, now);
}

err s3_uploads_list(struct s3_client *c, struct arena *a, str prefix, const struct s3_list *before,
                    uint64_t until_ns, struct s3_list *out, instant *now)
{
    struct s3_request r = {.method = STR("GET"), .key = STR(""), .until_ns = until_ns};
    s3_add_query(&r, "uploads", STR(""));
    s3_add_query(&r, "prefix", prefix);
    if (before->next_key.len != 0)
        s3_add_query(&r, "key-marker", before->next_key);
    if (before->next_upload.len != 0)
        s3_add_query(&r, "upload-id-marker", before->next_upload);
    return list(c, a, &r, "uploads", out, now);
}

static err explain(const struct s3_answer *answer)
{
    str code = answer->code;
    if (str_eq(code, STR("NoSuchBucket")))
        return ERR(INVALID, "the bucket of GANTRY_STORAGE_URL does not exist");
    if (str_eq(code, STR("InvalidAccessKeyId")))
        return ERR(INVALID, "S3 does not know the access key");
    if (str_eq(code, STR("SignatureDoesNotMatch")))
        return ERR(INVALID, "S3 does not accept the secret access key");
    if (str_eq(code, STR("ExpiredToken")) || str_eq(code, STR("InvalidToken")))
        return ERR(INVALID, "the session token for S3 is not valid any more");
    if (str_eq(code, STR("RequestTimeTooSkewed")))
        return ERR(INVALID, "the clock of this machine is wrong: S3 refuses its signatures");
    if (answer->status == 403)
        return ERR(INVALID, "S3 denies access to the bucket: the key needs to list, get, put and "
                            "delete objects");
    if (answer->status >= 300 && answer->status < 400)
        return ERR(INVALID, "the bucket is in another region than GANTRY_STORAGE_URL says");
    if (answer->status == 404)
        return ERR(INVALID, "the bucket of GANTRY_STORAGE_URL does not exist");
    if (answer->status == 400)
        return ERR(INVALID, "S3 does not understand us: check the endpoint and the region");
    return refused("check", answer);
}

err s3_bucket_check(struct s3_client *c, uint64_t until_ns)
{
    struct arena scratch = {0};
    struct s3_request r = {.method = STR("GET"), .key = STR(""), .until_ns = until_ns};
    struct s3_answer answer;
    s3_add_query(&r, "list-type", STR("2"));
    s3_add_query(&r, "max-keys", STR("1"));
    s3_add_query(&r, "prefix", c->settings.prefix);
    err e = s3_client_send(c, &scratch, &r, &answer);
    if (!failed(e) && answer.status != 200)
        e = explain(&answer);
    arena_deinit(&scratch);
    return e;
}
