/* Sessions, the turn of the one who writes, and what every repository needs. */
#include "infrastructure/memory/memory_session.h"

static const struct memory_state nothing;

static struct memory_session *self(struct db_session *s)
{
    return container_of(s, struct memory_session, base);
}

static const struct db_repositories repositories = {
    .organization_reader = {&memory_organization_reader_ops},
    .organization_writer = {&memory_organization_writer_ops},
    .user_reader = {&memory_user_reader_ops},
    .user_writer = {&memory_user_writer_ops},
    .session_reader = {&memory_session_reader_ops},
    .session_writer = {&memory_session_writer_ops},
    .signing_key_reader = {&memory_signing_key_reader_ops},
    .signing_key_writer = {&memory_signing_key_writer_ops},
    .password_request_writer = {&memory_password_request_writer_ops},
    .image_reader = {&memory_image_reader_ops},
    .image_writer = {&memory_image_writer_ops},
    .non_patient_reader = {&memory_non_patient_reader_ops},
    .non_patient_writer = {&memory_non_patient_writer_ops},
    .attribute_reader = {&memory_attribute_reader_ops},
    .attribute_writer = {&memory_attribute_writer_ops},
    .audit_reader = {&memory_audit_reader_ops},
    .audit_writer = {&memory_audit_writer_ops},
    .change_reader = {&memory_change_reader_ops},
    .idempotency_reader = {&memory_idempotency_reader_ops},
    .idempotency_writer = {&memory_idempotency_writer_ops},
    .lease_writer = {&memory_lease_writer_ops},
    .work_item_reader = {&memory_work_item_reader_ops},
    .work_item_writer = {&memory_work_item_writer_ops},
    .grant_reader = {&memory_grant_reader_ops},
    .grant_writer = {&memory_grant_writer_ops},
    .mail_reader = {&memory_mail_reader_ops},
    .mail_writer = {&memory_mail_writer_ops},
    .role_reader = {&memory_role_reader_ops},
    .role_writer = {&memory_role_writer_ops},
    .group_reader = {&memory_group_reader_ops},
    .group_writer = {&memory_group_writer_ops},
    .share_reader = {&memory_share_reader_ops},
    .share_writer = {&memory_share_writer_ops},
    .album_reader = {&memory_album_reader_ops},
    .album_writer = {&memory_album_writer_ops},
    .api_key_reader = {&memory_api_key_reader_ops},
    .api_key_writer = {&memory_api_key_writer_ops},
    .upload_reader = {&memory_upload_reader_ops},
    .upload_writer = {&memory_upload_writer_ops},
    .task_reader = {&memory_task_reader_ops},
    .task_writer = {&memory_task_writer_ops},
    .disclosure_reader = {&memory_disclosure_reader_ops},
    .disclosure_writer = {&memory_disclosure_writer_ops},
    .webhook_reader = {&memory_webhook_reader_ops},
    .webhook_writer = {&memory_webhook_writer_ops},
    .notification_reader = {&memory_notification_reader_ops},
    .notification_writer = {&memory_notification_writer_ops},
    .report_reader = {&memory_report_reader_ops},
    .report_writer = {&memory_report_writer_ops},
    .report_template_reader = {&memory_report_template_reader_ops},
    .report_template_writer = {&memory_report_template_writer_ops},
    .schedule_reader = {&memory_schedule_reader_ops},
    .identity_reader = {&memory_identity_reader_ops},
    .schedule_writer = {&memory_schedule_writer_ops},
    .retention_reader = {&memory_retention_reader_ops},
    .retention_writer = {&memory_retention_writer_ops},
    .identity_writer = {&memory_identity_writer_ops},
    .event_reader = {&memory_event_reader_ops},
    .event_writer = {&memory_event_writer_ops},
    .outbox = {&memory_outbox_ops},
};

static err session_begin(struct db_context *context, struct arena *a, struct clock *clock,
                         struct db_session **out)
{
    struct memory_session *s = NEW(a, struct memory_session);
    *s = (struct memory_session){
        .db = container_of(context, struct memory_context, base),
        .clock = clock,
    };
    db_session_init(&s->base, context, &repositories);
    *out = &s->base;
    return OK;
}

/* In the order in which they were asked for. */
static void take_turn(struct memory_context *m)
{
    pthread_mutex_lock(&m->lock);
    uint64_t ticket = m->next_ticket++;
    while (m->turn_taken || ticket != m->serving_ticket)
        pthread_cond_wait(&m->turn_free, &m->lock);
    m->turn_taken = true;
    pthread_mutex_unlock(&m->lock);
}

/* With the lock held. */
static void give_turn(struct memory_context *m)
{
    m->turn_taken = false;
    m->serving_ticket++;
    pthread_cond_broadcast(&m->turn_free);
}

static err session_commit(struct db_session *base)
{
    struct memory_session *s = self(base);
    struct memory_context *m = s->db;
    if (s->work == NULL)
        return OK;
    pthread_mutex_lock(&m->lock);
    m->committed = s->work;
    m->base.commit_count++;
    m->base.unit_count++;
    give_turn(m);
    pthread_mutex_unlock(&m->lock);
    s->work = NULL;
    return OK;
}

static void session_end(struct db_session *base)
{
    struct memory_session *s = self(base);
    if (s->work != NULL) {
        pthread_mutex_lock(&s->db->lock);
        give_turn(s->db);
        pthread_mutex_unlock(&s->db->lock);
    }
    s->work = NULL;
    s->view = NULL;
}

static err health(struct db_context *context)
{
    (void)context;
    return OK;
}

static const struct db_context_ops memory_context_ops = {.session_begin = session_begin,
                                                         .session_commit = session_commit,
                                                         .session_end = session_end,
                                                         .health = health};

void memory_context_init(struct memory_context *m)
{
    *m = (struct memory_context){.base = {.ops = &memory_context_ops}, .committed = &nothing};
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->turn_free, NULL);
}

void memory_context_deinit(struct memory_context *m)
{
    if (m->base.ops == NULL)
        return;
    pthread_mutex_destroy(&m->lock);
    pthread_cond_destroy(&m->turn_free);
    arena_deinit(&m->arena);
    *m = (struct memory_context){0};
}

static const struct memory_state *newest(struct memory_context *m)
{
    pthread_mutex_lock(&m->lock);
    const struct memory_state *state = m->committed;
    pthread_mutex_unlock(&m->lock);
    return state;
}

const struct memory_state *memory_read(struct memory_session *s)
{
    if (s->work != NULL)
        return s->work;
    if (s->view == NULL)
        s->view = newest(s->db);
    return s->view;
}

const struct memory_rows *memory_rows(struct memory_session *s, enum memory_table table)
{
    return &memory_read(s)->tables[table];
}

struct memory_state *memory_write(struct memory_session *s)
{
    if (s->work != NULL)
        return s->work;
    take_turn(s->db);
    s->work = NEW(&s->db->arena, struct memory_state);
    *s->work = *newest(s->db);
    for (size_t i = 0; i < MEMORY_TABLE_COUNT; i++)
        s->work->tables[i].is_own = false;
    return s->work;
}

/* NULL where rows never change. */
static int64_t *version_of(enum memory_table table, void *object)
{
    return memory_find_member(table, "version", object);
}

err memory_insert(struct memory_session *s, enum memory_table table, void *object)
{
    struct memory_state *state = memory_write(s);
    int64_t *version = version_of(table, object), *key = object;
    if (version != NULL)
        *version = 1;
    *key = 0; /* of no row yet */
    TRY(memory_check(state, table, object));
    *key = memory_row_next_key(&state->tables[table]);
    memory_row_add(&s->db->arena, &state->tables[table],
                   memory_row_make(&s->db->arena, table, object));
    return OK;
}

err memory_update(struct memory_session *s, enum memory_table table, void *object)
{
    struct memory_state *state = memory_write(s);
    int64_t *version = version_of(table, object);
    const void *row = memory_row_find(&state->tables[table], memory_row_key(object));
    if (row == NULL || *(const int64_t *)memory_member(table, "version", row) != *version)
        return ERR(PRECONDITION_FAILED, "somebody else changed it");
    TRY(memory_check(state, table, object));
    ++*version;
    memory_row_replace(&s->db->arena, &state->tables[table],
                       memory_row_make(&s->db->arena, table, object));
    return OK;
}

err memory_first(struct memory_session *s, struct arena *a, enum memory_table table,
                 bool (*is_right)(const void *row, const void *argument), const void *argument,
                 void *out)
{
    const struct memory_rows *rows = memory_rows(s, table);
    for (size_t i = 0; i < rows->len; i++)
        if (is_right(rows->at[i], argument)) {
            memory_row_read(a, table, rows->at[i], out);
            return OK;
        }
    return ERR(NOT_FOUND, "not found");
}
