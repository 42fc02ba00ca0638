/* Exports of the audit trail, of any length in the memory of a page: a job of its own on the lane
 * of long bodies reads pages and writes them at the pace of who takes them. Whoever takes nothing
 * for EXPORT_STALL_SECONDS is given up; what breaks off then has no orderly end. */
#include "application/commands/audit/export_audit_events/command.h"
#include "application/models/audit_message.h"
#include "application/queries/audit/read_audit_events/query.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "presentation/binding.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/router.h"

#include <time.h>

enum {
    EXPORT_COUNT_MAX = 4, /* at once, of the process */
    EXPORT_STALL_SECONDS = 60,
    EXPORT_PAUSE_MS_MAX = 32, /* the first is of one, each is twice as long */
    EXPORT_PIECE_SIZE = 16 * 1024
};

static const struct {
    const char *media_type, *file;
    audit_writer_function *write;
    const char *line_end;
} formats[] = {
    [AUDIT_EXPORT_CSV] = {"text/csv; charset=utf-8; header=present", "csv", audit_message_csv, ""},
    [AUDIT_EXPORT_NDJSON] = {"application/x-ndjson", "ndjson", audit_message_json, "\n"},
    [AUDIT_EXPORT_FHIR] = {"application/fhir+ndjson", "fhir.ndjson", audit_message_fhir, "\n"},
    [AUDIT_EXPORT_DICOM] = {"application/xml", "xml", audit_message_dicom, "\n"},
};

struct audit_export {
    struct pool_job job;
    struct arena arena, page; /* of the whole, of what is read at once */
    struct scope scope;
    struct principal principal;
    struct http_stream *body;
    struct read_audit_events next;
    struct audit_origin origin;
    enum audit_export_format format;
};

static unsigned export_count;

static void export_free(struct audit_export *x)
{
    __atomic_fetch_sub(&export_count, 1, __ATOMIC_RELAXED);
    arena_deinit(&x->page);
    arena_deinit(&x->arena);
    heap_free(x);
}

/* False when its peer is gone, or takes nothing. */
static bool write_piece(struct audit_export *x, str bytes)
{
    struct timespec pause = {0, 1000000L};
    uint64_t until = monotonic_ns() + EXPORT_STALL_SECONDS * UINT64_C(1000000000);
    while (!http_stream_write(x->body, bytes)) {
        if (http_stream_is_gone(x->body) || monotonic_ns() > until)
            return false;
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < EXPORT_PAUSE_MS_MAX * 1000000L)
            pause.tv_nsec *= 2;
    }
    return true;
}

static bool write_events(struct audit_export *x, const struct audit_event_slice *events)
{
    struct buf out = BUF_IN(&x->page);
    for (size_t i = 0; i < events->len; i++) {
        formats[x->format].write(&out, &x->origin, &events->at[i]);
        buf_add(&out, str_of(formats[x->format].line_end));
        if (out.len < EXPORT_PIECE_SIZE && i + 1 != events->len)
            continue;
        if (!write_piece(x, buf_str(&out)))
            return false;
        out.len = 0;
    }
    return true;
}

static bool write_all(struct audit_export *x)
{
    struct read_audit_events_result result = {0};
    do {
        arena_reset(&x->page);
        x->scope.arena = &x->page;
        err e = read_audit_events_send(&x->scope, &x->next, &result);
        if (failed(e)) {
            log_err(LOG_WARN, "audit_export", e);
            return false;
        }
        if (!write_events(x, &result.events))
            return false;
        if (result.events.len != 0)
            x->next.after_key = result.events.at[result.events.len - 1].key;
    } while (result.events.len == AUDIT_EXPORT_PAGE_SIZE);
    return x->format != AUDIT_EXPORT_DICOM || write_piece(x, STR("</AuditMessages>\n"));
}

static str beginning(struct audit_export *x)
{
    struct buf out = BUF_IN(&x->arena);
    if (x->format == AUDIT_EXPORT_CSV)
        audit_message_csv_header(&out);
    if (x->format == AUDIT_EXPORT_DICOM)
        buf_add(&out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AuditMessages>\n"));
    return buf_str(&out);
}

static void run_export(struct pool_job *job)
{
    struct audit_export *x = container_of(job, struct audit_export, job);
    str first = beginning(x);
    bool is_whole = (first.len == 0 || write_piece(x, first)) && write_all(x);
    if (is_whole)
        http_stream_end(x->body);
    else
        http_stream_break(x->body);
    export_free(x);
}

static struct audit_export *export_make(struct request *r, const struct export_audit_events *cmd,
                                        const struct audit_end *end)
{
    struct audit_export *x = heap_alloc(sizeof *x);
    arena_init(&x->arena);
    arena_init(&x->page);
    x->job.run = run_export;
    x->principal = r->principal;
    x->scope = r->scope;
    x->scope.principal = &x->principal;
    x->scope.request_id = str_copy(&x->arena, r->scope.request_id);
    x->scope.peer_address = str_copy(&x->arena, r->scope.peer_address);
    x->scope.issues = (struct issues){.arena = &x->arena};
    x->next = (struct read_audit_events){.search = cmd->search, .up_to_key = end->key};
    schema_copy_texts(&audit_search_schema, &x->arena, &x->next.search);
    x->origin = (struct audit_origin){r->scope.services->audit_source, end->organization_id};
    x->format = cmd->format;
    return x;
}

static void set_headers(struct request *r, enum audit_export_format format,
                        const struct audit_anchor *anchor)
{
    struct buf text = BUF_IN(request_arena(r));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "Content-Disposition",
                    str_format(request_arena(r), "attachment; filename=\"audit-events.%s\"",
                               formats[format].file));
    if (anchor->sequence == 0)
        return;
    json_write(&text, &audit_anchor_schema, anchor, 0);
    http_set_header(r->x, "Gantry-Audit-Anchor", buf_str(&text));
}

err audit_export(struct request *r)
{
    struct export_audit_events cmd = {0};
    struct export_audit_events_result result;
    TRY(request_bind(r, &export_audit_events_schema, &cmd));
    if (__atomic_add_fetch(&export_count, 1, __ATOMIC_RELAXED) > EXPORT_COUNT_MAX) {
        __atomic_fetch_sub(&export_count, 1, __ATOMIC_RELAXED);
        return ERR(UNAVAILABLE, "too many exports of the audit trail are under way");
    }
    err e = export_audit_events_send(&r->scope, &cmd, &result);
    if (failed(e)) {
        __atomic_fetch_sub(&export_count, 1, __ATOMIC_RELAXED);
        return e;
    }
    struct audit_export *x = export_make(r, &cmd, &result.end);
    struct http_stream *body = x->body = http_stream_create();
    set_headers(r, cmd.format, &result.end.anchor);
    /* first the answer: whoever writes may be done before this function is */
    http_respond_stream(r->x, 200, str_of(formats[cmd.format].media_type), body);
    if (lanes_push(r->app->lanes, LANE_STREAM, &x->job))
        return OK;
    http_stream_break(body);
    export_free(x);
    return OK;
}

const struct query_parameter *audit_export_parameter(size_t at)
{
    static const struct query_parameter parameters[] = {
        {"format",
         "csv; ndjson; fhir: AuditEvents of R4, one a line; dicom: messages of PS3.15 A.5"},
        {"user_id", "Only by this user"},
        {"actor_id", "Only by this user, API key or share"},
        {"subject_id", "Only about this study, user, …"},
        {"study_id", "Only about this study or a part of it"},
        {"action", "Only of this kind"},
        {"outcome", "Only with this outcome"},
        {"actor_kind", "Only by a user, api_key, share, system, nobody"},
        {"subject_kind", "Only about a study, series, user, …"},
        {"peer_address", "Only from this address"},
        {"from", "Not before that time"},
        {"to", "Before that time"}};
    return at < COUNT_OF(parameters) ? &parameters[at] : NULL;
}
