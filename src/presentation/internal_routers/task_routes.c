/* Work that outlives its request. */
#include "application/commands/tasks/cancel_task/command.h"
#include "application/commands/tasks/create_export/command.h"
#include "application/commands/tasks/create_import/command.h"
#include "application/commands/tasks/retry_task/command.h"
#include "application/queries/tasks/get_task/query.h"
#include "application/queries/tasks/get_task_output/query.h"
#include "application/queries/tasks/list_tasks/query.h"
#include "base/arena.h"
#include "base/json.h"
#include "presentation/binding.h"
#include "presentation/event_streams.h"
#include "presentation/internal_routers/dicomweb.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/router.h"

/* Whoever looks at a task is few: each is looked at anew at every look. */
static err newest(struct scope *scope, int64_t *key)
{
    *key = clock_now(scope->clock).us;
    return OK;
}

/* One event for each look at which it has changed, keyed by its version: what lies between two
 * looks is of no interest any more. */
static err page(struct scope *scope, str topic, int64_t after, uint32_t limit,
                struct feed_event_slice *out)
{
    struct get_task query;
    struct get_task_result found;
    struct buf data = BUF_IN(scope->arena);
    (void)limit;
    if (!uuid_from_text(topic, &query.id))
        return ERR(INTERNAL, "the topic is no task");
    TRY(get_task_send(scope, &query, &found));
    if (found.task.task.version <= after)
        return OK;
    json_write(&data, &task_view_schema, &found.task, 0);
    *SLICE_PUSH(scope->arena, out) = (struct feed_event){
        found.task.task.version, task_state_names[found.task.task.state], buf_str(&data)};
    return OK;
}

static const struct event_feed task_changes = {.newest = newest, .page = page};

/* How it is now, and then each change; the last is the state in which it ended. */
static err stream(struct request *r)
{
    struct get_task query;
    struct get_task_result found;
    int64_t after = 0;
    bool is_named;
    if (!uuid_from_text(request_parameter(r, "id"), &query.id))
        return ERR(NOT_FOUND, "not found");
    TRY(get_task_send(&r->scope, &query, &found));
    TRY(event_streams_position(r, &is_named, &after));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "X-Accel-Buffering", STR("no"));
    return event_streams_respond(r->app->streams, r, &task_changes,
                                 uuid_text(r->scope.arena, query.id), after);
}

/* One object, or a range of it. */
static err open_output(struct http_parts *parts, const struct http_part *part, int *fd,
                       uint64_t *base)
{
    const struct get_task_output_result *output = part->file;
    struct object_file file;
    err e = storage_open(parts->context, output->object_name,
                         (struct object_range){part->offset, part->size}, &file);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAVAILABLE, "a stored object is missing");
    TRY(e);
    *fd = file.fd;
    *base = file.base;
    return OK;
}

static err output(struct request *r)
{
    struct arena *a = request_arena(r);
    struct storage *storage = r->scope.services->storage;
    struct get_task_output query = {0};
    struct get_task_output_result *found = NEW(a, struct get_task_output_result);
    unsigned status;
    TRY(request_bind(r, &get_task_output_schema, &query));
    TRY(get_task_output_send(&r->scope, &query, found));
    http_set_header(r->x, "ETag", str_format(a, "\"%.*s\"", STR_ARG(found->object_name)));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "Accept-Ranges", STR("bytes"));
    if (request_is_unchanged(r, found->object_name))
        return OK;
    struct http_part *whole = NEW(a, struct http_part);
    *whole = (struct http_part){.file = found, .size = (uint64_t)found->size};
    struct http_parts body = {.at = whole,
                              .count = 1,
                              .open = open_output,
                              .context = storage,
                              .request_id = r->scope.request_id,
                              .may_wait = storage->may_wait};
    TRY(dicomweb_parts_asked_for(r, found->object_name, &body, &status));
    http_set_header(r->x, "Content-Disposition",
                    str_format(a, "attachment; filename=\"%.*s\"", STR_ARG(found->name)));
    return http_respond_parts(r->x, status, found->type, &body);
}

const struct route task_routes[] = {
    {"GET", "/tasks", &list_tasks_use_case, .tag = "tasks"},
    {"GET", "/tasks/{id}", &get_task_use_case, .tag = "tasks"},
    {"GET", "/tasks/{id}/events", .handle = stream, .behind = &get_task_use_case,
     .needs = SIGNED_IN, .lane = LANE_DB, .tag = "tasks", .takes_cookie = true,
     .answers = "text/event-stream",
     .doc = "A task as it changes: its progress, and the state in which it ends"},
    {"GET", "/tasks/{id}/output", .handle = output, .behind = &get_task_output_use_case,
     .needs = DOWNLOAD_STUDIES, .lane = LANE_DB, .tag = "tasks",
     .answers = "application/zip, application/x-tar", .doc = "The file that a task made"},
    {"POST", "/exports", &create_export_use_case, .success = 202, .body = HTTP_BODY_BUFFERED,
     .tag = "tasks"},
    {"POST", "/imports", &create_import_use_case, .success = 202, .body = HTTP_BODY_BUFFERED,
     .tag = "tasks"},
    {"POST", "/tasks/{id}/cancel", &cancel_task_use_case, .tag = "tasks"},
    {"POST", "/tasks/{id}/retry", &retry_task_use_case, .tag = "tasks"},
};
const size_t task_route_count = COUNT_OF(task_routes);
