/* gantry verify: every row against every object, by hash, and every link of the audit trail. */
#include "base/arena.h"
#include "cli/cli.h"
#include "infrastructure/audit_chain.h"
#include "infrastructure/object_bytes.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum { VERIFY_PAGE_SIZE = 500 };

struct verifier {
    struct image_sink base;
    struct app *app;
    uint64_t good_count, bad_count, event_count, broken_trail_count;
    struct progress progress;
};

static bool object_is_whole(struct app *app, str name, int64_t size)
{
    struct object_file file;
    bool are_right;
    if (failed(storage_open(app->storage, name, OBJECT_WHOLE, &file)))
        return false;
    err e = object_bytes_check(file.fd, name.ptr, &are_right);
    close(file.fd);
    return !failed(e) && are_right && file.size == (uint64_t)size;
}

static void verify_object(struct verifier *v, str sop_uid, str name, int64_t size)
{
    if (object_is_whole(v->app, name, size)) {
        v->good_count++;
    } else {
        v->bad_count++;
        printf("damaged or missing: instance %.*s, object %.*s\n", STR_ARG(sop_uid), STR_ARG(name));
    }
    progress_step(&v->progress, v->good_count + v->bad_count);
}

static err verify_one(struct image_sink *base, const struct instance *instance,
                      const struct instance_blobs *blobs)
{
    struct verifier *v = container_of(base, struct verifier, base);
    (void)blobs;
    verify_object(v, instance->sop_instance_uid, instance->object_name, instance->size);
    return OK;
}

static err verify_page(struct verifier *v, struct arena *a, const struct image_filter *filter,
                       struct image_page *page)
{
    struct db_session *session;
    TRY(db_session_begin(v->app->db, a, clock_system(), &session));
    if (filter->level == LEVEL_NON_PATIENT) {
        err e = non_patient_reader_find(session->readers.non_patient, a, filter, page);
        for (size_t i = 0; !failed(e) && i < page->rows.len; i++) {
            const struct non_patient_object *object = page->rows.at[i].object;
            verify_object(v, object->sop_instance_uid, object->object_name, object->size);
        }
        db_session_end(session);
        return e;
    }
    err e = image_reader_find(session->readers.images, a, filter, page);
    for (size_t i = 0; !failed(e) && i < page->rows.len; i++)
        e = image_reader_each_stored(session->readers.images, page->rows.at[i].study.key, &v->base);
    db_session_end(session);
    return e;
}

/* Every row that the filter finds, by pages. */
static err verify_rows(struct verifier *v, struct image_filter filter)
{
    struct arena a = {0};
    err e;
    filter.limit = VERIFY_PAGE_SIZE;
    char cursor[1024];
    do {
        struct image_page page = {0};
        arena_reset(&a);
        e = verify_page(v, &a, &filter, &page);
        filter.after = STR_NONE;
        if (!failed(e) && page.next.len != 0 && page.next.len < sizeof cursor) {
            memcpy(cursor, page.next.ptr, page.next.len);
            filter.after = (str){cursor, page.next.len};
        }
    } while (!failed(e) && filter.after.len != 0);
    arena_deinit(&a);
    return e;
}

/* Studies, in the trash or not, and non-patient objects. */
static err verify_organization(struct verifier *v, int64_t organization_key)
{
    for (int trashed = 0; trashed < 2; trashed++)
        TRY(verify_rows(v, (struct image_filter){.level = LEVEL_STUDY,
                                                 .access.organization_key = organization_key,
                                                 .trashed = trashed != 0}));
    for (unsigned category = 0; category < NON_PATIENT_CATEGORY_COUNT; category++)
        TRY(verify_rows(v, (struct image_filter){.level = LEVEL_NON_PATIENT,
                                                 .category = (enum non_patient_category)category,
                                                 .access.organization_key = organization_key}));
    return OK;
}

static err verify_trail(struct verifier *v, struct arena *a, int64_t organization_key)
{
    struct db_session *session;
    struct audit_chain_check check;
    TRY(db_session_begin(v->app->db, a, clock_system(), &session));
    err e = audit_chain_verify(session->readers.audit, organization_key, &check);
    db_session_end(session);
    TRY(e);
    v->event_count += (uint64_t)check.event_count;
    if (check.broken_key != 0) {
        v->broken_trail_count++;
        printf("the audit trail of organization %lld does not hold at event %lld\n",
               (long long)organization_key, (long long)check.broken_key);
    }
    return OK;
}

static err verify_all(struct verifier *v, struct arena *a)
{
    struct db_session *session;
    struct organization_slice organizations;
    uint64_t total = 0;
    TRY(db_session_begin(v->app->db, a, clock_system(), &session));
    err e = organization_reader_all(session->readers.organizations, a, &organizations);
    for (size_t i = 0; !failed(e) && i < organizations.len; i++) {
        int64_t studies, instances = 0, size;
        e = image_reader_statistics(session->readers.images, organizations.at[i].key, &studies,
                                    &instances, &size);
        total += (uint64_t)instances;
    }
    db_session_end(session);
    TRY(e);
    progress_begin(&v->progress, "instances", total);
    for (size_t i = 0; !failed(e) && i < organizations.len; i++) {
        e = verify_organization(v, organizations.at[i].key);
        if (!failed(e))
            e = verify_trail(v, a, organizations.at[i].key);
    }
    if (!failed(e)) /* what was done before anybody's organization was known */
        e = verify_trail(v, a, 0);
    progress_end(&v->progress);
    return e;
}

int cli_verify(struct app *app, int count, char **arguments)
{
    struct verifier v = {.base = {verify_one}, .app = app};
    struct arena a = {0};
    (void)count;
    (void)arguments;
    if (app->storage == &app->s3.base)
        storage_s3_bypass_cache(&app->s3);
    err e = verify_all(&v, &a);
    if (failed(e))
        fprintf(stderr, "gantry: %s\n", e.text);
    else
        printf("%llu instances whole, %llu damaged or missing; %llu audit events, %llu trails "
               "broken\n",
               (unsigned long long)v.good_count, (unsigned long long)v.bad_count,
               (unsigned long long)v.event_count, (unsigned long long)v.broken_trail_count);
    arena_deinit(&a);
    if (failed(e))
        return EX_UNAVAILABLE;
    return v.bad_count == 0 && v.broken_trail_count == 0 ? EX_OK : EX_DATAERR;
}
