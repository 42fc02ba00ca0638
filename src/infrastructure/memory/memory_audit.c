/* The audit trail in memory. */
#include "infrastructure/memory/memory_session.h"

#include "base/arena.h"
#include "domain/entities/audit_position.h"
#include "infrastructure/audit_chain.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(uuid wanted, uuid id)
{
    return !uuid_is_set(wanted) || uuid_eq(wanted, id);
}

static bool has_text(str wanted, str text)
{
    return wanted.ptr == NULL || (text.ptr != NULL && str_eq(wanted, text));
}

static bool is_within(const struct audit_event *event, const struct audit_filter *f)
{
    bool behind =
        f->oldest_first ? event->key > f->from_key : f->from_key == 0 || event->key < f->from_key;
    return behind && (f->up_to_key == 0 || event->key <= f->up_to_key) &&
           (f->since.us == 0 || event->created_at.us >= f->since.us) &&
           (f->until.us == 0 || event->created_at.us < f->until.us);
}

static bool event_matches(const struct audit_event *event, const struct audit_filter *f)
{
    return is_within(event, f) &&
           (f->all_organizations || event->organization_key == f->organization_key) &&
           has_id(f->user_id, event->user_id) && has_id(f->actor_id, event->actor_id) &&
           has_id(f->subject_id, event->subject_id) && has_id(f->study_id, event->study_id) &&
           has_text(f->action, event->action) && has_text(f->outcome, event->outcome) &&
           has_text(f->actor_kind, event->actor_kind) &&
           has_text(f->subject_kind, event->subject_kind) &&
           has_text(f->peer_address, event->peer_address);
}

static err find_audit(struct audit_reader *r, struct arena *a, const struct audit_filter *f,
                      struct audit_event_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, audit_reader), MEMORY_AUDIT_EVENTS);
    *out = (struct audit_event_slice){0};
    for (size_t i = 0; i < rows->len && out->len < f->limit; i++) {
        const void *row = rows->at[f->oldest_first ? i : rows->len - 1 - i];
        if (event_matches(row, f))
            memory_row_read(a, MEMORY_AUDIT_EVENTS, row, SLICE_PUSH(a, out));
    }
    return OK;
}

static const void *row_of_id(const struct memory_rows *rows, enum memory_table table,
                             int64_t organization_key, uuid id)
{
    for (size_t i = 0; i < rows->len; i++)
        if (uuid_eq(*(const uuid *)memory_member(table, "id", rows->at[i]), id) &&
            *(const int64_t *)memory_member(table, "organization_key", rows->at[i]) ==
                organization_key)
            return rows->at[i];
    return NULL;
}

static void describe_study(struct arena *a, const struct memory_rows *studies, int64_t key,
                           struct audit_subject *out)
{
    for (size_t i = 0; i < studies->len; i++) {
        const struct study *study = studies->at[i];
        if (study->key == key)
            *out =
                (struct audit_subject){.study_id = study->id,
                                       .study_instance_uid = str_copy(a, study->study_instance_uid),
                                       .patient_id = str_copy(a, study->patient_id)};
    }
}

static const struct {
    const char *kind;
    enum memory_table table;
    const char *study_key; /* the member that names it */
} parts_of_studies[] = {{"study", MEMORY_STUDIES, "key"},
                        {"series", MEMORY_SERIES, "study_key"},
                        {"instance", MEMORY_INSTANCES, "study_key"},
                        {"report", MEMORY_REPORTS, "study_key"}};

static err describe(struct audit_reader *r, struct arena *a, int64_t organization_key, str kind,
                    uuid id, struct audit_subject *out)
{
    struct memory_session *s = SESSION_OF(r, audit_reader);
    *out = (struct audit_subject){0};
    for (size_t i = 0; i < COUNT_OF(parts_of_studies); i++) {
        enum memory_table table = parts_of_studies[i].table;
        const void *row = str_eq(kind, str_of(parts_of_studies[i].kind))
                              ? row_of_id(memory_rows(s, table), table, organization_key, id)
                              : NULL;
        if (row != NULL)
            describe_study(a, memory_rows(s, MEMORY_STUDIES),
                           *(int64_t *)memory_member(table, parts_of_studies[i].study_key, row),
                           out);
    }
    if (str_eq(kind, STR("work_item"))) {
        const struct work_item *item =
            row_of_id(memory_rows(s, MEMORY_WORK_ITEMS), MEMORY_WORK_ITEMS, organization_key, id);
        if (item != NULL)
            *out =
                (struct audit_subject){.study_instance_uid = str_copy(a, item->study_instance_uid),
                                       .patient_id = str_copy(a, item->patient_id)};
    }
    if (str_eq(kind, STR("user"))) {
        const struct user *user =
            row_of_id(memory_rows(s, MEMORY_USERS), MEMORY_USERS, organization_key, id);
        if (user != NULL)
            out->user_name = str_copy(a, user->email);
    }
    return OK;
}

static bool is_cut_of(const void *row, const void *argument)
{
    return ((const struct audit_cut *)row)->organization_key == *(const int64_t *)argument;
}

static err get_cut(struct audit_reader *r, struct arena *a, int64_t organization_key,
                   struct audit_cut *out)
{
    return memory_first(SESSION_OF(r, audit_reader), a, MEMORY_AUDIT_CUTS, is_cut_of,
                        &organization_key, out);
}

static bool has_name(const void *row, const void *argument)
{
    return str_eq(((const struct audit_position *)row)->name, *(const str *)argument);
}

static err get_position(struct audit_reader *r, str name, int64_t *key)
{
    struct memory_session *s = SESSION_OF(r, audit_reader);
    const struct memory_rows *rows = memory_rows(s, MEMORY_AUDIT_POSITIONS);
    *key = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (has_name(rows->at[i], &name))
            *key = ((const struct audit_position *)rows->at[i])->position;
    return OK;
}

const struct audit_reader_ops memory_audit_reader_ops = {
    .find = find_audit, .describe = describe, .get_cut = get_cut, .get_position = get_position};

static int64_t count_before(const struct memory_rows *rows, size_t at, int64_t organization_key)
{
    int64_t count = 0;
    for (size_t i = 0; i <= at; i++)
        count += ((const struct audit_event *)rows->at[i])->organization_key == organization_key;
    return count;
}

static err add_audit(struct audit_writer *w, struct arena *a, struct audit_event *event)
{
    struct memory_session *s = SESSION_OF(w, audit_writer);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_AUDIT_EVENTS];
    struct audit_cut cut = {0};
    err e = memory_first(s, a, MEMORY_AUDIT_CUTS, is_cut_of, &event->organization_key, &cut);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    str before = failed(e) ? STR("") : cut.hash;
    int64_t sequence = cut.event_count;
    for (size_t i = rows->len; i-- > 0;) {
        const struct audit_event *other = rows->at[i];
        if (other->organization_key == event->organization_key) {
            before = other->hash;
            sequence = other->sequence.is_set
                           ? other->sequence.value
                           : cut.event_count + count_before(rows, i, event->organization_key);
            break;
        }
    }
    event->sequence = (opt_i64){true, sequence + 1};
    audit_chain_seal(a, before, event);
    return memory_insert(s, MEMORY_AUDIT_EVENTS, event);
}

static bool is_cut_off(const void *row, const void *argument)
{
    const struct audit_event *event = row;
    const struct audit_cut *cut = argument;
    return event->organization_key == cut->organization_key && event->key <= cut->last_key;
}

static err cut_audit(struct audit_writer *w, struct arena *a, struct audit_cut *cut, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, audit_writer);
    struct memory_state *state = memory_write(s);
    (void)a;
    memory_rows_remove(&s->db->arena, &state->tables[MEMORY_AUDIT_CUTS], is_cut_of,
                       &cut->organization_key);
    TRY(memory_insert(s, MEMORY_AUDIT_CUTS, cut));
    *count =
        memory_rows_remove(&s->db->arena, &state->tables[MEMORY_AUDIT_EVENTS], is_cut_off, cut);
    return OK;
}

static err save_position(struct audit_writer *w, str name, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, audit_writer);
    struct audit_position position = {.name = name, .position = key};
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_AUDIT_POSITIONS], has_name,
                       &name);
    return memory_insert(s, MEMORY_AUDIT_POSITIONS, &position);
}

const struct audit_writer_ops memory_audit_writer_ops = {
    .add = add_audit, .cut = cut_audit, .save_position = save_position};
