/* Page by page from the start of each trail, until an event is young enough: what stands behind it
 * stays, even if it is older, because a chain is cut in one place. */
#include "infrastructure/audit_retention.h"

#include "base/log.h"
#include "domain/entities/principal.h"

/* The last event of the page that goes; NULL: none. */
static const struct audit_event *last_old(const struct audit_event_slice *page, instant limit)
{
    const struct audit_event *last = NULL;
    for (size_t i = 0; i < page->len && page->at[i].created_at.us < limit.us; i++)
        last = &page->at[i];
    return last;
}

static size_t place_of(const struct audit_event_slice *page, const struct audit_event *event)
{
    return (size_t)(event - page->at) + 1;
}

/* How many events there were up to the last of the page, those that are gone included. */
static err count_removed(struct audit_reader *r, struct arena *a, int64_t organization_key,
                         const struct audit_event *last, size_t place, int64_t *out)
{
    struct audit_cut before = {0};
    err e = audit_reader_get_cut(r, a, organization_key, &before);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out = last->sequence.is_set ? last->sequence.value : before.event_count + (int64_t)place;
    return OK;
}

static err tell(const struct audit_retention *r, struct arena *a, struct db_session *session,
                int64_t organization_key, int64_t count)
{
    struct audit_event event = {.id = uuid_make(r->clock),
                                .organization_key = organization_key,
                                .created_at = clock_now(r->clock),
                                .action = STR("remove_audit_events"),
                                .outcome = STR("OK"),
                                .peer_address = STR("local"),
                                .request_id = r->request_id,
                                .count = count,
                                .actor_kind = str_of(principal_kind_names[PRINCIPAL_SYSTEM])};
    return audit_writer_add(session->uow.audit, a, &event);
}

static err find_old(const struct audit_retention *r, struct arena *a, struct db_session *session,
                    int64_t organization_key, struct audit_event_slice *page)
{
    struct audit_filter filter = {.organization_key = organization_key,
                                  .oldest_first = true,
                                  .up_to_key = r->up_to_key,
                                  .limit = AUDIT_RETENTION_STEP};
    return audit_reader_find(session->readers.audit, a, &filter, page);
}

static err cut_in(const struct audit_retention *r, struct arena *a, struct db_session *session,
                  int64_t organization_key, int64_t *count)
{
    struct audit_event_slice page;
    instant now = clock_now(r->clock);
    TRY(find_old(r, a, session, organization_key, &page));
    const struct audit_event *last = last_old(&page, instant_add(now, -SECONDS(r->days * 86400)));
    if (last == NULL)
        return OK;
    struct audit_cut cut = {.organization_key = organization_key,
                            .last_key = last->key,
                            .hash = last->hash,
                            .cut_at = now};
    TRY(count_removed(session->readers.audit, a, organization_key, last, place_of(&page, last),
                      &cut.event_count));
    audit_seal_sign_cut(r->seal, a, &cut);
    /* told first: a trail whose events all go keeps its numbers */
    TRY(tell(r, a, session, organization_key, (int64_t)place_of(&page, last)));
    TRY(audit_writer_cut(session->uow.audit, a, &cut, count));
    return db_session_commit(session);
}

/* One transaction. */
static err cut_step(const struct audit_retention *r, int64_t organization_key, int64_t *count)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct db_session *session;
    *count = 0;
    TRY(db_session_begin(r->db, &a, r->clock, &session));
    err e = cut_in(r, &a, session, organization_key, count);
    db_session_end(session);
    return e;
}

static err list_organizations(const struct audit_retention *r, struct arena *a,
                              struct organization_slice *out)
{
    struct db_session *session;
    TRY(db_session_begin(r->db, a, r->clock, &session));
    err e = organization_reader_all(session->readers.organizations, a, out);
    db_session_end(session);
    return e;
}

err audit_retention_run(const struct audit_retention *r, int64_t *count, bool *more)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct organization_slice all;
    int steps = 0;
    *count = 0;
    TRY(list_organizations(r, &a, &all));
    for (size_t i = 0; i <= all.len && steps < AUDIT_RETENTION_STEP_COUNT_MAX; i++) {
        int64_t key = i < all.len ? all.at[i].key : 0, removed = AUDIT_RETENTION_STEP;
        for (; removed == AUDIT_RETENTION_STEP && steps < AUDIT_RETENTION_STEP_COUNT_MAX; steps++) {
            TRY(cut_step(r, key, &removed));
            *count += removed;
        }
    }
    *more = steps == AUDIT_RETENTION_STEP_COUNT_MAX;
    if (*count != 0)
        log_event(LOG_INFO, "audit_retention", "removed=%lld", (long long)*count);
    return OK;
}
