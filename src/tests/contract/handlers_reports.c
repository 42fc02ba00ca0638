/* Writing, signing and amending reports, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/reports/acknowledge_report/command.h"
#include "application/commands/reports/add_report_addendum/command.h"
#include "application/commands/reports/amend_report/command.h"
#include "application/commands/reports/cancel_report/command.h"
#include "application/commands/reports/create_report/command.h"
#include "application/commands/reports/create_report_template/command.h"
#include "application/commands/reports/escalate_reports/command.h"
#include "application/commands/reports/flag_report/command.h"
#include "application/commands/reports/lock_report/command.h"
#include "application/commands/reports/retract_report/command.h"
#include "application/commands/reports/sign_report/command.h"
#include "application/commands/reports/store_report_documents/command.h"
#include "application/commands/reports/submit_report/command.h"
#include "application/commands/reports/take_over_report/command.h"
#include "application/commands/reports/unlock_report/command.h"
#include "application/commands/reports/update_report/command.h"
#include "application/models/report_pdf.h"
#include "application/queries/reports/get_report/query.h"
#include "application/queries/reports/get_report_pdf/query.h"
#include "application/queries/reports/get_report_version/query.h"
#include "application/queries/reports/list_report_versions/query.h"
#include "application/queries/reports/list_reports/query.h"
#include "application/queries/reports/verify_report/query.h"
#include "application/queries/reports/verify_report_code/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"
#include "base/json.h"
#include "domain/entities/task.h"
#include "domain/entities/outbox_event.h"

static struct study add_study(struct world *w)
{
    struct ingest_result result;
    struct image_page page;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &result));
    struct db_session *s = world_begin(w);
    struct image_filter f = {
        .level = LEVEL_STUDY, .access = {.organization_key = w->organization.key}, .limit = 1};
    CHECK_OK(image_reader_find(s->readers.images, &w->arena, &f, &page));
    db_session_end(s);
    CHECK(page.rows.len == 1);
    return page.rows.at[0].study;
}

/* Sends as somebody of that role. */
#define SEND(w_, role_, use_case_, out_, ...)                                                      \
    send_as((w_), (role_), &use_case_##_use_case, &(struct use_case_){__VA_ARGS__}, (out_))

static err send_as(struct world *w, enum role role, const struct use_case *use_case,
                   const void *request, void *result)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    memset(result, 0, use_case->result->size);
    return mediator_send(&scope, use_case, request, result);
}

static int64_t event_count(const struct world *w, const char *type)
{
    const struct memory_rows *rows = &w->database.committed->tables[MEMORY_OUTBOX];
    int64_t count = 0;
    for (size_t i = 0; i < rows->len; i++)
        count += str_eq(((const struct outbox_event *)rows->at[i])->type, str_of(type));
    return count;
}

static struct report_section findings(const char *text)
{
    return (struct report_section){STR("Findings"), str_of(text)};
}

static struct report begin(struct world *w, const struct study *study, const char *text)
{
    struct report_section section = findings(text);
    struct create_report_result made;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, create_report, &made, .id = study->id,
                  .text = {.title = STR("CT head"), .sections = {&section, 1}}));
    return made.report.report;
}

static struct report sign(struct world *w, const struct report *report)
{
    struct sign_report_result done;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, sign_report, &done, .id = report->id,
                  .if_match = report->version, .password = STR(WORLD_PASSWORD)));
    return done.report.report;
}

static struct report_verification verify(struct world *w, const struct report *report,
                                         int64_t number)
{
    struct verify_report_result out;
    CHECK_OK(SEND(w, ROLE_VIEWER, verify_report, &out, .id = report->id, .number = number));
    return out.verification;
}

WORLD(a_report_is_written_submitted_and_signed)
{
    struct study study = add_study(w);
    struct report report = begin(w, &study, "A mass.");
    struct get_report_result seen;
    struct submit_report_result submitted;
    struct update_report_result updated;
    struct report_section section = findings("A mass of 2 cm.");
    CHECK_ERR(NOT_FOUND, SEND(w, ROLE_VIEWER, get_report, &seen, .id = report.id));
    CHECK_ERR(PRECONDITION_REQUIRED,
              SEND(w, ROLE_RADIOLOGIST, submit_report, &submitted, .id = report.id));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, submit_report, &submitted, .id = report.id,
                  .if_match = report.version));
    report = submitted.report.report;
    CHECK(report.state == REPORT_PRELIMINARY && report.version == 2);
    CHECK_ERR(PRECONDITION_FAILED,
              SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id, .if_match = 1));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id, .if_match = 2,
                  .text = {.sections = {&section, 1}}));
    report = sign(w, &updated.report.report);
    CHECK(report.state == REPORT_FINAL && report.signed_number == 1 && report.working_number == 0);
    CHECK_STR(STR("radiologist"), report.signer_name);
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report, &seen, .id = report.id));
    CHECK_STR(section.text, seen.report.content.sections.at[0].text);
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id,
                             .if_match = report.version));
    struct report_verification v = verify(w, &report, 0);
    CHECK(v.is_valid && v.is_current && v.is_own_key && !v.is_retracted);
    CHECK(event_count(w, "report_signed") == 1 && event_count(w, "report_amended") == 0);
}

WORLD(a_signature_takes_the_password_and_counts_wrong_ones)
{
    struct study study = add_study(w);
    struct report report = begin(w, &study, "A mass.");
    struct sign_report_result done;
    CHECK_ERR(INVALID,
              SEND(w, ROLE_RADIOLOGIST, sign_report, &done, .id = report.id, .if_match = 1));
    CHECK_ERR(FORBIDDEN, SEND(w, ROLE_RADIOLOGIST, sign_report, &done, .id = report.id,
                              .if_match = 1, .password = STR("wrong")));
    CHECK_INT(1, get_user(w, ROLE_RADIOLOGIST).failure_count);
    CHECK_ERR(FORBIDDEN, SEND(w, ROLE_TECHNOLOGIST, sign_report, &done, .id = report.id,
                              .if_match = 1, .password = STR(WORLD_PASSWORD)));
    CHECK_INT(0, event_count(w, "report_signed"));
    struct principal key = world_principal(w, ROLE_RADIOLOGIST);
    key.kind = PRINCIPAL_API_KEY;
    struct scope scope = world_scope(w, &key);
    const struct sign_report cmd = {
        .id = report.id, .if_match = 1, .password = STR(WORLD_PASSWORD)};
    CHECK_ERR(FORBIDDEN, sign_report_send(&scope, &cmd, &done));
    sign(w, &report);
}

WORLD(an_addendum_keeps_the_signed_text_and_an_amendment_takes_its_place)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct report report = sign(w, &first);
    struct add_report_addendum_result added;
    struct amend_report_result amended;
    struct update_report_result updated;
    struct get_report_result seen;
    struct report_section other = findings("No mass.");
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, add_report_addendum, &added, .id = report.id,
                  .if_match = report.version, .text = STR("Seen before.")));
    report = added.report.report;
    CHECK(added.report.number == 2 && report.signed_number == 1);
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id,
                             .if_match = report.version, .text = {.sections = {&other, 1}}));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, amend_report, &amended, .id = report.id,
                             .if_match = report.version, .reason = STR("typo")));
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report, &seen, .id = report.id));
    CHECK(seen.report.number == 1 && seen.report.content.addenda.len == 0);
    report = sign(w, &report);
    CHECK(report.state == REPORT_ADDENDED && report.signed_number == 2);
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report, &seen, .id = report.id));
    CHECK_STR(STR("A mass."), seen.report.content.sections.at[0].text);
    CHECK_STR(STR("Seen before."), seen.report.content.addenda.at[0].text);
    CHECK(verify(w, &report, 1).is_valid && !verify(w, &report, 1).is_current);
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, amend_report, &amended, .id = report.id,
                  .if_match = report.version, .reason = STR("wrong patient position")));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id,
                  .if_match = amended.report.report.version, .text = {.sections = {&other, 1}}));
    report = sign(w, &updated.report.report);
    CHECK(report.state == REPORT_AMENDED && report.signed_number == 3);
    CHECK(event_count(w, "report_signed") == 3 && event_count(w, "report_amended") == 2);
    for (int64_t number = 1; number <= 3; number++)
        CHECK(verify(w, &report, number).is_valid &&
              verify(w, &report, number).is_current == (number == 3));
}

WORLD(what_is_written_behind_a_signed_version_can_be_given_up)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct report report = sign(w, &first);
    struct amend_report_result amended;
    struct cancel_report_result cancelled;
    struct list_report_versions_result versions;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, amend_report, &amended, .id = report.id,
                  .if_match = report.version, .reason = STR("typo")));
    CHECK_OK(SEND(w, ROLE_VIEWER, list_report_versions, &versions, .id = report.id));
    CHECK_INT(1, (int64_t)versions.items.len);
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, list_report_versions, &versions, .id = report.id));
    CHECK_INT(2, (int64_t)versions.items.len);
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, cancel_report, &cancelled, .id = report.id,
                  .if_match = amended.report.report.version, .reason = STR("not needed")));
    report = cancelled.report.report;
    CHECK(report.state == REPORT_FINAL && report.signed_number == 1 && report.working_number == 0);
    struct report second = begin(w, &study, "Nothing.");
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, cancel_report, &cancelled, .id = second.id,
                  .if_match = second.version, .reason = STR("wrong study")));
    CHECK(cancelled.report.report.state == REPORT_CANCELLED);
    CHECK_STR(STR("wrong study"), cancelled.report.report.closing_reason);
    struct update_report_result updated;
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = second.id,
                             .if_match = cancelled.report.report.version));
}

WORLD(whoever_has_the_code_learns_where_it_stands_and_nothing_else)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct report report = sign(w, &first);
    struct get_report_version_result version;
    struct verify_report_code_result out;
    struct retract_report_result retracted;
    struct buf text = BUF_IN(&w->arena);
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report_version, &version, .id = report.id, .number = 1));
    str code = version.details.details.verification_code;
    CHECK_INT(REPORT_CODE_SIZE, (int64_t)code.len);
    struct principal nobody = principal_nobody;
    struct scope scope = world_scope(w, &nobody);
    CHECK_OK(verify_report_code_send(&scope, &(struct verify_report_code){code}, &out));
    CHECK(out.is_valid && out.is_current && !out.is_retracted);
    json_write(&text, &verify_report_code_result_schema, &out, 0);
    CHECK(str_find(buf_str(&text), study.patient_id) == SIZE_MAX);
    CHECK(str_find(buf_str(&text), study.study_instance_uid) == SIZE_MAX);
    CHECK(str_find(buf_str(&text), STR("mass")) == SIZE_MAX);
    CHECK_ERR(NOT_FOUND,
              verify_report_code_send(
                  &scope, &(struct verify_report_code){STR("AAAAAAAAAAAAAAAAAAAAAA")}, &out));
    CHECK_ERR(NOT_FOUND,
              verify_report_code_send(&scope, &(struct verify_report_code){STR("A")}, &out));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, retract_report, &retracted, .id = report.id,
                  .if_match = report.version, .reason = STR("wrong patient"),
                  .password = STR(WORLD_PASSWORD)));
    CHECK_OK(verify_report_code_send(&scope, &(struct verify_report_code){code}, &out));
    CHECK(out.is_valid && !out.is_current && out.is_retracted);
    CHECK_INT(1, event_count(w, "report_retracted"));
}

/* One character in the database, behind the program's back. */
WORLD(a_signature_does_not_hold_for_another_text)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct report report = sign(w, &first);
    const struct memory_rows *rows = &w->database.committed->tables[MEMORY_REPORT_VERSIONS];
    struct report_version *row = (struct report_version *)(uintptr_t)rows->at[0];
    char *byte = (char *)(uintptr_t)row->content.ptr + str_find(row->content, STR("mass"));
    *byte = 'M';
    CHECK(!verify(w, &report, 1).is_valid);
    *byte = 'm';
    CHECK(verify(w, &report, 1).is_valid);
    row->signer_name = STR("Somebody else");
    CHECK(!verify(w, &report, 1).is_valid);
    row->signer_name = STR("radiologist");
    row->signed_at = instant_add(row->signed_at, 1);
    CHECK(!verify(w, &report, 1).is_valid);
}

WORLD(who_has_the_lock_writes_alone_until_it_ends_or_is_taken)
{
    struct study study = add_study(w);
    struct report report = begin(w, &study, "A mass.");
    struct lock_report_result lock;
    struct unlock_report_result unlocked;
    struct update_report_result updated;
    struct take_over_report_result taken;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, lock_report, &lock, .id = report.id));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, lock_report, &lock, .id = report.id));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_ADMINISTRATOR, lock_report, &lock, .id = report.id));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_ADMINISTRATOR, unlock_report, &unlocked, .id = report.id));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_ADMINISTRATOR, update_report, &updated, .id = report.id,
                             .if_match = report.version));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, update_report, &updated, .id = report.id,
                  .if_match = report.version));
    world_wait(w, REPORT_LOCK_SECONDS + 1);
    CHECK_OK(SEND(w, ROLE_ADMINISTRATOR, lock_report, &lock, .id = report.id));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, lock_report, &lock, .id = report.id));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, take_over_report, &taken, .id = report.id,
                  .reason = STR("gone home")));
    CHECK_STR(STR("radiologist"), taken.lock.holder_name);
    CHECK_INT(1, event_count(w, "report_lock_taken"));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_ADMINISTRATOR, update_report, &updated, .id = report.id,
                             .if_match = updated.report.report.version));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, unlock_report, &unlocked, .id = report.id));
    CHECK_OK(SEND(w, ROLE_ADMINISTRATOR, lock_report, &lock, .id = report.id));
}

WORLD(critical_results_are_told_again_until_somebody_acknowledges)
{
    struct study study = add_study(w);
    struct report draft = begin(w, &study, "A mass.");
    struct flag_report_result flagged;
    struct acknowledge_report_result acknowledged;
    struct escalate_reports_result escalated;
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, flag_report, &flagged, .id = draft.id,
                             .finding = STR("Mass effect")));
    struct report report = sign(w, &draft);
    uuid viewer = w->users[ROLE_VIEWER].id;
    CHECK_ERR(INVALID, SEND(w, ROLE_RADIOLOGIST, flag_report, &flagged, .id = report.id,
                            .finding = STR("x"), .recipient_id = w->users[ROLE_RESEARCHER].id));
    CHECK_ERR(INVALID, SEND(w, ROLE_RADIOLOGIST, flag_report, &flagged, .id = report.id,
                            .finding = STR("x"), .recipient_id = w->users[ROLE_REFERRER].id));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, flag_report, &flagged, .id = report.id,
                  .finding = STR("Mass effect"), .recipient_id = viewer, .acknowledge_minutes = 5));
    CHECK_ERR(CONFLICT, SEND(w, ROLE_RADIOLOGIST, flag_report, &flagged, .id = report.id,
                             .finding = STR("again")));
    CHECK_OK(escalate_reports_send(&scope, &(struct escalate_reports){0}, &escalated));
    CHECK_INT(0, escalated.critical_count);
    for (int i = 1; i <= 2; i++) {
        world_wait(w, 5 * 60);
        CHECK_OK(escalate_reports_send(&scope, &(struct escalate_reports){0}, &escalated));
        CHECK_OK(escalate_reports_send(&scope, &(struct escalate_reports){0}, &escalated));
        CHECK_INT(i, event_count(w, "report_escalated"));
    }
    CHECK_ERR(FORBIDDEN,
              SEND(w, ROLE_TECHNOLOGIST, acknowledge_report, &acknowledged, .id = report.id));
    CHECK_OK(SEND(w, ROLE_VIEWER, acknowledge_report, &acknowledged, .id = report.id));
    CHECK_STR(STR("viewer"), acknowledged.critical.acknowledged_by_name);
    CHECK_ERR(CONFLICT, SEND(w, ROLE_VIEWER, acknowledge_report, &acknowledged, .id = report.id));
    world_wait(w, 5 * 60);
    CHECK_OK(escalate_reports_send(&scope, &(struct escalate_reports){0}, &escalated));
    CHECK(event_count(w, "report_escalated") == 2 && event_count(w, "report_acknowledged") == 1);
}

WORLD(a_form_says_what_must_be_there_and_of_which_type)
{
    struct study study = add_study(w);
    struct form_section sections[] = {
        {STR("Technique"), STR("{Modality} of {PatientName}, {Nothing}"), false},
        {STR("Impression"), STR_NONE, true}};
    str grades[] = {STR("1"), STR("2")};
    struct form_field fields[] = {
        {.name = STR("size"),
         .type = REPORT_VALUE_NUMBER,
         .unit = STR("mm"),
         .minimum = STR("0"),
         .maximum = STR("50.5"),
         .is_required = true},
        {.name = STR("grade"), .type = REPORT_VALUE_CHOICE, .choices = {grades, 2}},
        {.name = STR("since"), .type = REPORT_VALUE_DATE}};
    struct create_report_template_result template;
    struct create_report_result made;
    struct submit_report_result submitted;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, create_report_template, &template, .name = STR("CT"),
                  .language = STR("en"), .form = {{sections, 2}, {fields, 3}, {0}}));
    uuid id = template.details.details.id;
    static const struct {
        const char *name, *value;
        bool is_good;
    } values[] = {{"size", "12.5", true},         {"size", "1e1", true},
                  {"size", "-1", false},          {"size", "51", false},
                  {"size", "12 mm", false},       {"grade", "2", true},
                  {"grade", "3", false},          {"since", "2026-02-28", true},
                  {"since", "2026-02-30", false}, {"weight", "1", false}};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct report_value value = {.name = str_of(values[i].name),
                                     .value = str_of(values[i].value)};
        err e = SEND(w, ROLE_RADIOLOGIST, create_report, &made, .id = study.id, .template_id = id,
                     .text = {.values = {&value, 1}});
        if (failed(e) == values[i].is_good)
            fail_msg("%s = %s: %s", values[i].name, values[i].value, err_code_name(e.code));
    }
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, create_report, &made, .id = study.id, .template_id = id));
    CHECK_STR(STR("CT"), made.report.report.title);
    CHECK(str_find(made.report.content.sections.at[0].text, STR("{Nothing}")) != SIZE_MAX);
    CHECK(str_find(made.report.content.sections.at[0].text, STR("{Modality}")) == SIZE_MAX);
    CHECK_ERR(INVALID, SEND(w, ROLE_RADIOLOGIST, submit_report, &submitted,
                            .id = made.report.report.id, .if_match = 1));
    fields[1].choices.len = 0;
    CHECK_ERR(INVALID,
              SEND(w, ROLE_RADIOLOGIST, create_report_template, &template, .name = STR("Other"),
                   .language = STR("en"), .form = {{sections, 2}, {fields, 3}, {0}}));
}

static void nothing(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

static bool work(struct world *w)
{
    static const struct task_worker_identity me = {{"host:1", 6}, 60, false};
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task_run_observer observer = {nothing, nothing};
    struct task_run run = {0};
    bool goes_on;
    CHECK_OK(task_run_next(&scope, &me, &observer, &run, &goes_on));
    return goes_on;
}

static void check_tasks(const struct world *w, size_t count)
{
    const struct memory_rows *rows = &w->database.committed->tables[MEMORY_TASKS];
    CHECK_INT(count, rows->len);
    for (size_t i = 0; i < rows->len; i++) {
        const struct task *task = rows->at[i];
        if (task->state != TASK_SUCCEEDED)
            fail_msg("%s: %.*s", task_state_names[task->state], STR_ARG(task->last_error));
    }
}

/* The event may come twice, and a task be done twice. */
WORLD(a_signed_version_is_stored_into_its_study_once)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct report report = sign(w, &first);
    struct get_report_version_result version;
    struct store_report_documents_result queued;
    struct principal system = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &system);
    w->services.task_kinds = task_kinds;
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report_version, &version, .id = report.id, .number = 1));
    const struct store_report_documents cmd = {
        .report_id = report.id, .version_id = version.details.details.id, .number = 1};
    size_t before = row_count(w, MEMORY_INSTANCES);
    for (int i = 0; i < 2; i++)
        CHECK_OK(store_report_documents_send(&scope, &cmd, &queued));
    CHECK(work(w));
    while (work(w))
        continue;
    check_tasks(w, 1);
    size_t after = row_count(w, MEMORY_INSTANCES);
    CHECK(after == before + 2 && row_count(w, MEMORY_STUDIES) == 1);
    /* as if it had not been settled */
    struct db_session *s = world_begin(w);
    struct task task = *(const struct task *)w->database.committed->tables[MEMORY_TASKS].at[0];
    task.state = TASK_QUEUED;
    task.finished_at = (instant){0};
    task.next_attempt_at = clock_now(&w->clock.base);
    CHECK_OK(task_writer_save(s->uow.tasks, &task));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    CHECK(work(w));
    check_tasks(w, 1);
    CHECK_INT(after, row_count(w, MEMORY_INSTANCES));
}

/* A fake file has the texts of its document. */
static err print(struct world *w, enum role role, const struct report *report, int64_t number,
                 str *out)
{
    struct get_report_pdf_result found;
    TRY(SEND(w, role, get_report_pdf, &found, .id = report->id, .number = number));
    return report_pdf_render(&w->services, &w->arena, &found.document, REPORT_PDF_AS_IT_STANDS,
                             out);
}

static bool has(str text, const char *words)
{
    return str_find(text, str_of(words)) != SIZE_MAX;
}

WORLD(a_printed_report_says_where_it_stands)
{
    struct study study = add_study(w);
    struct report first = begin(w, &study, "A mass.");
    struct add_report_addendum_result added;
    struct retract_report_result retracted;
    str text, again;
    CHECK_ERR(NOT_FOUND, print(w, ROLE_VIEWER, &first, 0, &text));
    CHECK_ERR(FORBIDDEN, print(w, ROLE_RESEARCHER, &first, 0, &text));
    CHECK_OK(print(w, ROLE_RADIOLOGIST, &first, 0, &text));
    CHECK(has(text, "across: Draft") && has(text, "A mass.") && !has(text, "/verify/"));
    struct report report = sign(w, &first);
    CHECK_OK(print(w, ROLE_VIEWER, &report, 0, &text));
    CHECK_OK(print(w, ROLE_RADIOLOGIST, &report, 1, &again));
    CHECK_STR(text, again);
    CHECK(!has(text, "across:") && has(text, "Final\n") && has(text, "St. Mary's"));
    CHECK(has(text, "https://gantry.example/verify/"));
    CHECK_ERR(NOT_FOUND, print(w, ROLE_VIEWER, &report, 2, &text));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, add_report_addendum, &added, .id = report.id,
                  .if_match = report.version, .text = STR("Seen before.")));
    CHECK_ERR(NOT_FOUND, print(w, ROLE_VIEWER, &report, 2, &text));
    CHECK_OK(print(w, ROLE_RADIOLOGIST, &report, 0, &text));
    CHECK(has(text, "across: Draft") && has(text, "Seen before."));
    report = sign(w, &added.report.report);
    CHECK_OK(print(w, ROLE_VIEWER, &report, 0, &text));
    CHECK(has(text, "Final, with addendum") && has(text, "Addendum, radiologist, 2025-06-15"));
    CHECK_OK(print(w, ROLE_VIEWER, &report, 1, &text));
    CHECK(has(text, "across: Superseded"));
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, retract_report, &retracted, .id = report.id,
                  .if_match = report.version, .reason = STR("wrong patient"),
                  .password = STR(WORLD_PASSWORD)));
    CHECK_OK(print(w, ROLE_VIEWER, &report, 0, &text));
    CHECK(has(text, "across: Retracted"));
}

/* At the limits of what a report may say, in German, and with what is too long for a label. */
WORLD(whatever_a_report_says_fits_its_pages)
{
    enum { LONG = 1999 };
    static char long_text[LONG];
    struct study study = add_study(w);
    struct create_report_result made;
    struct report_section sections[REPORT_SECTION_COUNT_MAX];
    struct report_value values[REPORT_VALUE_COUNT_MAX];
    str text;
    memset(long_text, 'x', LONG);
    for (size_t i = 0; i < LONG - 1; i += 2)
        memcpy(long_text + i, "ä", 2);
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        sections[i] = findings(i % 2 == 0 ? "Text." : " ");
    for (size_t i = 0; i < COUNT_OF(values); i++)
        values[i] = (struct report_value){
            .name = str_format(&w->arena, "n%zu", i),
            .type = i == 0 ? REPORT_VALUE_DATE : REPORT_VALUE_TEXT,
            .value = i == 0 ? STR("2026-02-28") : str_make(long_text, i == 1 ? LONG - 1 : 300)};
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, create_report, &made, .id = study.id,
                  .text = {.title = STR("CT"),
                           .language = STR("de-AT"),
                           .sections = {sections, COUNT_OF(sections)},
                           .values = {values, COUNT_OF(values)}}));
    CHECK_OK(print(w, ROLE_RADIOLOGIST, &made.report.report, 0, &text));
    CHECK(has(text, "Entwurf") && has(text, "28.02.2026") && has(text, "n1: ä") &&
          str_is_utf8(text));
    struct get_report_pdf_result found;
    CHECK_OK(SEND(w, ROLE_RADIOLOGIST, get_report_pdf, &found, .id = made.report.report.id));
    found.document.study.patient_name = found.document.study.study_description =
        str_make(long_text, LONG - 1);
    found.document.study.timezone_offset_from_utc = STR("-0330");
    CHECK_OK(report_pdf_render(&w->services, &w->arena, &found.document, REPORT_PDF_AS_IT_STANDS,
                               &text));
    CHECK(has(text, "…") && str_is_utf8(text));
}

static void queue_documents(struct world *w, const struct report *report)
{
    struct get_report_version_result version;
    struct store_report_documents_result queued;
    struct principal system = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &system);
    w->services.task_kinds = task_kinds;
    CHECK_OK(SEND(w, ROLE_VIEWER, get_report_version, &version, .id = report->id, .number = 1));
    const struct store_report_documents cmd = {
        .report_id = report->id, .version_id = version.details.details.id, .number = 1};
    CHECK_OK(store_report_documents_send(&scope, &cmd, &queued));
}

/* Whatever fails while the documents are stored, the task is done once more, and each is there
 * once. */
static bool torture_store(uint64_t fail_at)
{
    static const struct task_worker_identity me = {{"host:1", 6}, 60, false};
    static struct world w;
    struct task_run_observer observer = {nothing, nothing};
    bool goes_on = true, untouched;
    world_open(&w);
    struct study study = add_study(&w);
    struct report first = begin(&w, &study, "A mass.");
    struct report report = sign(&w, &first);
    size_t before = row_count(&w, MEMORY_INSTANCES);
    queue_documents(&w, &report);
    struct principal system = principal_system(0);
    struct scope scope = world_scope(&w, &system);
    struct task_run run = {0};
    w.fault.call_count = 0;
    w.fault = (struct fault){.fail_at = fail_at, .code = ERR_UNAVAILABLE};
    err e = task_run_next(&scope, &me, &observer, &run, &goes_on);
    CHECK(!failed(e) || e.code == ERR_UNAVAILABLE);
    untouched = w.fault.failed == NULL;
    w.fault.fail_at = 0;
    world_wait(&w, 4000);
    while (work(&w))
        world_wait(&w, 4000);
    check_tasks(&w, 1);
    CHECK_INT(before + 2, row_count(&w, MEMORY_INSTANCES));
    world_close(&w);
    return untouched;
}

TEST(a_signed_version_is_stored_whatever_fails)
{
    uint64_t at = 1;
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    while (!torture_store(at) && at < 300)
        at++;
    CHECK(at > 20 && at < 300);
}

static bool torture_print(uint64_t fail_at)
{
    static struct world w;
    str text;
    world_open(&w);
    struct study study = add_study(&w);
    struct report first = begin(&w, &study, "A mass.");
    w.fault = (struct fault){.fail_at = fail_at, .code = ERR_UNAVAILABLE};
    err e = print(&w, ROLE_RADIOLOGIST, &first, 0, &text);
    bool untouched = w.fault.failed == NULL;
    CHECK(untouched ? !failed(e) : e.code == ERR_UNAVAILABLE);
    world_close(&w);
    return untouched;
}

TEST(printing_fails_with_whatever_fails)
{
    uint64_t at = 1;
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    while (!torture_print(at) && at < 100)
        at++;
    CHECK(at > 5 && at < 100);
}

static bool torture_sign(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct sign_report_result done;
    world_open(&w);
    struct study study = add_study(&w);
    struct report report = begin(&w, &study, "A mass.");
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = SEND(&w, ROLE_RADIOLOGIST, sign_report, &done, .id = report.id, .if_match = 1,
                 .password = STR(WORLD_PASSWORD));
    bool untouched = w.fault.failed == NULL;
    w.fault.fail_at = 0;
    if (failed(e)) {
        CHECK(e.code == code);
        CHECK_INT(0, event_count(&w, "report_signed"));
        report = sign(&w, &report);
    }
    CHECK_INT(1, event_count(&w, "report_signed"));
    CHECK(verify(&w, &report, 1).is_valid);
    world_close(&w);
    return untouched;
}

TEST(signing_is_all_or_nothing_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture_sign(codes[i], at) && at < 200)
            at++;
        CHECK(at > 8 && at < 200);
    }
}
