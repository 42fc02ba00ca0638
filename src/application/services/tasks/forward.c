/* One instance a request, streamed from the storage. What a server took already it takes again, so
 * one whose answer was lost is sent once more. */
#include "application/services/tasks/forward.h"

#include "application/queries/disclosures/read_destination/query.h"
#include "application/services/tasks/instance_walk.h"
#include "base/arena.h"

#include <time.h>

enum {
    FORWARD_ATTEMPT_COUNT = 3, /* of one instance; then the task waits */
    FORWARD_ANSWER_SIZE_MAX = 256 * 1024,
    FORWARD_TIMEOUT_MS = 60 * 60 * 1000
};
#define BOUNDARY "gantry-instance-e1d8f6a4c0b24d0f"
#define HEAD "--" BOUNDARY "\r\nContent-Type: application/dicom\r\n\r\n"
#define TAIL "\r\n--" BOUNDARY "--\r\n"

SCHEMA(forward_parameters, FIELD(forward_parameters, destination_id),
       FIELD(forward_parameters, studies));

struct forwarding {
    struct instance_walk walk;
    str url, authorization; /* absent: none */
};

/* A part of a multipart body with a file in it. */
struct part_source {
    struct byte_source base;
    str head, tail;
    struct region_source file;
};

static size_t take(str *from, void *to, size_t size)
{
    size_t count = from->len < size ? from->len : size;
    memcpy(to, from->ptr, count);
    *from = str_sub(*from, count, from->len);
    return count;
}

static err read_part(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct part_source *s = container_of(base, struct part_source, base);
    *got = 0;
    if (s->head.len != 0) {
        *got = take(&s->head, to, size);
        return OK;
    }
    TRY(byte_source_read(&s->file.base, to, size, got));
    if (*got == 0 && s->tail.len != 0)
        *got = take(&s->tail, to, size);
    return OK;
}

static const struct byte_source_ops part_ops = {.read = read_part};

static bool goes_on(void *owner)
{
    return !failed(task_run_check(owner));
}

static err send_file(struct forwarding *f, struct scope *scope, const struct object_file *file,
                     struct http_client_answer *answer)
{
    struct part_source source = {{&part_ops}, STR(HEAD), STR(TAIL), {{0}, 0, 0, 0}};
    struct http_client_header headers[] = {
        {STR("content-type"),
         STR("multipart/related; type=\"application/dicom\"; boundary=" BOUNDARY)},
        {STR("accept"), STR("application/dicom+json")},
        {STR("authorization"), f->authorization}};
    const struct http_client_request request = {
        .method = STR("POST"),
        .url = f->url,
        .headers = {headers, f->authorization.len != 0 ? 3 : 2},
        .source = &source.base,
        .source_size = sizeof HEAD - 1 + file->size + sizeof TAIL - 1,
        .goes_on = goes_on,
        .owner = f->walk.report.run,
        .answer_size_max = FORWARD_ANSWER_SIZE_MAX,
        .timeout_ms = FORWARD_TIMEOUT_MS};
    region_source_init(&source.file, file->fd, 0, file->size);
    return http_client_send(scope->services->http, scope->arena, &request, answer);
}

/* PS3.18 10.5.3: what was not stored stands in Failed SOP Sequence. */
static bool has_failed(const struct http_client_answer *answer)
{
    return str_find(answer->body, STR("\"00081198\"")) != SIZE_MAX &&
           str_find(answer->body, STR("\"00081197\"")) != SIZE_MAX;
}

/* What an answer says about the instance, or about the server. */
static err judge(struct arena *a, const struct http_client_answer *answer)
{
    unsigned status = answer->status;
    if ((status == 200 || status == 201 || status == 202) && !has_failed(answer))
        return OK;
    if (status == 401 || status == 403)
        return ERRF(a, FORBIDDEN, "the server refuses the credentials (%u)", status);
    if (status == 404 || status == 405 || (status >= 300 && status < 400))
        return ERRF(a, GONE, "the server takes no instances at that address (%u)", status);
    if (status == 408 || status == 429 || (status >= 502 && status <= 504) || status == 507)
        return ERRF(a, UNAVAILABLE, "the server cannot take it now (%u)", status);
    return ERRF(a, CONFLICT, "the server did not store it (%u)", status);
}

/* A pause that ends when the task shall. */
static err wait_for(struct task_run *run, int seconds)
{
    for (int i = 0; i < seconds * 10; i++) {
        TRY(task_run_check(run));
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    return OK;
}

static bool is_worth_another(err e)
{
    return e.code == ERR_UNAVAILABLE || e.code == ERR_TIMED_OUT || e.code == ERR_MALFORMED;
}

static err forward(struct instance_walk *walk, struct scope *scope,
                   const struct walked_study *study, const struct study_object *object,
                   struct task_item *item)
{
    struct forwarding *f = container_of(walk, struct forwarding, walk);
    struct object_file file;
    err e = OK;
    (void)study;
    TRY(storage_open(scope->services->storage, object->object_name, OBJECT_WHOLE, &file));
    for (int attempt = 1; attempt <= FORWARD_ATTEMPT_COUNT; attempt++) {
        struct http_client_answer answer = {0};
        if (attempt > 1)
            e = wait_for(walk->report.run, 1 << (attempt - 2));
        if (attempt > 1 && failed(e))
            break;
        item->attempt_count++;
        e = send_file(f, scope, &file, &answer);
        item->status = answer.status;
        if (!failed(e))
            e = judge(scope->arena, &answer);
        if (!is_worth_another(e))
            break;
    }
    fd_close(file.fd);
    if (failed(e))
        item->reason = str_of(e.text);
    if (failed(e) && failed(task_run_check(walk->report.run)))
        return task_run_check(walk->report.run);
    return e.code == ERR_MALFORMED || e.code == ERR_TIMED_OUT
               ? ERRF(walk->report.run->scope->arena, UNAVAILABLE, "%s", e.text)
               : e;
}

/* The address or the credentials are wrong: so they are for all. */
static bool ends(err e)
{
    return e.code == ERR_FORBIDDEN || e.code == ERR_GONE || e.code == ERR_INVALID;
}

static err prepare(struct task_run *run, const struct destination *d, struct forwarding *f)
{
    struct arena *a = run->scope->arena;
    struct buf text = BUF_IN(a);
    str secret, url = d->url;
    TRY(destination_secret_open(run->scope->services, a, d, &secret));
    while (url.len != 0 && url.ptr[url.len - 1] == '/')
        url = str_sub(url, 0, url.len - 1);
    f->url = str_format(a, "%.*s/studies", STR_ARG(url));
    if (d->credential == CREDENTIAL_BEARER)
        f->authorization = str_format(a, "Bearer %.*s", STR_ARG(secret));
    if (d->credential == CREDENTIAL_BASIC) {
        str pair = str_format(a, "%.*s:%.*s", STR_ARG(d->user_name), STR_ARG(secret));
        buf_add(&text, STR("Basic "));
        buf_add_base64(&text, pair.ptr, pair.len);
        f->authorization = buf_str(&text);
    }
    return OK;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct forward_parameters *p = parameters;
    struct read_destination_result found;
    struct forwarding f = {.walk = {.each = forward, .ends = ends}};
    TRY(read_destination_send(run->scope, &(struct read_destination){p->destination_id}, &found));
    TRY(prepare(run, &found.destination, &f));
    err e = instance_walk_run(&f.walk, run, &p->studies);
    if (e.code == ERR_GONE && !failed(task_run_check(run)))
        return ERRF(run->scope->arena, CONFLICT, "%s", e.text); /* no wish to end: an answer */
    TRY(e);
    const struct task_report_body *body = &f.walk.report.body;
    out->words = str_format(run->scope->arena, "%lld instances were sent, %lld were not taken",
                            (long long)body->done_count, (long long)body->failed_count);
    return body->failed_count != 0 ? ERRF(run->scope->arena, CONFLICT, "%.*s", STR_ARG(out->words))
                                   : OK;
}

const struct task_kind forward_kind = {
    .name = "forward",
    .doc = "Send studies to another server",
    .parameters = &forward_parameters_schema,
    .count_max = 4,
    .attempt_count_max = 12,
    .run = run,
};
