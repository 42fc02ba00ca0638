/* De-identified copies and what is sent to other servers, over a world in memory with a server that
 * answers as the test says. */
#include "tests/contract/handlers.h"

#include "application/commands/disclosures/create_deidentification_project/command.h"
#include "application/commands/disclosures/create_destination/command.h"
#include "application/commands/disclosures/deidentify_studies/command.h"
#include "application/commands/disclosures/delete_deidentification_project/command.h"
#include "application/commands/disclosures/delete_destination/command.h"
#include "application/commands/disclosures/forward_studies/command.h"
#include "application/commands/disclosures/number_patient/command.h"
#include "application/commands/disclosures/update_deidentification_project/command.h"
#include "application/commands/disclosures/update_destination/command.h"
#include "application/queries/disclosures/get_deidentification_project/query.h"
#include "application/queries/disclosures/get_destination/query.h"
#include "application/queries/disclosures/get_task_report/query.h"
#include "application/queries/disclosures/list_deidentification_projects/query.h"
#include "application/queries/disclosures/list_destinations/query.h"
#include "application/queries/tasks/get_task/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"

#define AS(scope_, role_)                                                                          \
    struct principal scope_##_principal = world_principal(w, role_);                               \
    struct scope scope_ = world_scope(w, &scope_##_principal)

struct fake_server {
    struct http_client base;
    unsigned status;
    int count;
    uint64_t size;
    bool was_authorized;
    const char *body;
};
static struct fake_server server;

static err check_url(struct http_client *c, struct arena *a, str url)
{
    (void)c, (void)a;
    return str_starts(url, STR("https://")) ? OK : ERR(INVALID, "must begin with https://");
}

static err answer(struct http_client *c, struct arena *a, const struct http_client_request *r,
                  struct http_client_answer *out)
{
    struct fake_server *s = container_of(c, struct fake_server, base);
    char bytes[4096];
    uint64_t size = 0;
    (void)a;
    for (size_t got = 1; got != 0; size += got)
        TRY(byte_source_read(r->source, bytes, sizeof bytes, &got));
    CHECK_INT(r->source_size, size);
    CHECK(r->goes_on(r->owner));
    s->count++;
    s->size = size;
    s->was_authorized = false;
    for (size_t i = 0; i < r->headers.len; i++)
        s->was_authorized |= str_eq(r->headers.at[i].name, STR("authorization")) &&
                             str_eq(r->headers.at[i].value, STR("Basic QTpi"));
    if (s->status == 0)
        return ERR(UNAVAILABLE, "the server cannot be reached");
    *out = (struct http_client_answer){.status = s->status, .body = str_of(s->body)};
    return OK;
}

static const struct http_client_ops ops = {.check = check_url, .send = answer};

static void use(struct world *w)
{
    server = (struct fake_server){.base = {&ops}, .status = 200, .body = "{}"};
    w->services.http = &server.base;
    w->services.task_kinds = task_kinds;
}

static struct task_report_body report_of(struct world *w, uuid id)
{
    struct get_task_report_result out = {0};
    AS(scope, ROLE_ADMINISTRATOR);
    CHECK_OK(get_task_report_send(&scope, &(struct get_task_report){id}, &out));
    return out.report;
}

static struct deidentification_project_view project(struct world *w, const char *name,
                                                    const char *prefix)
{
    struct create_deidentification_project_result out;
    str option = STR("shift_dates");
    AS(scope, ROLE_ADMINISTRATOR);
    const struct create_deidentification_project cmd = {
        .name = str_of(name), .options = {&option, 1}, .pseudonym_prefix = str_of(prefix)};
    CHECK_OK(create_deidentification_project_send(&scope, &cmd, &out));
    return out.view;
}

static uuid deidentify(struct world *w, uuid project_id, uuid study_id)
{
    struct deidentify_studies_result out;
    str study = uuid_text(&w->arena, study_id);
    AS(scope, ROLE_TECHNOLOGIST);
    CHECK_OK(deidentify_studies_send(&scope, &(struct deidentify_studies){project_id, {&study, 1}},
                                     &out));
    return out.task.task.id;
}

WORLD(projects_are_made_changed_and_ended_by_who_looks_after_settings)
{
    use(w);
    struct deidentification_project_view made = project(w, "lungs", "P-");
    CHECK(made.options.len == 1 && made.project.secret.len != 0);
    AS(scope, ROLE_ADMINISTRATOR);
    struct create_deidentification_project_result created;
    str both[] = {STR("shift_dates"), STR("retain_dates")}, odd = STR("retain_uids");
    const struct create_deidentification_project bad[] = {
        {.name = STR("x"), .options = {both, 2}},
        {.name = STR("x"), .options = {&odd, 1}},
        {.name = STR("x"), .pseudonym_prefix = STR("a b")},
        {.name = STR("x"), .risks = STR("ignore")}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        scope = world_scope(w, &scope_principal);
        CHECK_ERR(INVALID, create_deidentification_project_send(&scope, &bad[i], &created));
    }
    scope = world_scope(w, &scope_principal);
    const struct create_deidentification_project same = {.name = STR("lungs")};
    CHECK_ERR(CONFLICT, create_deidentification_project_send(&scope, &same, &created));
    struct update_deidentification_project_result updated;
    struct update_deidentification_project change = {
        .id = made.project.id, .if_match = 9, .risks = STR("report")};
    CHECK_ERR(PRECONDITION_FAILED, update_deidentification_project_send(&scope, &change, &updated));
    change.if_match = 1;
    CHECK_OK(update_deidentification_project_send(&scope, &change, &updated));
    CHECK(updated.view.project.risks == RISKS_REPORTED);
    struct list_deidentification_projects_result list = {0};
    CHECK_OK(list_deidentification_projects_send(
        &scope, &(struct list_deidentification_projects){0}, &list));
    CHECK_INT(1, list.items.len);
    AS(viewer, ROLE_VIEWER);
    CHECK_ERR(FORBIDDEN, create_deidentification_project_send(&viewer, &same, &created));
    struct delete_deidentification_project_result gone;
    struct get_deidentification_project_result got;
    CHECK_OK(delete_deidentification_project_send(
        &scope, &(struct delete_deidentification_project){made.project.id}, &gone));
    CHECK_ERR(NOT_FOUND,
              get_deidentification_project_send(
                  &scope, &(struct get_deidentification_project){made.project.id}, &got));
}

WORLD(a_patient_keeps_their_number_whatever_fails)
{
    use(w);
    struct deidentification_project_view made = project(w, "lungs", "P-");
    struct number_patient_result out = {0};
    struct principal system = principal_system(w->organization.key);
    const struct number_patient cmd = {made.project.id, STR("ABCD")};
    for (int at = 1;; at++) {
        struct scope scope = world_scope(w, &system);
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        err e = number_patient_send(&scope, &cmd, &out);
        bool untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        if (!failed(e) && untouched)
            break;
        CHECK(failed(e));
        CHECK_INT(0, row_count(w, MEMORY_DEIDENTIFIED_PATIENTS));
    }
    CHECK_INT(1, out.number);
    struct scope scope = world_scope(w, &system);
    CHECK_OK(
        number_patient_send(&scope, &(struct number_patient){made.project.id, STR("EFGH")}, &out));
    CHECK_INT(2, out.number);
    scope = world_scope(w, &system);
    CHECK_OK(number_patient_send(&scope, &cmd, &out));
    CHECK_INT(1, out.number);
}

WORLD(copies_are_made_once_and_told_attribute_by_attribute)
{
    use(w);
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &image));
    struct deidentification_project_view made = project(w, "lungs", "P-"),
                                         other = project(w, "hearts", NULL);
    uuid task = deidentify(w, made.project.id, image.study_id);
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_SUCCEEDED);
    struct task_report_body body = report_of(w, task);
    CHECK(body.done_count == 2 && body.failed_count == 0 && body.remaining_count == 0);
    bool is_told = false;
    for (size_t i = 0; i < body.changes.len; i++)
        is_told |= str_eq(body.changes.at[i].attribute, STR("00100010")) &&
                   str_eq(body.changes.at[i].action, STR("pseudonym")) &&
                   body.changes.at[i].count == 2;
    CHECK(is_told);
    CHECK(row_count(w, MEMORY_STUDIES) == 2 && row_count(w, MEMORY_INSTANCES) == 4);
    deidentify(w, made.project.id, image.study_id); /* again: the same */
    work_on_tasks(w);
    CHECK(row_count(w, MEMORY_STUDIES) == 2 && row_count(w, MEMORY_INSTANCES) == 4);
    deidentify(w, other.project.id, image.study_id); /* another project: others */
    work_on_tasks(w);
    CHECK(row_count(w, MEMORY_STUDIES) == 3 && row_count(w, MEMORY_INSTANCES) == 6);
    CHECK_INT(1, row_count(w, MEMORY_DEIDENTIFIED_PATIENTS));
}

/* Every place at which the database or the storage can fail on the way. */
WORLD(whatever_fails_a_copy_is_there_once)
{
    use(w);
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &image));
    struct deidentification_project_view made = project(w, "lungs", "P-");
    uuid task = deidentify(w, made.project.id, image.study_id);
    for (uint64_t at = 1; task_now(w, task).state != TASK_SUCCEEDED; at += 3) {
        bool goes_on;
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = work_on_task(w, &goes_on);
        w->fault = (struct fault){0};
        (void)e;
        CHECK(row_count(w, MEMORY_INSTANCES) <= 4 && at < 1000);
        world_wait(w, 4000); /* leases and pauses are over */
        if (task_now(w, task).state == TASK_FAILED)
            task = deidentify(w, made.project.id, image.study_id);
    }
    CHECK(row_count(w, MEMORY_STUDIES) == 2 && row_count(w, MEMORY_INSTANCES) == 4);
    CHECK_INT(2, report_of(w, task).done_count);
}

WORLD(what_is_not_there_is_not_copied)
{
    use(w);
    struct deidentification_project_view made = project(w, "lungs", "P-");
    struct deidentify_studies_result out;
    str studies[] = {uuid_text(&w->arena, made.project.id), STR("no")};
    AS(scope, ROLE_TECHNOLOGIST);
    CHECK_ERR(NOT_FOUND,
              deidentify_studies_send(
                  &scope, &(struct deidentify_studies){made.project.id, {studies, 1}}, &out));
    CHECK_ERR(INVALID,
              deidentify_studies_send(
                  &scope, &(struct deidentify_studies){made.project.id, {studies, 2}}, &out));
    AS(fresh, ROLE_TECHNOLOGIST);
    CHECK_ERR(NOT_FOUND,
              deidentify_studies_send(
                  &fresh, &(struct deidentify_studies){w->organization.id, {studies, 1}}, &out));
    AS(viewer, ROLE_VIEWER);
    CHECK_ERR(FORBIDDEN,
              deidentify_studies_send(
                  &viewer, &(struct deidentify_studies){made.project.id, {studies, 1}}, &out));
}

/* ---- forwards ---- */

static struct destination destination(struct world *w)
{
    struct create_destination_result out;
    AS(scope, ROLE_ADMINISTRATOR);
    const struct create_destination cmd = {.name = STR("pacs"),
                                           .url = STR("https://pacs.example/dicom-web/"),
                                           .credential = STR("basic"),
                                           .user_name = STR("A"),
                                           .secret = STR("b")};
    CHECK_OK(create_destination_send(&scope, &cmd, &out));
    return out.destination;
}

static uuid forward(struct world *w, uuid destination_id, uuid study_id)
{
    struct forward_studies_result out;
    str study = uuid_text(&w->arena, study_id);
    AS(scope, ROLE_RADIOLOGIST);
    CHECK_OK(
        forward_studies_send(&scope, &(struct forward_studies){destination_id, {&study, 1}}, &out));
    return out.task.task.id;
}

WORLD(destinations_are_checked_and_their_secret_stays_with_their_address)
{
    use(w);
    struct destination made = destination(w);
    CHECK(made.secret.len != 0 && str_find(made.secret, STR("b")) != 0);
    AS(scope, ROLE_ADMINISTRATOR);
    struct create_destination_result created;
    const struct create_destination bad[] = {
        {.name = STR("x"), .url = STR("ftp://x")},
        {.name = STR("x"), .url = STR("https://x/?a")},
        {.name = STR("x"), .url = STR("https://x"), .credential = STR("bearer")},
        {.name = STR("x"), .url = STR("https://x"), .credential = STR("magic")},
        {.name = STR("x"),
         .url = STR("https://x"),
         .credential = STR("basic"),
         .secret = STR("s")}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        scope = world_scope(w, &scope_principal);
        CHECK_ERR(INVALID, create_destination_send(&scope, &bad[i], &created));
    }
    struct update_destination_result updated;
    struct update_destination change = {.id = made.id, .url = STR("https://thief.example")};
    scope = world_scope(w, &scope_principal);
    CHECK_ERR(INVALID, update_destination_send(&scope, &change, &updated));
    scope = world_scope(w, &scope_principal);
    change.secret = STR("other");
    CHECK_OK(update_destination_send(&scope, &change, &updated));
    scope = world_scope(w, &scope_principal);
    change = (struct update_destination){.id = made.id, .if_match = 9, .name = STR("y")};
    CHECK_ERR(PRECONDITION_FAILED, update_destination_send(&scope, &change, &updated));
    struct list_destinations_result list = {0};
    CHECK_OK(list_destinations_send(&scope, &(struct list_destinations){0}, &list));
    CHECK_INT(1, list.items.len);
    struct delete_destination_result gone;
    struct get_destination_result got;
    CHECK_OK(delete_destination_send(&scope, &(struct delete_destination){made.id}, &gone));
    CHECK_ERR(NOT_FOUND, get_destination_send(&scope, &(struct get_destination){made.id}, &got));
}

WORLD(studies_are_sent_instance_by_instance_and_each_is_told)
{
    use(w);
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &image));
    struct destination made = destination(w);
    uuid task = forward(w, made.id, image.study_id);
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_SUCCEEDED);
    CHECK(server.count == 2 && server.was_authorized);
    struct task_report_body body = report_of(w, task);
    CHECK(body.done_count == 2 && body.items.len == 2 && body.items.at[0].status == 200);
    server.status = 409;
    server.body = "{\"00081198\":{\"vr\":\"SQ\",\"Value\":[{\"00081197\":{}}]}}";
    task = forward(w, made.id, image.study_id);
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_FAILED);
    body = report_of(w, task);
    CHECK(body.failed_count == 2 && body.items.at[1].status == 409);
    CHECK(body.items.at[1].reason.len != 0);
    server.count = 0;
    server.status = 401;
    task = forward(w, made.id, image.study_id);
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_FAILED && server.count == 1);
    CHECK_INT(2, report_of(w, task).remaining_count);
}

WORLD(a_server_that_is_away_is_waited_for_and_what_it_has_is_not_sent_again)
{
    use(w);
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &image));
    struct destination made = destination(w);
    server.status = 503;
    uuid task = forward(w, made.id, image.study_id);
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_QUEUED && server.count == 3);
    world_wait(w, 20);
    server.status = 0;
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_QUEUED && server.count == 6);
    CHECK_INT(2, report_of(w, task).remaining_count);
    world_wait(w, 100);
    server.status = 200;
    work_on_tasks(w);
    CHECK(task_now(w, task).state == TASK_SUCCEEDED && server.count == 8);
    CHECK(report_of(w, task).done_count == 2 && report_of(w, task).remaining_count == 0);
}
