/* The worklist over a world in memory: who may, what goes when, and nothing by half. */
#include "tests/contract/handlers.h"

#include "application/commands/system/purge_expired/command.h"
#include "application/commands/system/report_worklist_status/command.h"
#include "application/commands/work_items/change_work_item_state/command.h"
#include "application/commands/work_items/create_work_item/command.h"
#include "application/commands/work_items/request_cancellation/command.h"
#include "application/commands/work_items/subscribe_work_items/command.h"
#include "application/commands/work_items/update_work_item/command.h"
#include "application/models/data_set_text.h"
#include "application/queries/work_items/get_work_item/query.h"
#include "domain/entities/principal.h"

enum { WORK_ITEM_FAULT_COUNT_MAX = 200 };

static const char scheduled[] = "{\"00404005\":{\"vr\":\"DT\",\"Value\":[\"20260101\"]},"
                                "\"00404041\":{\"vr\":\"CS\",\"Value\":[\"READY\"]},"
                                "\"00741000\":{\"vr\":\"CS\",\"Value\":[\"SCHEDULED\"]},"
                                "\"00741200\":{\"vr\":\"CS\",\"Value\":[\"HIGH\"]},"
                                "\"00741204\":{\"vr\":\"LO\",\"Value\":[\"Do it\"]}}";
static const char claimed[] = "{\"00081195\":{\"vr\":\"UI\",\"Value\":[\"1.9\"]},"
                              "\"00741000\":{\"vr\":\"CS\",\"Value\":[\"IN PROGRESS\"]}}";

static err create(struct world *w, enum role role, const char *uid)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    const struct create_work_item cmd = {str_of(uid), str_of(scheduled)};
    struct create_work_item_result result;
    return create_work_item_send(&scope, &cmd, &result);
}

static err claim(struct world *w, const char *uid)
{
    struct principal principal = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &principal);
    const struct change_work_item_state cmd = {str_of(uid), str_of(claimed)};
    struct change_work_item_state_result result;
    return change_work_item_state_send(&scope, &cmd, &result);
}

static err request_cancel(struct world *w, const char *uid)
{
    struct principal principal = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &principal);
    const struct request_cancellation cmd = {.uid = str_of(uid)};
    struct request_cancellation_result result;
    return request_cancellation_send(&scope, &cmd, &result);
}

static err subscribe(struct world *w, const char *uid, bool has_lock, const char *filter)
{
    struct principal principal = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &principal);
    const struct subscribe_work_items cmd = {str_of(uid), STR("WATCH"), has_lock, str_of(filter)};
    struct subscribe_work_items_result result;
    return subscribe_work_items_send(&scope, &cmd, &result);
}

static struct work_item read_item(struct world *w, const char *uid)
{
    struct work_item item;
    struct db_session *s = world_begin(w);
    CHECK_OK(work_item_reader_get(s->readers.work_items, &w->arena, w->organization.key,
                                  str_of(uid), &item));
    db_session_end(s);
    return item;
}

WORLD(who_may_have_a_worklist)
{
    static const struct {
        enum role role;
        bool writes;
    } roles[] = {{ROLE_ADMINISTRATOR, true}, {ROLE_RADIOLOGIST, true}, {ROLE_TECHNOLOGIST, true},
                 {ROLE_REFERRER, false},     {ROLE_RESEARCHER, false}, {ROLE_VIEWER, false}};
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        err e = create(w, roles[i].role, str_format(&w->arena, "1.%zu", i).ptr);
        CHECK(roles[i].writes ? !failed(e) : e.code == ERR_FORBIDDEN);
    }
    CHECK_INT(3, row_count(w, MEMORY_WORK_ITEMS));
    CHECK_INT(6, row_count(w, MEMORY_AUDIT_EVENTS)); /* those who were refused too */
}

WORLD(the_lock_is_never_told)
{
    struct principal principal = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &principal);
    struct get_work_item_result result;
    CHECK_OK(create(w, ROLE_TECHNOLOGIST, "1.1"));
    CHECK_OK(claim(w, "1.1"));
    CHECK_STR(STR("1.9"), read_item(w, "1.1").transaction_uid);
    CHECK_OK(get_work_item_send(&scope, &(struct get_work_item){STR("1.1")}, &result));
    CHECK(str_find(result.data_set, STR("1195")) == SIZE_MAX);
    CHECK(str_find(result.data_set, STR("IN PROGRESS")) != SIZE_MAX);
}

static int64_t purge(struct world *w)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct purge_expired_result result;
    CHECK_OK(purge_expired_send(&scope, &(struct purge_expired){0}, &result));
    return result.work_item_count;
}

WORLD(what_has_ended_goes_after_its_time)
{
    CHECK_OK(create(w, ROLE_TECHNOLOGIST, "1.1"));
    CHECK_OK(create(w, ROLE_TECHNOLOGIST, "1.2"));
    CHECK_OK(create(w, ROLE_TECHNOLOGIST, "1.3"));
    CHECK_OK(subscribe(w, "1.2", true, NULL));
    CHECK_OK(request_cancel(w, "1.1"));
    CHECK_OK(request_cancel(w, "1.2"));
    world_wait(w, WORK_ITEM_KEPT_SECONDS - 1);
    CHECK_INT(0, purge(w));
    CHECK(row_count(w, MEMORY_WORK_ITEM_EVENTS) != 0);
    world_wait(w, 2);
    CHECK_INT(1, purge(w));
    CHECK_INT(2, row_count(w, MEMORY_WORK_ITEMS));
    CHECK_INT(0, row_count(w, MEMORY_WORK_ITEM_EVENTS));
}

WORLD(a_restart_is_told_to_who_has_subscribed)
{
    struct principal system = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &system);
    struct report_worklist_status_result result;
    CHECK_OK(report_worklist_status_send(&scope, &(struct report_worklist_status){false}, &result));
    CHECK_INT(0, row_count(w, MEMORY_WORK_ITEM_EVENTS));
    CHECK_OK(subscribe(w, UPS_FILTERED_SUBSCRIPTION_UID, false, "00741204=Do*"));
    CHECK_OK(report_worklist_status_send(&scope, &(struct report_worklist_status){true}, &result));
    CHECK_INT(1, row_count(w, MEMORY_WORK_ITEM_EVENTS));
}

WORLD(a_filter_has_its_limits)
{
    CHECK_ERR(MALFORMED, subscribe(w, UPS_FILTERED_SUBSCRIPTION_UID, false, NULL));
    CHECK_ERR(MALFORMED, subscribe(w, UPS_FILTERED_SUBSCRIPTION_UID, false, "Nothing=1"));
    struct db_session *s = world_begin(w);
    for (int i = 0; i < FILTERED_SUBSCRIPTION_COUNT_MAX; i++) {
        const struct work_item_subscription sub = {.organization_key = w->organization.key,
                                                   .created_at = clock_now(&w->clock.base),
                                                   .ae_title = str_format(&w->arena, "AE%d", i),
                                                   .scope = SUBSCRIPTION_FILTERED,
                                                   .state = SUBSCRIPTION_UNLOCKED,
                                                   .filter = STR("00741204=x")};
        CHECK_OK(work_item_writer_subscribe(s->uow.work_items, &sub, false));
    }
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    CHECK_ERR(CONFLICT, subscribe(w, UPS_FILTERED_SUBSCRIPTION_UID, false, "00741204=x"));
}

/* ---- documents ---- */

WORLD(a_data_set_is_the_same_from_json_and_xml)
{
    str json, xml;
    CHECK_OK(data_set_text_read(&w->arena, DATA_SET_JSON,
                                STR(" [ {\"00741204\": {\"Value\":[\"\\u00e4\"], \"vr\":\"LO\"},"
                                    "\"00404005\": {\"vr\":\"DT\",\"Value\":[\"2026\"]}} ]"),
                                &json));
    CHECK_STR(
        STR("{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},\"00404005\":{\"vr\":"
            "\"DT\",\"Value\":[\"2026\"]},\"00741204\":{\"vr\":\"LO\",\"Value\":[\"\xC3\xA4\"]}}"),
        json);
    CHECK_OK(data_set_text_read(
        &w->arena, DATA_SET_XML,
        STR("<NativeDicomModel><DicomAttribute tag=\"00404005\" vr=\"DT\"><Value number=\"1\">2026"
            "</Value></DicomAttribute><DicomAttribute tag=\"00741204\" vr=\"LO\"><Value "
            "number=\"1\">"
            "\xC3\xA4</Value></DicomAttribute></NativeDicomModel>"),
        &xml));
    CHECK_STR(json, xml);
    static const char *const wrong[] = {
        "",
        "[]",
        "[{},{}]",
        "{",
        "{\"00741204\":{\"vr\":\"SH\",\"Value\":[\"x\"]}}",
        "{\"00404025\":{\"vr\":\"LO\"}}",
        "{\"00404025\":{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"PN\"}}]}}",
        "{\"00420011\":{\"vr\":\"OB\",\"BulkDataURI\":\"x\"}}"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_ERR(MALFORMED, data_set_text_read(&w->arena, DATA_SET_JSON, str_of(wrong[i]), &json));
}

/* ---- faults ---- */

static err make_and_cancel(struct world *w)
{
    TRY(create(w, ROLE_TECHNOLOGIST, "1.1"));
    return request_cancel(w, "1.1");
}

/* One of the two is there with all that belongs to it, or not at all. */
static bool torture(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    world_open(&w);
    CHECK_OK(subscribe(&w, UPS_GLOBAL_SUBSCRIPTION_UID, false, NULL));
    CHECK_OK(subscribe(&w, UPS_FILTERED_SUBSCRIPTION_UID, false, "00741204=Do*"));
    size_t audited = row_count(&w, MEMORY_AUDIT_EVENTS);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = make_and_cancel(&w);
    w.fault.fail_at = 0;
    bool untouched = w.fault.failed == NULL, was_made = row_count(&w, MEMORY_WORK_ITEMS) == 1;
    bool is_whole = was_made && read_item(&w, "1.1").state == WORK_ITEM_CANCELED;
    CHECK(failed(e) ? e.code == code && !is_whole : is_whole);
    CHECK_INT(!was_made ? 0 : is_whole ? 3 : 1, row_count(&w, MEMORY_WORK_ITEM_EVENTS));
    CHECK_INT(audited + was_made + is_whole, row_count(&w, MEMORY_AUDIT_EVENTS));
    CHECK_INT(2 + was_made, row_count(&w, MEMORY_WORK_ITEM_SUBSCRIPTIONS));
    if (failed(e)) /* nothing stands in the way */
        CHECK_OK(was_made ? request_cancel(&w, "1.1") : make_and_cancel(&w));
    world_close(&w);
    return untouched;
}

TEST(a_work_item_changes_as_a_whole_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(codes[i], at) && at < WORK_ITEM_FAULT_COUNT_MAX)
            at++;
        CHECK(at > 10 && at < WORK_ITEM_FAULT_COUNT_MAX);
    }
}
