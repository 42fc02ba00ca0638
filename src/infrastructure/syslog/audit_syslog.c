/* A thread that follows the trail. */
#include "infrastructure/syslog/audit_syslog.h"

#include "base/arena.h"
#include "base/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FACILITY_AUTHPRIV = 10, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5 };

static const struct {
    const char *message_id, *byte_order_mark;
    audit_writer_function *write;
} formats[] = {[SYSLOG_DICOM] = {"DICOM+RFC3881", "\xEF\xBB\xBF", audit_message_dicom},
               [SYSLOG_FHIR] = {"FHIR-AuditEvent", "\xEF\xBB\xBF", audit_message_fhir},
               [SYSLOG_JSON] = {"gantry-audit", "\xEF\xBB\xBF", audit_message_json}};

void audit_syslog_message(struct buf *out, enum syslog_format format, const char *host,
                          const struct audit_origin *origin, const struct audit_event *event)
{
    int severity = str_eq(event->outcome, STR("OK")) ? SEVERITY_NOTICE : SEVERITY_WARNING;
    buf_addf(out, "<%d>1 %.*s %s gantry %ld %s [meta sequenceId=\"%lld\"] %s",
             FACILITY_AUTHPRIV * 8 + severity, STR_ARG(instant_text(out->arena, event->created_at)),
             host, (long)getpid(), formats[format].message_id, (long long)(event->key & INT32_MAX),
             formats[format].byte_order_mark);
    formats[format].write(out, origin, event);
}

static bool is_stopping(struct audit_syslog *s)
{
    pthread_mutex_lock(&s->lock);
    bool stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return stopping;
}

/* Until then, or until it is to stop. */
static void pause_for(struct audit_syslog *s, uint64_t milliseconds)
{
    uint64_t until = monotonic_ns() + milliseconds * 1000000;
    const struct timespec at = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
    pthread_mutex_lock(&s->lock);
    while (!s->stopping && monotonic_ns() < until)
        if (pthread_cond_timedwait(&s->changed, &s->lock, &at) != 0)
            break;
    pthread_mutex_unlock(&s->lock);
}

/* Doubled with each failure, and by chance, so that many senders do not come together. */
static uint64_t failure_pause_ms(const struct audit_syslog *s)
{
    uint64_t pause = AUDIT_SYSLOG_PAUSE_MS;
    uint32_t chance;
    for (unsigned i = 1; i < s->failure_streak && pause < AUDIT_SYSLOG_PAUSE_MS_MAX; i++)
        pause *= 2;
    random_bytes(&chance, sizeof chance);
    pause = pause < AUDIT_SYSLOG_PAUSE_MS_MAX ? pause : AUDIT_SYSLOG_PAUSE_MS_MAX;
    return pause / 2 + chance % pause;
}

static err load_position(struct audit_syslog *s)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct db_session *session;
    TRY(db_session_begin(s->settings.db, &a, s->settings.clock, &session));
    err e = audit_reader_get_position(session->readers.audit, AUDIT_SYSLOG_POSITION, &s->kept);
    db_session_end(session);
    s->sent = s->ended = s->kept;
    s->is_placed = !failed(e);
    return e;
}

static err keep_position(struct audit_syslog *s, int64_t key)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct db_session *session;
    if (key == s->kept)
        return OK;
    TRY(db_session_begin(s->settings.db, &a, s->settings.clock, &session));
    err e = audit_writer_save_position(session->uow.audit, AUDIT_SYSLOG_POSITION, key);
    if (!failed(e))
        e = db_session_commit(session);
    db_session_end(session);
    if (!failed(e))
        s->kept = key;
    return e;
}

/* at_once: there is no next connection before which the receiver could fail. */
static err finish(struct audit_syslog *s, bool at_once)
{
    if (!s->connection.is_open)
        return OK;
    TRY(syslog_connection_finish(&s->connection));
    int64_t safe = at_once ? s->sent : s->ended;
    s->ended = s->sent;
    return keep_position(s, safe);
}

static uuid organization_of(const struct audit_syslog *s, int64_t key)
{
    for (size_t i = 0; i < s->organizations.len; i++)
        if (s->organizations.at[i].key == key)
            return s->organizations.at[i].id;
    return (uuid){0};
}

static err read_page(struct audit_syslog *s, struct arena *a, struct audit_event_slice *page)
{
    struct db_session *session;
    const struct audit_filter filter = {.all_organizations = true,
                                        .oldest_first = true,
                                        .from_key = s->sent,
                                        .limit = AUDIT_SYSLOG_PAGE_SIZE};
    TRY(db_session_begin(s->settings.db, a, s->settings.clock, &session));
    err e = audit_reader_find(session->readers.audit, a, &filter, page);
    if (!failed(e) && page->len != 0) {
        arena_reset(&s->names);
        e = organization_reader_all(session->readers.organizations, &s->names, &s->organizations);
    }
    db_session_end(session);
    pthread_mutex_lock(&s->lock);
    if (!failed(e))
        s->waiting_since = page->len != 0 ? page->at[0].created_at : (instant){0};
    pthread_mutex_unlock(&s->lock);
    return e;
}

static err send_event(struct audit_syslog *s, struct arena *a, const struct audit_event *event)
{
    struct buf message = BUF_IN(a);
    const struct audit_origin origin = {s->settings.source,
                                        organization_of(s, event->organization_key)};
    audit_syslog_message(&message, s->url.format, s->host, &origin, event);
    TRY(syslog_connection_send(&s->connection, buf_str(&message)));
    s->sent = event->key;
    s->session_count++;
    pthread_mutex_lock(&s->lock);
    s->sent_count++;
    pthread_mutex_unlock(&s->lock);
    return OK;
}

static err send_page(struct audit_syslog *s, struct arena *a, const struct audit_event_slice *page)
{
    if (!s->connection.is_open) {
        TRY(syslog_connection_open(&s->connection, &s->url));
        s->opened_ns = monotonic_ns();
        s->session_count = 0;
    }
    for (size_t i = 0; i < page->len; i++)
        TRY(send_event(s, a, &page->at[i]));
    pthread_mutex_lock(&s->lock);
    s->waiting_since = (instant){0};
    pthread_mutex_unlock(&s->lock);
    return OK;
}

static bool is_session_over(const struct audit_syslog *s)
{
    return s->connection.is_open &&
           (monotonic_ns() - s->opened_ns > AUDIT_SYSLOG_SESSION_SECONDS * UINT64_C(1000000000) ||
            s->session_count >= AUDIT_SYSLOG_SESSION_EVENT_COUNT);
}

/* One look. *pause_ms: until the next. */
static err step(struct audit_syslog *s, uint64_t *pause_ms)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct audit_event_slice page;
    *pause_ms = AUDIT_SYSLOG_POLL_MS;
    if (!s->is_placed)
        TRY(load_position(s));
    TRY(read_page(s, &a, &page));
    if (page.len != 0)
        TRY(send_page(s, &a, &page));
    if (page.len == AUDIT_SYSLOG_PAGE_SIZE)
        *pause_ms = 0;
    return is_session_over(s) ? finish(s, false) : OK;
}

/* What may have been lost comes again. */
static void fall_back(struct audit_syslog *s, err e)
{
    syslog_connection_close(&s->connection);
    s->sent = s->ended = s->kept;
    if (s->failure_streak++ == 0)
        log_err(LOG_WARN, "audit_syslog", e);
    pthread_mutex_lock(&s->lock);
    s->failure_count++;
    pthread_mutex_unlock(&s->lock);
}

/* Another node has it now, and knows where it is. */
static void rest(struct audit_syslog *s)
{
    syslog_connection_close(&s->connection);
    s->is_placed = false;
    pthread_mutex_lock(&s->lock);
    s->waiting_since = (instant){0};
    pthread_mutex_unlock(&s->lock);
}

static void *work(void *argument)
{
    struct audit_syslog *s = argument;
    while (!is_stopping(s)) {
        uint64_t pause_ms = AUDIT_SYSLOG_POLL_MS;
        if (!s->settings.leads(s->settings.owner)) {
            rest(s);
            pause_for(s, pause_ms);
            continue;
        }
        err e = step(s, &pause_ms);
        if (failed(e)) {
            fall_back(s, e);
            pause_ms = failure_pause_ms(s);
        } else if (s->failure_streak != 0 && s->connection.is_open) {
            log_event(LOG_INFO, "audit_syslog", "failures=%u", s->failure_streak);
            s->failure_streak = 0;
        }
        if (pause_ms != 0)
            pause_for(s, pause_ms);
    }
    err e = finish(s, true);
    if (failed(e))
        log_err(LOG_WARN, "audit_syslog", e);
    syslog_connection_close(&s->connection);
    return NULL;
}

err audit_syslog_open(struct audit_syslog *s, const struct audit_syslog_settings *settings)
{
    pthread_condattr_t attributes;
    *s = (struct audit_syslog){.settings = *settings};
    TRY(syslog_url_read(&s->arena, settings->url, &s->url));
    if (gethostname(s->host, sizeof s->host - 1) != 0 || s->host[0] == '\0')
        snprintf(s->host, sizeof s->host, "-");
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    s->has_thread = pthread_create(&s->thread, NULL, work, s) == 0;
    return s->has_thread ? OK : ERR(UNAVAILABLE, "the delivery of the audit trail does not start");
}

void audit_syslog_close(struct audit_syslog *s)
{
    if (s->has_thread) {
        pthread_mutex_lock(&s->lock);
        s->stopping = true;
        pthread_cond_signal(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
        pthread_mutex_destroy(&s->lock);
        pthread_cond_destroy(&s->changed);
    }
    arena_deinit(&s->names);
    arena_deinit(&s->arena);
    *s = (struct audit_syslog){0};
}

struct audit_syslog_state audit_syslog_state(struct audit_syslog *s)
{
    struct audit_syslog_state state = {0};
    if (!s->has_thread)
        return state;
    pthread_mutex_lock(&s->lock);
    state.sent_count = s->sent_count;
    state.failure_count = s->failure_count;
    if (s->waiting_since.us != 0)
        state.lag_seconds =
            (double)(clock_now(s->settings.clock).us - s->waiting_since.us) / 1000000;
    pthread_mutex_unlock(&s->lock);
    return state;
}
