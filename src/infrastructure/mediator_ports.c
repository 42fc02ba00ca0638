/* The ports of the pipeline. */
#include "infrastructure/mediator_ports.h"

#include "application/models/audit_kind.h"
#include "base/arena.h"
#include "base/json.h"
#include "domain/entities/access.h"
#include "domain/entities/principal.h"
#include "infrastructure/deidentified_images.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { NOTED_CHANNEL_COUNT_MAX = 4 /* of one command; who is not told looks from time to time */ };

static struct mediator_ports *self(struct mediator *m)
{
    return container_of(m, struct mediator_ports, base);
}

static err refuse(const struct principal *principal)
{
    if (principal->kind == PRINCIPAL_USER && !permissions_have(principal->permissions, SIGNED_IN))
        return ERR(MFA_REQUIRED, "your role asks for a second factor: set it up first");
    if (principal->kind == PRINCIPAL_NOBODY)
        return ERR(UNAUTHENTICATED, "sign in first");
    return principal->kind == PRINCIPAL_API_KEY
               ? ERR(FORBIDDEN, "the scopes of the API key do not allow this")
               : ERR(FORBIDDEN, "your role does not allow this");
}

static err admit(struct mediator *m, const struct principal *principal, permission_number needs)
{
    uint64_t has = principal->permissions | principal->granted_permissions;
    bool may_look = (needs == READ_STUDIES || needs == DOWNLOAD_STUDIES) &&
                    permissions_have(has, READ_DEIDENTIFIED);
    (void)m;
    return may_look || permissions_have(has, needs) ? OK : refuse(principal);
}

/* The same for the same share, or for all of an organization; nobody without the secret has it. */
static void make_view_key(const struct mediator_ports *m, struct arena *a,
                          const struct principal *p, unsigned char out[VIEW_KEY_SIZE])
{
    unsigned size = VIEW_KEY_SIZE;
    str view = p->kind == PRINCIPAL_SHARE
                   ? str_format(a, "share %.*s", STR_ARG(uuid_text(a, p->session_id)))
                   : str_format(a, "organization %lld", (long long)p->organization_key);
    if (HMAC(EVP_sha256(), m->view_secret, sizeof m->view_secret, (const unsigned char *)view.ptr,
             view.len, out, &size) == NULL)
        __builtin_trap(); /* pseudonyms of another key would be nobody's */
}

/* False: nothing is seen. */
static bool find_deidentified(const struct mediator_ports *m, struct scope *scope,
                              const struct use_case *use_case, struct access *out)
{
    struct deidentified_access *view = NEW(scope->arena, struct deidentified_access);
    if (!use_case->shows_deidentified || !m->has_view_secret ||
        !principal_deidentified_access(scope->principal, (enum permission)use_case->needs,
                                       clock_now(scope->clock), &view->behind) ||
        (view->behind.is_limited && !use_case->is_limitable))
        return false;
    make_view_key(m, scope->arena, scope->principal, view->key);
    *out =
        (struct access){.right = view->behind.right, .now = view->behind.now, .deidentified = view};
    return true;
}

/* The one place where it is decided who may do what, and with which data. */
static err authorize(struct mediator *m, struct scope *scope, const struct use_case *use_case,
                     const struct access **out)
{
    struct access *access = NEW(scope->arena, struct access);
    bool has_some = principal_access(scope->principal, (enum permission)use_case->needs,
                                     clock_now(scope->clock), access);
    if (!has_some || (access->is_limited && !use_case->is_limitable))
        if (!find_deidentified(self(m), scope, use_case, access))
            return refuse(scope->principal);
    *out = access;
    return OK;
}

static err read_begin(struct mediator *m, struct scope *scope, const struct access *access,
                      struct readers **out)
{
    struct db_session *session;
    TRY(db_session_begin(self(m)->db, scope->arena, scope->clock, &session));
    if (access != NULL && access->deidentified != NULL)
        session->readers.images = deidentified_images(scope->arena, session->readers.images,
                                                      access->deidentified, self(m)->shown_uids);
    *out = &session->readers;
    return OK;
}

static void read_end(struct mediator *m, struct readers *readers)
{
    (void)m;
    db_session_end(container_of(readers, struct db_session, readers));
}

/* An outbox that remembers whether anything was put into it, and where that is awaited. */
struct noted_outbox {
    struct outbox base;
    struct outbox *inner;
    bool has_new;
    const char *channels[NOTED_CHANNEL_COUNT_MAX];
};

static void note_channel(struct noted_outbox *noted, const char *channel)
{
    for (size_t i = 0; channel != NULL && i < NOTED_CHANNEL_COUNT_MAX; i++)
        if (noted->channels[i] == NULL || strcmp(noted->channels[i], channel) == 0) {
            noted->channels[i] = channel;
            return;
        }
}

static err noted_add(struct outbox *o, const struct event_type *type, int64_t organization_key,
                     uuid aggregate, str payload)
{
    struct noted_outbox *noted = container_of(o, struct noted_outbox, base);
    noted->has_new = true;
    note_channel(noted, type->channel);
    return noted->inner->ops->add(noted->inner, type, organization_key, aggregate, payload);
}

static const struct outbox_ops noted_ops = {.add = noted_add};

static void note_events(struct unit_of_work *uow, struct arena *a)
{
    struct noted_outbox *noted = NEW(a, struct noted_outbox);
    *noted = (struct noted_outbox){.base = {&noted_ops}, .inner = uow->outbox};
    uow->outbox = &noted->base;
}

/* NULL when it has none. */
static const struct noted_outbox *new_events(const struct unit_of_work *uow)
{
    const struct noted_outbox *noted = uow->outbox->ops == &noted_ops
                                           ? container_of(uow->outbox, struct noted_outbox, base)
                                           : NULL;
    return noted != NULL && noted->has_new ? noted : NULL;
}

static void tell(struct message_bus *bus, const struct noted_outbox *noted)
{
    message_bus_publish(bus, OUTBOX_CHANNEL, STR(""));
    for (size_t i = 0; i < NOTED_CHANNEL_COUNT_MAX && noted->channels[i] != NULL; i++)
        message_bus_publish(bus, str_of(noted->channels[i]), STR(""));
}

static err work_begin(struct mediator *m, struct scope *scope, struct unit_of_work **out,
                      struct readers **readers)
{
    struct db_session *session;
    TRY(db_session_begin(self(m)->db, scope->arena, scope->clock, &session));
    if (self(m)->bus != NULL)
        note_events(&session->uow, scope->arena);
    *out = &session->uow;
    *readers = &session->readers;
    return OK;
}

static err work_commit(struct mediator *m, struct unit_of_work *uow)
{
    struct db_session *session = container_of(uow, struct db_session, uow);
    const struct noted_outbox *noted = new_events(uow); /* lives in the arena of the call */
    err e = db_session_commit(session);
    db_session_end(session);
    if (noted != NULL && !failed(e))
        tell(self(m)->bus, noted);
    return e;
}

static void work_rollback(struct mediator *m, struct unit_of_work *uow)
{
    (void)m;
    db_session_end(container_of(uow, struct db_session, uow));
}

static str fingerprint_of(struct arena *a, const struct call *c)
{
    struct buf text = BUF_IN(a), hex = BUF_IN(a);
    unsigned char digest[32];
    buf_add(&text, str_of(c->use_case->name));
    json_write(&text, c->use_case->request, c->request, JSON_INTERNAL);
    EVP_Digest(text.ptr, text.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    return buf_str(&hex);
}

static err replay(struct mediator *m, struct call *c, bool *replayed)
{
    struct idempotency_record record;
    struct arena *a = c->scope->arena;
    struct issues issues = {.arena = a};
    const struct principal *p = c->scope->principal;
    (void)m;
    err e = idempotency_reader_find(c->command.readers->idempotency, a, p->organization_key,
                                    principal_actor_id(p), c->idempotency_key, &record);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (!str_eq(record.fingerprint, fingerprint_of(a, c)))
        return ERR(CONFLICT, "this Idempotency-Key was used for another request");
    *replayed = true;
    return json_read(a, record.result, c->use_case->result, c->result, &issues);
}

static err remember(struct mediator *m, struct call *c)
{
    struct arena *a = c->scope->arena;
    struct buf result = BUF_IN(a);
    (void)m;
    json_write(&result, c->use_case->result, c->result,
               c->use_case->shows_secret ? JSON_REDACT : 0);
    struct idempotency_record record = {.organization_key = c->scope->principal->organization_key,
                                        .user_id = principal_actor_id(c->scope->principal),
                                        .idempotency_key = c->idempotency_key,
                                        .fingerprint = fingerprint_of(a, c),
                                        .result = buf_str(&result),
                                        .created_at = clock_now(c->scope->clock)};
    err e = idempotency_writer_add(c->command.uow->idempotency, &record);
    /* the same request at the same time: once more, which finds the other's answer */
    return e.code == ERR_CONFLICT ? ERR(SERIALIZATION, "the same request is being worked on") : e;
}

static bool is_done(const struct audit_event *event)
{
    return str_eq(event->outcome, STR("OK"));
}

/* Who signed in was nobody until it was done. */
static void name_actor(struct audit_event *event, const struct principal *p,
                       const struct audit_use *use, const struct audit_subject *subject)
{
    bool has_come = p->kind == PRINCIPAL_NOBODY && use->kind == USER_AUTHENTICATION &&
                    is_done(event) && uuid_is_set(event->subject_id);
    event->user_id = has_come ? event->subject_id : p->user_id;
    event->actor_kind = str_of(principal_kind_names[has_come ? PRINCIPAL_USER : p->kind]);
    event->actor_id = has_come ? event->subject_id : principal_actor_id(p);
    event->actor_name = p->kind == PRINCIPAL_NOBODY ? subject->user_name : str_of(p->name);
    if (event->actor_name.len == 0)
        event->actor_name = STR_NONE;
}

/* The member "id" of a request or a result. */
static uuid id_in(const struct schema *schema, const void *object)
{
    void *owner = (void *)(uintptr_t)object;
    const struct field *f = object == NULL ? NULL : schema_find(schema, STR("id"), &owner);
    return f != NULL && f->kind == FIELD_UUID ? *(uuid *)(void *)((char *)owner + f->offset)
                                              : (uuid){0};
}

/* The trail has the row, whatever its identifier was where it was seen. */
static uuid row_of(const struct call *c, uuid id)
{
    bool is_shown = c->access != NULL && c->access->deidentified != NULL && uuid_is_set(id);
    return is_shown ? deidentified_row_id(c->access->deidentified, id) : id;
}

/* What the handler has said it was about, else what was asked for or has been made. */
static uuid subject_of(const struct call *c, const struct audit_use *use, err outcome)
{
    uuid id = c->scope->subject_id;
    if (use->subject == NULL || uuid_is_set(id))
        return row_of(c, id);
    id = id_in(c->use_case->request, c->request);
    return row_of(c,
                  uuid_is_set(id) || failed(outcome) ? id : id_in(c->use_case->result, c->result));
}

/* What is known without asking the database. */
static struct audit_event event_of(const struct call *c, err outcome)
{
    const struct scope *s = c->scope;
    const struct audit_use *use = audit_use_find(str_of(c->use_case->name));
    int64_t organization_key = s->principal->organization_key;
    uuid subject_id = subject_of(c, use, outcome);
    enum err_code code = use->is_refusal && !failed(outcome) ? ERR_UNAUTHENTICATED : outcome.code;
    return (struct audit_event){
        .id = uuid_make(s->clock),
        .organization_key = organization_key != 0 ? organization_key : s->organization_key,
        .created_at = clock_now(s->clock),
        .action = str_of(c->use_case->name),
        .outcome = str_of(err_code_name(code)),
        .subject_id = subject_id,
        .subject_kind =
            use->subject != NULL && uuid_is_set(subject_id) ? str_of(use->subject) : STR_NONE,
        .peer_address = s->peer_address,
        .request_id = s->request_id,
        .count = 1};
}

/* With what the database knows of its subject and, of who had no name before, of the actor. */
static err complete_event(struct audit_event *event, const struct call *c, struct audit_reader *r)
{
    struct audit_subject subject = {0};
    const struct audit_use *use = audit_use_find(event->action);
    if (event->subject_kind.len != 0)
        TRY(audit_reader_describe(r, c->scope->arena, event->organization_key, event->subject_kind,
                                  event->subject_id, &subject));
    event->study_id = subject.study_id;
    event->study_instance_uid = subject.study_instance_uid;
    event->patient_id = subject.patient_id;
    name_actor(event, c->scope->principal, use, &subject);
    return OK;
}

static uint64_t touch_hash(const struct call *c)
{
    const struct scope *s = c->scope;
    const struct principal *p = s->principal;
    uuid actor = principal_actor_id(p);
    uint64_t hash = hash_bytes((uint64_t)p->kind, &actor, sizeof actor);
    hash = hash_bytes(hash, &p->organization_key, sizeof p->organization_key);
    if (c->use_case->writes || c->use_case->gives_copies) /* is not to look */
        hash = hash_bytes(hash, c->use_case->name, strlen(c->use_case->name));
    return uuid_is_set(s->subject_id)
               ? hash_bytes(hash, &s->subject_id, sizeof(uuid))
               : hash_bytes(hash, c->use_case->name, strlen(c->use_case->name));
}

/* True when this principal's touch of this study is on record already: then it only counts. */
static bool count_touch(struct mediator_ports *m, uint64_t hash, instant now)
{
    struct audit_touch *touch = &m->touches[hash % AUDIT_TOUCH_COUNT];
    pthread_mutex_lock(&m->lock);
    bool known = touch->who_and_what == hash &&
                 now.us - touch->further.created_at.us < SECONDS(AUDIT_TOUCH_SECONDS);
    if (known)
        touch->further.count++;
    pthread_mutex_unlock(&m->lock);
    return known;
}

static void keep_text(char *room, size_t size, str text)
{
    size_t len = text.len < size ? text.len : size - 1;
    if (len != 0)
        memcpy(room, text.ptr, len);
    room[len] = '\0';
}

/* An absent text stays absent. */
static str kept_text(const char *room)
{
    return room[0] == '\0' ? STR_NONE : str_of(room);
}

/* One event for the touches that were counted after the one on record. */
static err write_further(struct audit_writer *w, struct arena *a, struct clock *clock,
                         const struct audit_touch *touch)
{
    struct audit_event event = touch->further;
    event.id = uuid_make(clock);
    event.created_at = clock_now(clock);
    event.action = str_of(touch->action);
    event.outcome = str_of(err_code_name(ERR_OK));
    event.actor_kind = str_of(touch->actor_kind);
    event.subject_kind = touch->subject_kind == NULL ? STR_NONE : str_of(touch->subject_kind);
    event.peer_address = kept_text(touch->peer_address);
    event.request_id = kept_text(touch->request_id);
    event.actor_name = kept_text(touch->actor_name);
    event.study_instance_uid = kept_text(touch->study_instance_uid);
    event.patient_id = kept_text(touch->patient_id);
    return audit_writer_add(w, a, &event);
}

/* What was counted there until now; the caller writes it, or gives it back. */
static struct audit_touch take_counted(struct mediator_ports *m, size_t at)
{
    pthread_mutex_lock(&m->lock);
    struct audit_touch touch = m->touches[at];
    m->touches[at].further.count = 0;
    pthread_mutex_unlock(&m->lock);
    return touch;
}

static void give_back(struct mediator_ports *m, size_t at, const struct audit_touch *touch)
{
    pthread_mutex_lock(&m->lock);
    if (m->touches[at].who_and_what == touch->who_and_what)
        m->touches[at].further.count += touch->further.count;
    pthread_mutex_unlock(&m->lock);
}

static void begin_touch(struct mediator_ports *m, uint64_t hash, const struct call *c,
                        const struct audit_event *event)
{
    struct audit_touch *touch = &m->touches[hash % AUDIT_TOUCH_COUNT];
    pthread_mutex_lock(&m->lock);
    *touch = (struct audit_touch){
        .who_and_what = hash,
        .further = {.organization_key = event->organization_key,
                    .created_at = event->created_at,
                    .user_id = event->user_id,
                    .actor_id = event->actor_id,
                    .subject_id = event->subject_id,
                    .study_id = event->study_id},
        .action = c->use_case->name,
        .actor_kind = principal_kind_names[c->scope->principal->kind],
        .subject_kind =
            event->subject_kind.len != 0 ? audit_use_find(event->action)->subject : NULL,
    };
    keep_text(touch->peer_address, sizeof touch->peer_address, event->peer_address);
    keep_text(touch->request_id, sizeof touch->request_id, event->request_id);
    keep_text(touch->actor_name, sizeof touch->actor_name, event->actor_name);
    keep_text(touch->study_instance_uid, sizeof touch->study_instance_uid,
              event->study_instance_uid);
    keep_text(touch->patient_id, sizeof touch->patient_id, event->patient_id);
    pthread_mutex_unlock(&m->lock);
}

static err write_in(struct call *c, const struct audit_touch *before, struct audit_event *event,
                    struct audit_writer *w, struct audit_reader *r)
{
    if (before->further.count != 0)
        TRY(write_further(w, c->scope->arena, c->scope->clock, before));
    TRY(complete_event(event, c, r));
    return audit_writer_add(w, c->scope->arena, event);
}

static err write_events(struct mediator_ports *m, struct call *c, const struct audit_touch *before,
                        struct audit_event *event)
{
    struct db_session *session;
    TRY(db_session_begin(m->db, c->scope->arena, c->scope->clock, &session));
    err e = write_in(c, before, event, session->uow.audit, session->readers.audit);
    if (!failed(e))
        e = db_session_commit(session);
    db_session_end(session);
    return e;
}

/* A first touch: durable before the answer. What the slot still counted for another goes with it.
 */
static err record_read(struct mediator_ports *m, struct call *c, err outcome)
{
    uint64_t hash = touch_hash(c);
    size_t at = hash % AUDIT_TOUCH_COUNT;
    struct audit_touch before = {0};
    if (!failed(outcome) && count_touch(m, hash, clock_now(c->scope->clock)))
        return OK;
    if (c->scope->must_not_wait) /* for the disk */
        return scope_defer(c->scope);
    struct audit_event event = event_of(c, outcome);
    if (failed(outcome))
        return write_events(m, c, &before, &event);
    before = take_counted(m, at);
    err e = write_events(m, c, &before, &event);
    if (failed(e))
        give_back(m, at, &before);
    else
        begin_touch(m, hash, c, &event);
    return e;
}

/* A first write of many, in its unit of work; it counts when that has been committed. */
struct noted_touch {
    uint64_t hash;
    struct audit_touch before;
    struct audit_event event;
};

static err record_counted(struct mediator_ports *m, struct call *c, struct unit_of_work *uow)
{
    uint64_t hash = touch_hash(c);
    if (count_touch(m, hash, clock_now(c->scope->clock)))
        return OK;
    struct noted_touch *noted = NEW(c->scope->arena, struct noted_touch);
    noted->hash = hash;
    noted->event = event_of(c, OK);
    noted->before = take_counted(m, hash % AUDIT_TOUCH_COUNT);
    c->noted = noted;
    return write_in(c, &noted->before, &noted->event, uow->audit, c->command.readers->audit);
}

static err record_write(struct call *c, struct unit_of_work *uow)
{
    static const struct audit_touch nothing;
    struct audit_event event = event_of(c, OK);
    return write_in(c, &nothing, &event, uow->audit, c->command.readers->audit);
}

static void settled(struct mediator *base, struct call *c, err outcome)
{
    struct mediator_ports *m = self(base);
    const struct noted_touch *noted = c->noted;
    if (noted != NULL && failed(outcome))
        give_back(m, noted->hash % AUDIT_TOUCH_COUNT, &noted->before);
    else if (noted != NULL)
        begin_touch(m, noted->hash, c, &noted->event);
    c->noted = NULL;
}

static err audit(struct mediator *base, struct call *c, struct unit_of_work *uow, err outcome)
{
    struct mediator_ports *m = self(base);
    bool refused = outcome.code == ERR_FORBIDDEN || outcome.code == ERR_UNAUTHENTICATED;
    if (c->scope->principal->kind == PRINCIPAL_NOBODY && uow == NULL)
        return OK; /* nobody's refused request is in the access log; it must not fill the trail */
    if (uow != NULL)
        return c->use_case->counts_audit ? record_counted(m, c, uow) : record_write(c, uow);
    if (failed(outcome) && !refused)
        return OK; /* nothing was seen and nothing was refused */
    return record_read(m, c, outcome);
}

static void traced(struct mediator *base, const struct call *c, err outcome, uint64_t duration_ns)
{
    struct mediator_ports *m = self(base);
    if (c->scope->would_wait) /* it will be counted when it is done */
        return;
    for (size_t i = ((uintptr_t)c->use_case >> 4) % USE_CASE_COUNT_MAX;;
         i = (i + 1) % USE_CASE_COUNT_MAX) {
        struct use_case_metric *metric = &m->metrics[i];
        const struct use_case *expected = NULL;
        const struct use_case *here = __atomic_load_n(&metric->use_case, __ATOMIC_ACQUIRE);
        if (here == NULL && __atomic_compare_exchange_n(&metric->use_case, &expected, c->use_case,
                                                        false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            here = c->use_case;
        else if (here == NULL)
            here = expected;
        if (here != c->use_case)
            continue;
        __atomic_fetch_add(&metric->call_count, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&metric->total_ns, duration_ns, __ATOMIC_RELAXED);
        if (failed(outcome))
            __atomic_fetch_add(&metric->error_count, 1, __ATOMIC_RELAXED);
        return;
    }
}

static const struct mediator_ops ports_ops = {
    .admit = admit,
    .authorize = authorize,
    .read_begin = read_begin,
    .read_end = read_end,
    .work_begin = work_begin,
    .work_commit = work_commit,
    .work_rollback = work_rollback,
    .replay = replay,
    .remember = remember,
    .audit = audit,
    .settled = settled,
    .traced = traced,
};

void mediator_ports_open(struct mediator_ports *m, struct db_context *db, struct clock *clock)
{
    *m = (struct mediator_ports){.base = {&ports_ops}, .db = db, .clock = clock};
    pthread_mutex_init(&m->lock, NULL);
    m->touches = heap_alloc_array(AUDIT_TOUCH_COUNT, sizeof *m->touches);
    m->shown_uids = shown_uids_create();
}

void mediator_ports_use_secret(struct mediator_ports *m, const unsigned char secret[32])
{
    static const char label[] = "gantry de-identified views";
    unsigned size = sizeof m->view_secret;
    m->has_view_secret = HMAC(EVP_sha256(), secret, 32, (const unsigned char *)label, sizeof label,
                              m->view_secret, &size) != NULL;
}

void mediator_ports_close(struct mediator_ports *m)
{
    if (m->base.ops == NULL)
        return;
    pthread_mutex_destroy(&m->lock);
    heap_free(m->touches);
    shown_uids_destroy(m->shown_uids);
    *m = (struct mediator_ports){0};
}

err mediator_ports_flush_audit(struct mediator_ports *m)
{
    struct arena a = {0};
    struct db_session *session = NULL;
    struct audit_touch *taken = NEW_ARRAY(&a, struct audit_touch, AUDIT_TOUCH_COUNT);
    err e = db_session_begin(m->db, &a, m->clock, &session);
    for (size_t i = 0; i < AUDIT_TOUCH_COUNT && !failed(e); i++) {
        taken[i] = take_counted(m, i);
        if (taken[i].further.count != 0)
            e = write_further(session->uow.audit, &a, m->clock, &taken[i]);
    }
    if (!failed(e))
        e = db_session_commit(session);
    for (size_t i = 0; i < AUDIT_TOUCH_COUNT && failed(e); i++)
        give_back(m, i, &taken[i]);
    db_session_end(session);
    arena_deinit(&a);
    return e;
}
