/* Mails in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/mail.h"
#include "infrastructure/memory/memory_text.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct mail *mail = row, *like = argument;
    return uuid_eq(mail->id, like->id) && mail->organization_key == like->organization_key;
}

static err get(struct mail_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct mail *out)
{
    const struct mail like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, mail_reader), a, MEMORY_MAILS, has_id, &like, out);
}

static bool matches(const struct mail *mail, const struct mail_filter *f)
{
    return mail->organization_key == f->organization_key &&
           (f->search.len == 0 || text_has(mail->recipient, f->search) ||
            text_has(mail->recipient_name, f->search) || text_has(mail->subject, f->search)) &&
           (!f->state.is_set || (int64_t)mail->state == f->state.value) &&
           (!f->template_name.is_set || (int64_t)mail->template_name == f->template_name.value);
}

static int compare_by(const struct mail *a, const struct mail *b, str name)
{
    if (str_eq(name, STR("recipient")))
        return str_cmp(a->recipient, b->recipient);
    if (str_eq(name, STR("state")))
        return (a->state > b->state) - (a->state < b->state);
    return (a->created_at.us > b->created_at.us) - (a->created_at.us < b->created_at.us);
}

static int compare(const void *one, const void *other, void *argument)
{
    const struct mail *a = *(const struct mail *const *)one,
                      *b = *(const struct mail *const *)other;
    const struct mail_filter *f = argument;
    for (size_t i = 0; i < f->sort.len; i++) {
        int order = compare_by(a, b, f->sort.at[i].name);
        if (order != 0)
            return f->sort.at[i].descending ? -order : order;
    }
    return (a->key < b->key) - (a->key > b->key);
}

static err find(struct mail_reader *r, struct arena *a, const struct mail_filter *f,
                struct mail_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, mail_reader), MEMORY_MAILS);
    const struct mail **found = NEW_ARRAY(a, const struct mail *, rows->len);
    size_t count = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (matches(rows->at[i], f))
            found[count++] = rows->at[i];
    if (count != 0)
        qsort_r(found, count, sizeof *found, compare, (void *)f);
    *out = (struct mail_slice){0};
    for (size_t i = 0; i < count; i++)
        if (i >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_MAILS, found[i], SLICE_PUSH(a, out));
    *total = (int64_t)count;
    return OK;
}

static bool is_waiting(const struct mail *mail, const struct mail_claim *claim)
{
    return (mail->state == MAIL_QUEUED || mail->state == MAIL_SENDING) &&
           mail->next_attempt_at.us <= claim->now.us;
}

static bool is_held(const struct mail *mail, const struct mail_claim *claim)
{
    return claim->takes_held && mail->state == MAIL_HELD &&
           mail->next_attempt_at.us > claim->now.us - SECONDS(MAIL_TRY_SECONDS) &&
           (!mail->needs_public_url || claim->takes_held_links);
}

/* NULL when there is none. */
static const struct mail *first(const struct memory_rows *rows, const struct mail_claim *claim,
                                bool (*is_right)(const struct mail *, const struct mail_claim *))
{
    const struct mail *found = NULL;
    for (size_t i = 0; i < rows->len; i++) {
        const struct mail *mail = rows->at[i];
        if (is_right(mail, claim) &&
            (found == NULL || mail->next_attempt_at.us < found->next_attempt_at.us))
            found = mail;
    }
    return found;
}

static const struct mail *due(const struct memory_rows *rows, const struct mail_claim *claim)
{
    const struct mail *waiting = first(rows, claim, is_waiting);
    return waiting != NULL ? waiting : first(rows, claim, is_held);
}

static err is_due(struct mail_reader *r, const struct mail_claim *claim, bool *out)
{
    *out = due(memory_rows(SESSION_OF(r, mail_reader), MEMORY_MAILS), claim) != NULL;
    return OK;
}

const struct mail_reader_ops memory_mail_reader_ops = {.get = get, .find = find, .is_due = is_due};

static err add(struct mail_writer *w, struct mail *mail)
{
    return memory_insert(SESSION_OF(w, mail_writer), MEMORY_MAILS, mail);
}

static err save(struct mail_writer *w, struct mail *mail)
{
    return memory_update(SESSION_OF(w, mail_writer), MEMORY_MAILS, mail);
}

static err claim(struct mail_writer *w, struct arena *a, const struct mail_claim *claim,
                 struct mail *out)
{
    struct memory_session *s = SESSION_OF(w, mail_writer);
    const struct mail *mail = due(&memory_write(s)->tables[MEMORY_MAILS], claim);
    if (mail == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_MAILS, mail, out);
    mail_begin_attempt(out, claim->now);
    return memory_update(s, MEMORY_MAILS, out);
}

struct purging {
    instant made_before;
    uint32_t *left;
};

static bool goes(const void *row, const void *argument)
{
    const struct mail *mail = row;
    const struct purging *p = argument;
    if (mail->created_at.us >= p->made_before.us || mail->state == MAIL_QUEUED ||
        mail->state == MAIL_SENDING || *p->left == 0)
        return false;
    --*p->left;
    return true;
}

/* Keys follow the times they were made at, so that the first are the oldest. */
static err purge(struct mail_writer *w, instant made_before, uint32_t limit, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, mail_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_MAILS], goes,
                                &(struct purging){made_before, &limit});
    return OK;
}

const struct mail_writer_ops memory_mail_writer_ops = {
    .add = add, .save = save, .claim = claim, .purge = purge};
