/* Rules of retention and legal holds, over a world in memory whose clock is moved; whatever fails.
 */
#include "tests/contract/handlers.h"

#include "application/commands/images/purge_instance/command.h"
#include "application/commands/images/purge_series/command.h"
#include "application/commands/images/purge_study/command.h"
#include "application/commands/images/restore_study/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/commands/organizations/update_organization/command.h"
#include "application/commands/reports/create_report/command.h"
#include "application/commands/retention/create_retention_rule/command.h"
#include "application/commands/retention/delete_retention_rule/command.h"
#include "application/commands/retention/lift_legal_hold/command.h"
#include "application/commands/retention/place_legal_hold/command.h"
#include "application/commands/retention/update_retention_rule/command.h"
#include "application/queries/retention/get_legal_hold/query.h"
#include "application/queries/retention/get_retention_rule/query.h"
#include "application/queries/retention/list_retention_rules/query.h"
#include "application/queries/retention/preview_retention/query.h"
#include "application/services/tasks/retention.h"
#include "application/services/tasks/task_service.h"

#define DAY (24 * 60 * 60)

/* Sends T as somebody of the role. */
#define SEND(T_)                                                                                   \
    static err send_##T_(struct world *w, enum role role, struct T_ request,                       \
                         struct T_##_result *out)                                                  \
    {                                                                                              \
        struct principal principal = world_principal(w, role);                                     \
        struct scope scope = world_scope(w, &principal);                                           \
        struct T_##_result ignored;                                                                \
        out = out != NULL ? out : &ignored;                                                        \
        *out = (struct T_##_result){0};                                                            \
        return T_##_send(&scope, &request, out);                                                   \
    }
SEND(create_retention_rule)
SEND(update_retention_rule)
SEND(delete_retention_rule)
SEND(get_retention_rule)
SEND(list_retention_rules)
SEND(preview_retention)
SEND(place_legal_hold)
SEND(lift_legal_hold)
SEND(get_legal_hold)
SEND(trash_study)
SEND(trash_series)
SEND(trash_instance)
SEND(purge_study)
SEND(purge_series)
SEND(purge_instance)
SEND(restore_study)
SEND(update_organization)
SEND(create_report)

static struct ingest_result store(struct world *w, uint32_t study)
{
    struct ingest_result result;
    CHECK_OK(ingest(w, sample_file(w, study, 1), STR_NONE, &result));
    return result;
}

static struct retention_rule make_rule(struct world *w, const char *modality, int64_t days)
{
    struct create_retention_rule_result made;
    CHECK_OK(send_create_retention_rule(w, ROLE_ADMINISTRATOR,
                                        (struct create_retention_rule){.name = STR("old ones"),
                                                                       .modality = str_of(modality),
                                                                       .days = days},
                                        &made));
    return made.rule;
}

static err run_retention(struct world *w, str *words)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct task_run run = {.scope = &scope, .task.organization_key = w->organization.key};
    struct task_result result = {0};
    err e = retention_kind.run(&run, &(struct no_parameters){0}, &result);
    *words = result.words;
    return e;
}

static struct retention_preview preview(struct world *w)
{
    struct preview_retention_result result;
    CHECK_OK(send_preview_retention(w, ROLE_ADMINISTRATOR, (struct preview_retention){0}, &result));
    CHECK_INT(1, result.items.len);
    return result.items.at[0];
}

WORLD(rules_are_made_changed_and_removed)
{
    struct retention_rule rule = make_rule(w, NULL, 10);
    struct update_retention_rule_result changed;
    struct list_retention_rules_result listed;
    CHECK(rule.is_enabled && rule.days == 10 && rule.version == 1);
    CHECK_ERR(FORBIDDEN, send_create_retention_rule(
                             w, ROLE_RADIOLOGIST,
                             (struct create_retention_rule){.name = STR("x"), .days = 1}, NULL));
    static const struct create_retention_rule wrong[] = {
        {.name = STR_INIT("x")},
        {.name = STR_INIT("x"), .days = RETENTION_DAYS_MAX + 1},
        {.days = 1},
        {.name = STR_INIT("x"), .days = 1, .modality = STR_INIT("c%")},
        {.name = STR_INIT("x"), .days = 1, .counted_from = STR_INIT("never")}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_ERR(INVALID, send_create_retention_rule(w, ROLE_ADMINISTRATOR, wrong[i], NULL));
    struct update_retention_rule change = {.id = rule.id,
                                           .if_match = 1,
                                           .name = STR("new"),
                                           .modality = STR("CT"),
                                           .counted_from = STR("study_date"),
                                           .days = {true, 5},
                                           .is_enabled = {true, false}};
    CHECK_OK(send_update_retention_rule(w, ROLE_ADMINISTRATOR, change, &changed));
    CHECK(changed.rule.days == 5 && !changed.rule.is_enabled && changed.rule.version == 2 &&
          changed.rule.counted_from == RETENTION_FROM_STUDY_DATE);
    CHECK_ERR(PRECONDITION_FAILED, send_update_retention_rule(w, ROLE_ADMINISTRATOR, change, NULL));
    change = (struct update_retention_rule){.id = rule.id, .modality = STR("")};
    CHECK_OK(send_update_retention_rule(w, ROLE_ADMINISTRATOR, change, &changed));
    CHECK(changed.rule.modality.len == 0 && changed.rule.days == 5);
    CHECK_OK(
        send_get_retention_rule(w, ROLE_ADMINISTRATOR, (struct get_retention_rule){rule.id}, NULL));
    CHECK_OK(send_list_retention_rules(w, ROLE_ADMINISTRATOR, (struct list_retention_rules){0},
                                       &listed));
    CHECK(listed.items.len == 1 && listed.page.total == 1);
    CHECK_OK(send_delete_retention_rule(w, ROLE_ADMINISTRATOR,
                                        (struct delete_retention_rule){rule.id}, NULL));
    CHECK_ERR(NOT_FOUND, send_get_retention_rule(w, ROLE_ADMINISTRATOR,
                                                 (struct get_retention_rule){rule.id}, NULL));
    for (int i = 0; i < RETENTION_RULE_COUNT_MAX; i++)
        make_rule(w, NULL, 10);
    CHECK_ERR(CONFLICT, send_create_retention_rule(
                            w, ROLE_ADMINISTRATOR,
                            (struct create_retention_rule){.name = STR("x"), .days = 1}, NULL));
}

WORLD(what_is_due_goes_to_the_trash_and_what_is_held_stays)
{
    str words;
    struct ingest_result held = store(w, 1), due = store(w, 2), young;
    struct retention_rule rule = make_rule(w, NULL, 10);
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash"), words);
    world_wait(w, 11 * DAY);
    young = store(w, 3);
    CHECK_OK(send_place_legal_hold(
        w, ROLE_ADMINISTRATOR,
        (struct place_legal_hold){.id = held.study_id, .reason = STR("court")}, NULL));
    struct retention_preview seen = preview(w);
    CHECK(seen.study_count == 1 && seen.held_count == 1 && seen.size > 0 && seen.is_enabled);
    CHECK_OK(send_update_retention_rule(
        w, ROLE_ADMINISTRATOR,
        (struct update_retention_rule){.id = rule.id, .is_enabled = {true, false}}, NULL));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash"), words);
    CHECK_INT(1, preview(w).study_count);
    CHECK_OK(send_update_retention_rule(
        w, ROLE_ADMINISTRATOR,
        (struct update_retention_rule){.id = rule.id, .is_enabled = {true, true}}, NULL));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("1 studies were moved to the trash"), words);
    CHECK_ERR(CONFLICT, send_trash_study(w, ROLE_ADMINISTRATOR,
                                         (struct trash_study){.id = due.study_id}, NULL));
    CHECK_OK(send_lift_legal_hold(
        w, ROLE_ADMINISTRATOR,
        (struct lift_legal_hold){.id = held.study_id, .reason = STR("settled")}, NULL));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("1 studies were moved to the trash"), words);
    CHECK_OK(
        send_trash_study(w, ROLE_ADMINISTRATOR, (struct trash_study){.id = young.study_id}, NULL));
}

WORLD(what_is_on_hold_cannot_be_moved_by_anybody)
{
    struct ingest_result image = store(w, 1);
    struct get_legal_hold_result got;
    struct place_legal_hold hold = {.id = image.study_id, .reason = STR("court")};
    const struct lift_legal_hold lift = {.id = image.study_id, .reason = STR("settled")};
    CHECK_ERR(FORBIDDEN, send_place_legal_hold(w, ROLE_RADIOLOGIST, hold, NULL));
    CHECK_ERR(NOT_FOUND, send_get_legal_hold(w, ROLE_ADMINISTRATOR,
                                             (struct get_legal_hold){image.study_id}, &got));
    CHECK_ERR(NOT_FOUND, send_lift_legal_hold(w, ROLE_ADMINISTRATOR, lift, NULL));
    CHECK_OK(send_place_legal_hold(w, ROLE_ADMINISTRATOR, hold, NULL));
    hold.reason = STR("another court");
    CHECK_OK(send_place_legal_hold(w, ROLE_ADMINISTRATOR, hold, NULL));
    CHECK_OK(
        send_get_legal_hold(w, ROLE_ADMINISTRATOR, (struct get_legal_hold){image.study_id}, &got));
    CHECK_STR(STR("another court"), got.hold.reason);
    CHECK_INT(2, got.hold.version);
    CHECK_INT(1, row_count(w, MEMORY_LEGAL_HOLDS));
    CHECK_ERR(CONFLICT, send_trash_study(w, ROLE_ADMINISTRATOR,
                                         (struct trash_study){.id = image.study_id}, NULL));
    struct db_session *s = world_begin(w);
    struct image_row row;
    CHECK_OK(image_reader_locate(s->readers.images, &w->arena, ACCESS_TO_ALL(w->organization.key),
                                 image.study_instance_uid, image.series_instance_uid,
                                 image.sop_instance_uid, &row));
    db_session_end(s);
    CHECK_ERR(CONFLICT, send_trash_series(w, ROLE_ADMINISTRATOR,
                                          (struct trash_series){.id = row.series.id}, NULL));
    CHECK_ERR(CONFLICT, send_trash_instance(w, ROLE_ADMINISTRATOR,
                                            (struct trash_instance){.id = row.instance.id}, NULL));
    hold.reason = STR("");
    CHECK_ERR(INVALID, send_place_legal_hold(w, ROLE_ADMINISTRATOR, hold, NULL));
    CHECK_OK(send_lift_legal_hold(w, ROLE_ADMINISTRATOR, lift, NULL));
    CHECK_OK(send_trash_instance(w, ROLE_ADMINISTRATOR,
                                 (struct trash_instance){.id = row.instance.id}, NULL));
}

static err keep_trash_for(struct world *w, int64_t days)
{
    return send_update_organization(
        w, ROLE_ADMINISTRATOR,
        (struct update_organization){.trash_days = {true, days},
                                     .password = str_of(WORLD_PASSWORD)},
        NULL);
}

static err trash_one(struct world *w, uuid id)
{
    return send_trash_study(w, ROLE_ADMINISTRATOR, (struct trash_study){.id = id}, NULL);
}

WORLD(what_was_in_the_trash_for_long_enough_leaves_it)
{
    struct ingest_result old = store(w, 1), held = store(w, 2), young = store(w, 3);
    str words;
    CHECK_OK(trash_one(w, old.study_id));
    CHECK_OK(trash_one(w, held.study_id));
    CHECK_OK(send_place_legal_hold(
        w, ROLE_ADMINISTRATOR,
        (struct place_legal_hold){.id = held.study_id, .reason = STR("court")}, NULL));
    world_wait(w, 11 * DAY);
    CHECK_OK(trash_one(w, young.study_id));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash"), words); /* nobody said so */
    CHECK_ERR(INVALID, keep_trash_for(w, -1));
    CHECK_ERR(INVALID, keep_trash_for(w, TRASH_DAYS_MAX + 1));
    CHECK_ERR(INVALID,
              send_update_organization(w, ROLE_ADMINISTRATOR,
                                       (struct update_organization){.trash_days = {true, 10}},
                                       NULL)); /* without the password */
    CHECK_OK(keep_trash_for(w, 12));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash"), words);
    CHECK_OK(keep_trash_for(w, 10));
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash, 1 items left it for good"), words);
    CHECK_ERR(NOT_FOUND, send_restore_study(w, ROLE_ADMINISTRATOR,
                                            (struct restore_study){.id = old.study_id}, NULL));
    CHECK_OK(send_restore_study(w, ROLE_ADMINISTRATOR, (struct restore_study){.id = held.study_id},
                                NULL));
    CHECK_OK(send_restore_study(w, ROLE_ADMINISTRATOR, (struct restore_study){.id = young.study_id},
                                NULL));
    CHECK_INT(2, row_count(w, MEMORY_INSTANCES));
    old = store(w, 1);
    CHECK(!old.was_there);
}

static struct image_row locate(struct world *w, const struct ingest_result *image)
{
    struct image_row row;
    struct db_session *s = world_begin(w);
    CHECK_OK(image_writer_locate(s->uow.images, &w->arena, w->organization.key,
                                 image->study_instance_uid, image->series_instance_uid,
                                 image->sop_instance_uid, &row));
    db_session_end(s);
    return row;
}

WORLD(only_what_is_in_the_trash_is_removed_for_good)
{
    struct ingest_result image = store(w, 1);
    struct image_row row = locate(w, &image);
    const struct purge_study study = {.id = row.study.id};
    const struct purge_series series = {.id = row.series.id};
    const struct purge_instance instance = {.id = row.instance.id};
    CHECK_ERR(FORBIDDEN, send_purge_study(w, ROLE_RADIOLOGIST, study, NULL));
    CHECK_ERR(NOT_FOUND, send_purge_study(w, ROLE_ADMINISTRATOR,
                                          (struct purge_study){.id = row.series.id}, NULL));
    CHECK_ERR(CONFLICT, send_purge_study(w, ROLE_ADMINISTRATOR, study, NULL));
    CHECK_ERR(CONFLICT, send_purge_series(w, ROLE_ADMINISTRATOR, series, NULL));
    CHECK_ERR(CONFLICT, send_purge_instance(w, ROLE_ADMINISTRATOR, instance, NULL));
    CHECK_OK(send_trash_instance(w, ROLE_ADMINISTRATOR,
                                 (struct trash_instance){.id = row.instance.id}, NULL));
    CHECK_ERR(CONFLICT, send_purge_study(w, ROLE_ADMINISTRATOR, study, NULL)); /* not itself */
    CHECK_ERR(CONFLICT, send_purge_series(w, ROLE_ADMINISTRATOR, series, NULL));
    CHECK_ERR(PRECONDITION_FAILED,
              send_purge_instance(w, ROLE_ADMINISTRATOR,
                                  (struct purge_instance){row.instance.id, 9}, NULL));
    CHECK_OK(send_purge_instance(w, ROLE_ADMINISTRATOR, (struct purge_instance){row.instance.id, 2},
                                 NULL));
    CHECK_INT(0, row_count(w, MEMORY_STUDIES)); /* with the last of what was in it */
    image = store(w, 1);
    row = locate(w, &image);
    CHECK_OK(
        send_trash_series(w, ROLE_ADMINISTRATOR, (struct trash_series){.id = row.series.id}, NULL));
    CHECK_OK(
        send_purge_series(w, ROLE_ADMINISTRATOR, (struct purge_series){.id = row.series.id}, NULL));
    CHECK_INT(0, row_count(w, MEMORY_STUDIES));
}

WORLD(a_study_with_reports_stays_without_images)
{
    struct ingest_result image = store(w, 1);
    struct create_report_result made;
    CHECK_OK(send_create_report(
        w, ROLE_RADIOLOGIST,
        (struct create_report){.id = image.study_id, .text = {.title = STR("CT head")}}, &made));
    CHECK_OK(trash_one(w, image.study_id));
    CHECK_OK(
        send_purge_study(w, ROLE_ADMINISTRATOR, (struct purge_study){.id = image.study_id}, NULL));
    CHECK_INT(1, row_count(w, MEMORY_STUDIES));
    CHECK_INT(1, row_count(w, MEMORY_REPORTS));
    CHECK_INT(0, row_count(w, MEMORY_SERIES));
    CHECK_ERR(CONFLICT, send_restore_study(w, ROLE_ADMINISTRATOR,
                                           (struct restore_study){.id = image.study_id}, NULL));
    struct image_row row = locate(w, &image);
    CHECK(row.study.state == STUDY_TRASHED && row.study.instance_count == 0 && row.study.size == 0);
    str words;
    CHECK_OK(keep_trash_for(w, 1));
    world_wait(w, 2 * DAY);
    CHECK_OK(run_retention(w, &words));
    CHECK_STR(STR("0 studies were moved to the trash"), words);
}

/* All of it, with the call of that number failing; true when none did. */
static bool torture_purge(uint64_t at, enum err_code code)
{
    static struct world world;
    struct world *w = &world;
    str words;
    world_open(w);
    struct ingest_result image = store(w, 1);
    CHECK_OK(keep_trash_for(w, 1));
    CHECK_OK(trash_one(w, image.study_id));
    world_wait(w, 2 * DAY);
    w->fault = (struct fault){.fail_at = at, .code = code};
    err e = run_retention(w, &words);
    bool untouched = w->fault.failed == NULL;
    if (code == ERR_UNAVAILABLE)
        CHECK(failed(e) == !untouched);
    w->fault = (struct fault){0};
    bool is_gone = row_count(w, MEMORY_STUDIES) == 0;
    CHECK(!untouched || is_gone);
    CHECK_INT(is_gone ? 0 : 1, row_count(w, MEMORY_INSTANCES));
    CHECK_INT(is_gone ? 0 : 1, row_count(w, MEMORY_SERIES));
    CHECK_INT(is_gone ? 0 : 1, row_count(w, MEMORY_PATIENTS));
    world_close(w);
    return untouched;
}

TEST(a_study_leaves_the_trash_whole_or_not_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_LEVEL_COUNT, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture_purge(at, codes[i]) && at < 300)
            at++;
        CHECK(at > 8 && at < 300);
    }
}

/* All of it, with the call of that number failing; true when none did. */
static bool torture(uint64_t at, enum err_code code)
{
    static struct world world;
    struct world *w = &world;
    world_open(w);
    struct ingest_result image = store(w, 1);
    str words;
    struct retention_rule rule = make_rule(w, NULL, 10);
    world_wait(w, 11 * DAY);
    const struct place_legal_hold hold = {.id = image.study_id, .reason = STR("court")};
    const struct lift_legal_hold lift = {.id = image.study_id, .reason = STR("settled")};
    w->fault = (struct fault){.fail_at = at, .code = code};
    err e = send_place_legal_hold(w, ROLE_ADMINISTRATOR, hold, NULL);
    if (!failed(e))
        e = send_place_legal_hold(w, ROLE_ADMINISTRATOR, hold, NULL);
    if (!failed(e))
        e = send_get_legal_hold(w, ROLE_ADMINISTRATOR, (struct get_legal_hold){image.study_id},
                                NULL);
    if (!failed(e))
        e = send_preview_retention(w, ROLE_ADMINISTRATOR, (struct preview_retention){0}, NULL);
    if (!failed(e))
        e = send_lift_legal_hold(w, ROLE_ADMINISTRATOR, lift, NULL);
    if (!failed(e))
        e = send_update_retention_rule(
            w, ROLE_ADMINISTRATOR, (struct update_retention_rule){.id = rule.id, .days = {true, 9}},
            NULL);
    if (!failed(e))
        e = run_retention(w, &words);
    if (!failed(e))
        e = send_delete_retention_rule(w, ROLE_ADMINISTRATOR,
                                       (struct delete_retention_rule){rule.id}, NULL);
    bool untouched = w->fault.failed == NULL;
    if (code == ERR_UNAVAILABLE)
        CHECK(failed(e) == !untouched);
    w->fault = (struct fault){0};
    CHECK(row_count(w, MEMORY_LEGAL_HOLDS) <= 1);
    CHECK(!untouched ||
          (row_count(w, MEMORY_RETENTION_RULES) == 0 && row_count(w, MEMORY_LEGAL_HOLDS) == 0));
    world_close(w);
    return untouched;
}

TEST(holds_and_rules_are_all_or_nothing_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_LEVEL_COUNT, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(at, codes[i]) && at < 300)
            at++;
        CHECK(at > 20 && at < 300);
    }
}
