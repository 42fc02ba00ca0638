/* gantry verify: every row against every object, by hash, and the audit trail. */
#include "base/arena.h"
#include "cli/verify.h"
#include "infrastructure/object_bytes.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum { VERIFY_PAGE_SIZE = 500 };

struct verifier {
    struct image_sink base;
    struct app *app;
    uint64_t good_count, bad_count;
    struct progress progress;
};

static bool object_is_whole(struct app *app, str name, int64_t size)
{
    bool is_whole;
    err e = object_checker_by_reading.check(app->storage, name, (uint64_t)size, &is_whole);
    return !failed(e) && is_whole;
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

static err verify_objects(struct verifier *v, struct arena *a)
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
    for (size_t i = 0; !failed(e) && i < organizations.len; i++)
        e = verify_organization(v, organizations.at[i].key);
    progress_end(&v->progress);
    return e;
}

static void print_audit(const struct audit_verification *audit)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    printf("%llu audit events, %llu trails broken; %llu anchors hold",
           (unsigned long long)audit->event_count, (unsigned long long)audit->broken_trail_count,
           (unsigned long long)audit->anchor_count);
    if (audit->old_anchor_count != 0)
        printf(", %llu are of events that retention removed",
               (unsigned long long)audit->old_anchor_count);
    if (audit->foreign_anchor_count != 0)
        printf(", %llu are signed with a key that is not known here: give it with --key=",
               (unsigned long long)audit->foreign_anchor_count);
    printf("\npublic key of this installation's anchors: %.*s\n",
           STR_ARG(audit_seal_public_key(&audit->seal, &a)));
}

/* False for an argument that is none. */
static bool take_argument(struct audit_verification *audit, const char *argument, bool *audit_only,
                          err *e)
{
    str text = str_of(argument);
    if (str_eq(text, STR("--audit")))
        *audit_only = true;
    else if (str_starts(text, STR("--anchors=")))
        audit->anchor_file = argument + 10;
    else if (str_starts(text, STR("--key=")))
        *e = audit_seal_trust(&audit->seal, str_sub(text, 6, text.len));
    else
        return false;
    return true;
}

static int tell_usage(const char *flaw)
{
    fprintf(stderr,
            "gantry verify: %s\nusage: gantry verify [--audit] [--anchors=FILE] "
            "[--key=PUBLIC-KEY]…\n",
            flaw);
    return EX_USAGE;
}

int cli_verify(struct app *app, int count, char **arguments)
{
    struct verifier v = {.base = {verify_one}, .app = app};
    struct audit_verification audit = {.app = app, .seal = app->audit_seal};
    struct arena a = {0};
    bool audit_only = false;
    err e = OK;
    for (int i = 1; i < count; i++)
        if (!take_argument(&audit, arguments[i], &audit_only, &e) || failed(e))
            return tell_usage(failed(e) ? e.text : "there is no such argument");
    if (app->storage == &app->s3.base)
        storage_s3_bypass_cache(&app->s3);
    if (!audit_only)
        e = verify_objects(&v, &a);
    if (!failed(e))
        e = verify_audit(&audit);
    if (failed(e))
        fprintf(stderr, "gantry: %s\n", e.text);
    if (!failed(e) && !audit_only)
        printf("%llu instances whole, %llu damaged or missing\n", (unsigned long long)v.good_count,
               (unsigned long long)v.bad_count);
    if (!failed(e))
        print_audit(&audit);
    arena_deinit(&a);
    if (failed(e))
        return EX_UNAVAILABLE;
    return v.bad_count == 0 && audit.broken_trail_count == 0 ? EX_OK : EX_DATAERR;
}
