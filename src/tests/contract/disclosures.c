/* Projects, numbers of patients, destinations, reports of tasks: kept, listed, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct deidentification_project project_of(struct contract_db *c, int64_t organization_key,
                                                  const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct deidentification_project){.id = uuid_make(&c->clock.base),
                                             .organization_key = organization_key,
                                             .created_at = now,
                                             .updated_at = now,
                                             .name = str_of(name),
                                             .description = STR("ü"),
                                             .options = 96,
                                             .pseudonym_prefix = STR("P-"),
                                             .risks = RISKS_REPORTED,
                                             .secret = STR("s1.sealed"),
                                             .created_by = uuid_make(&c->clock.base)};
}

static void check_same(struct contract_db *c, const struct schema *schema, const void *one,
                       const void *other)
{
    struct buf a = BUF_IN(&c->arena), b = BUF_IN(&c->arena);
    json_write(&a, schema, one, JSON_INTERNAL);
    json_write(&b, schema, other, JSON_INTERNAL);
    CHECK_STR(buf_str(&a), buf_str(&b));
}

CONTRACT(a_project_is_its_organizations_and_its_name_is_there_once)
{
    struct deidentification_project one = project_of(c, c->organization_key, "one"),
                                    theirs = project_of(c, c->other_key, "one"),
                                    again = project_of(c, c->organization_key, "one"), got;
    struct deidentification_project_slice all;
    struct db_session *s = contract_begin(c);
    CHECK_OK(disclosure_writer_save_project(s->uow.disclosures, &one));
    CHECK_OK(disclosure_writer_save_project(s->uow.disclosures, &theirs));
    CHECK(one.key != 0 && one.version == 1);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_reader_get_project(s->readers.disclosures, &c->arena, c->organization_key,
                                           one.id, &got));
    check_same(c, &deidentification_project_schema, &one, &got);
    CHECK_ERR(NOT_FOUND, disclosure_reader_get_project(s->readers.disclosures, &c->arena,
                                                       c->organization_key, theirs.id, &got));
    CHECK_OK(disclosure_reader_all_projects(s->readers.disclosures, &c->arena, c->organization_key,
                                            &all));
    CHECK(all.len == 1 && uuid_eq(all.at[0].id, one.id));
    CHECK_OK(disclosure_writer_locate_project(s->uow.disclosures, &c->arena, one.key, &got));
    got.patient_count = 7;
    CHECK_OK(disclosure_writer_save_project(s->uow.disclosures, &got));
    CHECK_INT(2, got.version);
    CHECK_ERR(PRECONDITION_FAILED, disclosure_writer_save_project(s->uow.disclosures, &one));
    CHECK_ERR(NOT_FOUND,
              disclosure_writer_locate_project(s->uow.disclosures, &c->arena, 999999, &got));
    contract_commit(s);
    s = contract_begin(c);
    err e = disclosure_writer_save_project(s->uow.disclosures, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
}

static struct deidentified_patient patient_of(struct contract_db *c,
                                              const struct deidentification_project *project,
                                              const char *code, int64_t number)
{
    instant now = clock_now(&c->clock.base);
    return (struct deidentified_patient){.id = uuid_make(&c->clock.base),
                                         .organization_key = project->organization_key,
                                         .created_at = now,
                                         .updated_at = now,
                                         .project_key = project->key,
                                         .code = str_of(code),
                                         .number = number};
}

CONTRACT(a_patient_has_one_number_in_a_project_and_it_goes_with_it)
{
    struct deidentification_project one = project_of(c, c->organization_key, "one"),
                                    two = project_of(c, c->organization_key, "two");
    struct db_session *s = contract_begin(c);
    CHECK_OK(disclosure_writer_save_project(s->uow.disclosures, &one));
    CHECK_OK(disclosure_writer_save_project(s->uow.disclosures, &two));
    struct deidentified_patient first = patient_of(c, &one, "AAAA", 1),
                                other = patient_of(c, &two, "AAAA", 5), got;
    CHECK_OK(disclosure_writer_add_patient(s->uow.disclosures, &first));
    CHECK_OK(disclosure_writer_add_patient(s->uow.disclosures, &other));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_reader_get_patient(s->readers.disclosures, &c->arena, one.key, STR("AAAA"),
                                           &got));
    check_same(c, &deidentified_patient_schema, &first, &got);
    CHECK_ERR(NOT_FOUND, disclosure_reader_get_patient(s->readers.disclosures, &c->arena, one.key,
                                                       STR("BBBB"), &got));
    struct deidentified_patient again = patient_of(c, &one, "AAAA", 2);
    err e = disclosure_writer_add_patient(s->uow.disclosures, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_writer_remove_project(s->uow.disclosures, one.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, disclosure_reader_get_patient(s->readers.disclosures, &c->arena, one.key,
                                                       STR("AAAA"), &got));
    CHECK_OK(disclosure_reader_get_patient(s->readers.disclosures, &c->arena, two.key, STR("AAAA"),
                                           &got));
    CHECK_INT(5, got.number);
    db_session_end(s);
}

static struct destination destination_of(struct contract_db *c, int64_t organization_key)
{
    instant now = clock_now(&c->clock.base);
    return (struct destination){.id = uuid_make(&c->clock.base),
                                .organization_key = organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .name = STR("pacs"),
                                .url = STR("https://pacs.example/dicom-web"),
                                .credential = CREDENTIAL_BASIC,
                                .user_name = STR("ü"),
                                .secret = STR("s1.sealed"),
                                .created_by = uuid_make(&c->clock.base)};
}

CONTRACT(a_destination_is_its_organizations)
{
    struct destination one = destination_of(c, c->organization_key),
                       theirs = destination_of(c, c->other_key),
                       again = destination_of(c, c->organization_key), got;
    struct destination_slice all;
    struct db_session *s = contract_begin(c);
    CHECK_OK(disclosure_writer_save_destination(s->uow.disclosures, &one));
    CHECK_OK(disclosure_writer_save_destination(s->uow.disclosures, &theirs));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_reader_get_destination(s->readers.disclosures, &c->arena,
                                               c->organization_key, one.id, &got));
    check_same(c, &destination_schema, &one, &got);
    CHECK_ERR(NOT_FOUND, disclosure_reader_get_destination(s->readers.disclosures, &c->arena,
                                                           c->organization_key, theirs.id, &got));
    CHECK_OK(disclosure_reader_all_destinations(s->readers.disclosures, &c->arena,
                                                c->organization_key, &all));
    CHECK_INT(1, all.len);
    got = one;
    CHECK_OK(disclosure_writer_save_destination(s->uow.disclosures, &got));
    CHECK_ERR(PRECONDITION_FAILED, disclosure_writer_save_destination(s->uow.disclosures, &one));
    db_session_end(s);
    s = contract_begin(c);
    err e = disclosure_writer_save_destination(s->uow.disclosures, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_writer_remove_destination(s->uow.disclosures, one.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, disclosure_reader_get_destination(s->readers.disclosures, &c->arena,
                                                           c->organization_key, one.id, &got));
    db_session_end(s);
}

CONTRACT(a_report_goes_with_its_task)
{
    instant now = clock_now(&c->clock.base);
    struct task task = {.id = uuid_make(&c->clock.base),
                        .organization_key = c->organization_key,
                        .created_at = now,
                        .updated_at = now,
                        .kind = STR("anonymize"),
                        .state = TASK_SUCCEEDED,
                        .parameters = STR("{}"),
                        .attempt_count_max = 1,
                        .next_attempt_at = now,
                        .finished_at = now};
    struct task_report report = {.id = uuid_make(&c->clock.base),
                                 .organization_key = c->organization_key,
                                 .created_at = now,
                                 .updated_at = now,
                                 .body = STR("{\"done_count\":1}")},
                       got;
    int64_t count;
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_writer_add(s->uow.tasks, &task));
    report.task_key = task.key;
    CHECK_OK(disclosure_writer_save_report(s->uow.disclosures, &report));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(disclosure_reader_get_report(s->readers.disclosures, &c->arena, task.key, &got));
    check_same(c, &task_report_schema, &report, &got);
    got.body = STR("{}");
    CHECK_OK(disclosure_writer_save_report(s->uow.disclosures, &got));
    CHECK_INT(2, got.version);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(task_writer_purge(s->uow.tasks, instant_add(now, SECONDS(1)), 10, &count));
    CHECK_INT(1, count);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              disclosure_reader_get_report(s->readers.disclosures, &c->arena, task.key, &got));
    db_session_end(s);
}
