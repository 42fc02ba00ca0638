/* The part of gantry verify that is about the audit trail: every link of every chain, and every
 * anchor there is. */
#include "cli/verify.h"

#include "base/arena.h"

#include <stdio.h>

enum { SHOWN_FINDING_COUNT_MAX = 100 };

static struct audit_verification *self(struct audit_verifier *v)
{
    return container_of(v, struct audit_verification, base);
}

static void print_flaw(const struct audit_finding *f)
{
    long long sequence = (long long)f->sequence, first = (long long)f->first;
    long long last = (long long)f->last;
    switch (f->flaw) {
    case AUDIT_CHANGED:
        printf("event %lld was changed, or the one before it", sequence);
        break;
    case AUDIT_MISSING:
        printf("events %lld to %lld are missing, before event %lld", first, last, sequence);
        break;
    case AUDIT_OUT_OF_ORDER:
        printf("event %lld is out of its place: moved or put in", sequence);
        break;
    case AUDIT_REMADE:
        printf("event %lld is not the one that was anchored: the chain was made anew", sequence);
        break;
    case AUDIT_CUT_SHORT:
        printf("events %lld to %lld are missing at the end, an anchor knows of them", first, last);
        break;
    case AUDIT_FALSE_CUT:
        printf("the record of what retention removed, up to event %lld, is not genuine", sequence);
        break;
    case AUDIT_FALSE_ANCHOR:
        printf("the anchor of event %lld has a signature that does not hold", sequence);
        break;
    }
}

static void found(struct audit_verifier *base, const struct audit_finding *f)
{
    struct audit_verification *v = self(base);
    char time[INSTANT_TEXT_SIZE];
    if (++v->finding_count > SHOWN_FINDING_COUNT_MAX)
        return;
    if (v->progress.is_terminal)
        fprintf(stderr, "\r\033[K");
    instant_write(f->at, time);
    printf("audit trail of %s: ", v->organization);
    print_flaw(f);
    printf(" (%.*s, key %lld)\n", INSTANT_TEXT_SIZE, time, (long long)f->key);
}

static void passed(struct audit_verifier *base, int64_t event_count)
{
    struct audit_verification *v = self(base);
    progress_step(&v->progress, v->event_count + (uint64_t)event_count);
}

static err verify_trail(struct audit_verification *v, int64_t organization_key, uuid id, str name)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct db_session *session;
    struct audit_chain_check check;
    TRY(db_session_begin(v->app->db, &a, clock_system(), &session));
    v->organization = str_cstr(&a, name);
    err e = audit_chain_verify(session->readers.audit, organization_key, id, &v->base, &check);
    db_session_end(session);
    TRY(e);
    v->event_count += (uint64_t)check.event_count;
    v->broken_trail_count += check.finding_count != 0;
    v->anchor_count += (uint64_t)check.anchor_count;
    v->old_anchor_count += (uint64_t)check.old_anchor_count;
    v->foreign_anchor_count += (uint64_t)check.foreign_anchor_count;
    return OK;
}

/* How many events there are, as far as the newest ones tell. */
static err count_events(struct audit_verification *v, struct audit_reader *r, struct arena *a,
                        int64_t organization_key)
{
    struct audit_event_slice newest;
    struct audit_cut cut = {0};
    struct audit_filter filter = {.organization_key = organization_key, .limit = 1};
    TRY(audit_reader_find(r, a, &filter, &newest));
    err e = audit_reader_get_cut(r, a, organization_key, &cut);
    if (newest.len != 0 && newest.at[0].sequence.value > cut.event_count)
        v->total_count += (uint64_t)(newest.at[0].sequence.value - cut.event_count);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err list_organizations(struct audit_verification *v, struct arena *a,
                              struct organization_slice *all)
{
    struct db_session *session;
    TRY(db_session_begin(v->app->db, a, clock_system(), &session));
    err e = organization_reader_all(session->readers.organizations, a, all);
    for (size_t i = 0; !failed(e) && i < all->len; i++)
        e = count_events(v, session->readers.audit, a, all->at[i].key);
    if (!failed(e))
        e = count_events(v, session->readers.audit, a, 0);
    db_session_end(session);
    return e;
}

/* An anchor of an organization that is not there is one of a trail that is not there. */
static void check_orphans(struct audit_verification *v, const struct organization_slice *all)
{
    for (size_t i = 0; i < v->anchors.len; i++) {
        const struct audit_anchor *anchor = &v->anchors.at[i];
        bool is_there = !uuid_is_set(anchor->organization_id);
        for (size_t n = 0; n < all->len; n++)
            is_there = is_there || uuid_eq(all->at[n].id, anchor->organization_id);
        if (is_there)
            continue;
        char id[UUID_TEXT_SIZE + 1] = "";
        uuid_write(anchor->organization_id, id);
        v->organization = id;
        found(&v->base, &(struct audit_finding){.flaw = AUDIT_CUT_SHORT,
                                                .first = 1,
                                                .last = anchor->sequence,
                                                .at = anchor->anchored_at});
        v->broken_trail_count++;
        return;
    }
}

static err read_anchors(struct audit_verification *v, struct arena *a)
{
    const char *path = v->anchor_file;
    if (path == NULL)
        path = str_cstr(a, str_format(a, "%s/" AUDIT_ANCHOR_FILE, v->app->data_dir));
    err e = audit_anchors_read(a, path, &v->anchors);
    return v->anchor_file == NULL && e.code == ERR_NOT_FOUND ? OK : e;
}

err verify_audit(struct audit_verification *v)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct organization_slice all;
    v->base = (struct audit_verifier){
        .found = found, .passed = passed, .seal = &v->seal, .anchors = &v->anchors};
    TRY(read_anchors(v, &a));
    TRY(list_organizations(v, &a, &all));
    progress_begin(&v->progress, "audit events", v->total_count);
    err e = OK;
    for (size_t i = 0; !failed(e) && i < all.len; i++)
        e = verify_trail(v, all.at[i].key, all.at[i].id, all.at[i].name);
    if (!failed(e)) /* what was done before anybody's organization was known */
        e = verify_trail(v, 0, (uuid){0}, STR("no organization"));
    check_orphans(v, &all);
    progress_end(&v->progress);
    if (v->finding_count > SHOWN_FINDING_COUNT_MAX)
        printf("… and %llu findings more\n",
               (unsigned long long)(v->finding_count - SHOWN_FINDING_COUNT_MAX));
    return e;
}
