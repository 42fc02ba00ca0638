/* Reports, versions that stay, locks and findings. */
#include "tests/contract/samples.h"

enum { STUDY_A = 1, STUDY_B = 2 };

static struct study study_of(struct contract_db *c, int64_t organization_key, int number)
{
    struct study study;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_get_study(
        s->readers.images, &c->arena, ACCESS_TO_ALL(organization_key),
        sample_id((struct sample_place){organization_key, number, 0, 0}), &study));
    db_session_end(s);
    return study;
}

static struct report report_on(struct contract_db *c, const struct study *study, const char *text)
{
    instant now = clock_now(&c->clock.base);
    return (struct report){
        .id = uuid_make(&c->clock.base),
        .organization_key = study->organization_key,
        .created_at = now,
        .updated_at = now,
        .study_key = study->key,
        .study_id = study->id,
        .study_instance_uid = study->study_instance_uid,
        .title = STR("CT Schädel"),
        .language = STR("de"),
        .state = REPORT_PRELIMINARY,
        .author_id = uuid_make(&c->clock.base),
        .author_name = STR("Zoë"),
        .working_number = 1,
        .search_key = report_search_text(&c->arena, str_of(text),
                                         &(const struct report_content){.sections = {NULL, 0}})};
}

static struct report_version version_of(struct contract_db *c, const struct report *report,
                                        int64_t number)
{
    return (struct report_version){.id = uuid_make(&c->clock.base),
                                   .organization_key = report->organization_key,
                                   .created_at = report->created_at,
                                   .updated_at = report->created_at,
                                   .report_key = report->key,
                                   .report_id = report->id,
                                   .number = number,
                                   .title = report->title,
                                   .content = STR("{\"sections\":[]}")};
}

static void sign(struct contract_db *c, struct report_version *version)
{
    version->signed_at = clock_now(&c->clock.base);
    version->signer_name = STR("Dr. Ä");
    version->hash = STR("0123");
    version->verification_code = uuid_text(&c->arena, version->id);
}

static struct report add_report(struct contract_db *c, const struct study *study, const char *text)
{
    struct report report = report_on(c, study, text);
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_add(s->uow.reports, &report));
    contract_commit(s);
    return report;
}

static struct report_filter all_of(int64_t organization_key)
{
    return (struct report_filter){
        .access = {.organization_key = organization_key}, .shows_drafts = true, .limit = 50};
}

static int64_t count_found(struct contract_db *c, const struct report_filter *f)
{
    struct report_slice found;
    int64_t total;
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_reader_find(s->readers.reports, &c->arena, f, &found, &total));
    db_session_end(s);
    CHECK(total == (int64_t)found.len || found.len == f->limit);
    return total;
}

CONTRACT(a_report_reads_back_as_it_was_written)
{
    struct report found, late;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report report = add_report(c, &study, "Befund");
    struct access all = *ACCESS_TO_ALL(c->organization_key);
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_reader_get(s->readers.reports, &c->arena, &all, true, report.id, &found));
    CHECK(found.key == report.key && found.study_key == study.key && found.version == 1);
    CHECK_STR(STR("CT Schädel"), found.title);
    CHECK(found.state == REPORT_PRELIMINARY && found.form.ptr == NULL);
    late = found;
    found.state = REPORT_FINAL;
    found.closing_reason = STR("weil");
    CHECK_OK(report_writer_save(s->uow.reports, &found));
    CHECK_ERR(PRECONDITION_FAILED, report_writer_save(s->uow.reports, &late));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(report_reader_get_by_key(s->readers.reports, &c->arena, report.key, &found));
    CHECK(found.state == REPORT_FINAL && found.version == 2);
    CHECK_STR(STR("weil"), found.closing_reason);
    CHECK_ERR(NOT_FOUND, report_reader_get_by_key(s->readers.reports, &c->arena, 4711, &found));
    CHECK_ERR(NOT_FOUND, report_reader_get(s->readers.reports, &c->arena,
                                           ACCESS_TO_ALL(c->other_key), true, report.id, &found));
    db_session_end(s);
}

CONTRACT(a_signed_version_stays_as_it_is)
{
    struct report_version_slice all;
    struct report_version found;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report report = add_report(c, &study, "Befund");
    struct report_version first = version_of(c, &report, 1), second = version_of(c, &report, 2),
                          again = version_of(c, &report, 1);
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_add_version(s->uow.reports, &first));
    first.content = STR("{\"sections\":[{\"heading\":\"A\",\"text\":\"änderbar\"}]}");
    CHECK_OK(report_writer_save_version(s->uow.reports, &first));
    sign(c, &first);
    CHECK_OK(report_writer_save_version(s->uow.reports, &first));
    CHECK_OK(report_writer_add_version(s->uow.reports, &second));
    contract_commit(s);
    s = contract_begin(c);
    first.content = STR("{}");
    CHECK_ERR(CONFLICT, report_writer_save_version(s->uow.reports, &first));
    CHECK_ERR(CONFLICT, report_writer_remove_version(s->uow.reports, first.key));
    CHECK_ERR(CONFLICT, report_writer_add_version(s->uow.reports, &again));
    CHECK_OK(report_writer_remove_version(s->uow.reports, second.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(report_reader_find_versions(s->readers.reports, &c->arena, report.key, &all));
    CHECK(all.len == 1 && all.at[0].number == 1);
    CHECK_STR(STR("{\"sections\":[{\"heading\":\"A\",\"text\":\"änderbar\"}]}"), all.at[0].content);
    CHECK_OK(report_reader_get_version_by_code(s->readers.reports, &c->arena,
                                               first.verification_code, &found));
    CHECK(found.key == first.key);
    CHECK_ERR(NOT_FOUND, report_reader_get_version_by_code(s->readers.reports, &c->arena,
                                                           STR("no such"), &found));
    CHECK_OK(report_reader_get_version(s->readers.reports, &c->arena, report.key, 1, &found));
    CHECK_ERR(NOT_FOUND,
              report_reader_get_version(s->readers.reports, &c->arena, report.key, 2, &found));
    db_session_end(s);
}

/* Whoever has the database open is refused too. */
CONTRACT(the_database_itself_keeps_what_is_signed)
{
    const struct db_engine *engine = c->engine;
    if (engine->script == NULL)
        return;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report report = add_report(c, &study, "Befund");
    struct report_version version = version_of(c, &report, 1);
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_add_version(s->uow.reports, &version));
    contract_commit(s);
    CHECK_OK(engine->script(c, "UPDATE report_versions SET content = '{}'"));
    s = contract_begin(c);
    CHECK_OK(report_reader_get_version(s->readers.reports, &c->arena, report.key, 1, &version));
    sign(c, &version);
    CHECK_OK(report_writer_save_version(s->uow.reports, &version));
    contract_commit(s);
    CHECK(failed(engine->script(c, "UPDATE report_versions SET content = 'x'")));
    CHECK(failed(engine->script(c, "UPDATE report_versions SET signed_at = NULL")));
    CHECK(failed(engine->script(c, "DELETE FROM report_versions")));
    s = contract_begin(c);
    CHECK_OK(report_reader_get_version(s->readers.reports, &c->arena, report.key, 1, &version));
    CHECK_STR(STR("{}"), version.content);
    CHECK(report_version_is_signed(&version));
    db_session_end(s);
}

CONTRACT(reports_are_seen_with_their_studies)
{
    struct report found;
    samples_store(c);
    struct study a = study_of(c, c->organization_key, STUDY_A),
                 b = study_of(c, c->organization_key, STUDY_B),
                 foreign = study_of(c, c->other_key, STUDY_A);
    struct report of_a = add_report(c, &a, "one"), of_b = add_report(c, &b, "two");
    add_report(c, &foreign, "three");
    instant now = clock_now(&c->clock.base);
    struct grant grant = {.id = uuid_make(&c->clock.base),
                          .organization_key = c->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .grantee_key = 7,
                          .granted_kind = GRANTED_STUDY,
                          .granted_key = a.key,
                          .rights = INT64_C(1) << READ_STUDIES};
    struct db_session *s = contract_begin(c);
    CHECK_OK(grant_writer_add(s->uow.grants, &grant));
    contract_commit(s);
    struct report_filter f = all_of(c->organization_key);
    CHECK_INT(2, count_found(c, &f));
    f.access = (struct access){.organization_key = c->organization_key,
                               .is_limited = true,
                               .grantee_key = 7,
                               .right = READ_STUDIES,
                               .now = now};
    CHECK_INT(1, count_found(c, &f));
    f.search = STR("one");
    CHECK_INT(1, count_found(c, &f));
    f.search = STR("two");
    CHECK_INT(0, count_found(c, &f));
    s = contract_begin(c);
    CHECK_OK(report_reader_get(s->readers.reports, &c->arena, &f.access, true, of_a.id, &found));
    CHECK_ERR(NOT_FOUND,
              report_reader_get(s->readers.reports, &c->arena, &f.access, true, of_b.id, &found));
    db_session_end(s);
    sample_trash(c, STUDY_A);
    f.search = STR_NONE;
    CHECK_INT(0, count_found(c, &f));
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              report_reader_get(s->readers.reports, &c->arena, &f.access, true, of_a.id, &found));
    db_session_end(s);
}

CONTRACT(drafts_are_for_those_who_write)
{
    struct report found;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report draft = report_on(c, &study, "draft");
    draft.state = REPORT_DRAFT;
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_add(s->uow.reports, &draft));
    contract_commit(s);
    struct report_filter f = all_of(c->organization_key);
    CHECK_INT(1, count_found(c, &f));
    f.shows_drafts = false;
    CHECK_INT(0, count_found(c, &f));
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              report_reader_get(s->readers.reports, &c->arena, &f.access, false, draft.id, &found));
    db_session_end(s);
}

/* What is searched and what finds it, in one language after the other. */
static const struct {
    const char *text, *search;
} languages[] = {{"Raumforderung im linken Großhirn", "grosshirn raumforderung"},
                 {"No acute intracranial hemorrhage.", "INTRACRANIAL acute"},
                 {"Épanchement pleural gauche de faible abondance", "epanchement faible"},
                 {"Новообразование правого лёгкого", "НОВООБРАЗОВАНИЕ"},
                 {"Πλευριτική συλλογή δεξιά", "πλευριτικη"},
                 {"右肺上葉に結節を認める", "結節"},
                 {"左肺下叶见结节影", "结节"},
                 {"우측 폐 상엽에 결절이 있음", "결절"},
                 {"พบก้อนที่ปอดขวา", "ปอด"},
                 {"عقدة في الرئة اليمنى", "الرئة"},
                 {"קשרית בריאה הימנית", "בריאה"},
                 {"दाहिने फेफड़े में गांठ", "फेफड़े"},
                 {"100% \"_stenosis_\"", "100% \"_stenosis_\""},
                 {"Nốt phổi phải", "phoi"}};

CONTRACT(reports_are_found_by_what_they_say_in_every_language)
{
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report_filter f = all_of(c->organization_key);
    struct report reports[COUNT_OF(languages)];
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        reports[i] = add_report(c, &study, languages[i].text);
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        struct report_slice found;
        int64_t total;
        f.search = str_of(languages[i].search);
        struct db_session *s = contract_begin(c);
        CHECK_OK(report_reader_find(s->readers.reports, &c->arena, &f, &found, &total));
        db_session_end(s);
        if (total != 1 || found.at[0].key != reports[i].key)
            fail_msg("%s finds %lld in %s", languages[i].search, (long long)total, c->engine->name);
    }
    f.search = STR("nirgends");
    CHECK_INT(0, count_found(c, &f));
    /* another text takes the place of the one before */
    reports[0].search_key = STR("etwas anderes");
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_save(s->uow.reports, &reports[0]));
    contract_commit(s);
    f.search = STR("raumforderung");
    CHECK_INT(0, count_found(c, &f));
    f.search = STR("anderes etwas");
    CHECK_INT(1, count_found(c, &f));
}

CONTRACT(reports_are_sorted_and_chosen)
{
    struct report_slice found;
    int64_t total;
    samples_store(c);
    struct study a = study_of(c, c->organization_key, STUDY_A),
                 b = study_of(c, c->organization_key, STUDY_B);
    struct report one = add_report(c, &a, "one"), two = add_report(c, &b, "two");
    struct db_session *s = contract_begin(c);
    one.title = STR("A");
    one.state = REPORT_FINAL;
    one.signed_at = clock_now(&c->clock.base);
    CHECK_OK(report_writer_save(s->uow.reports, &one));
    contract_commit(s);
    static const struct {
        const char *name;
        bool descending, one_first;
    } orders[] = {{"title", false, true},      {"title", true, false}, {"signed_at", true, true},
                  {"signed_at", false, false}, {"state", true, true},  {"created_at", false, true}};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct sort_key by[] = {{str_of(orders[i].name), orders[i].descending},
                                {STR("title"), false}};
        struct report_filter f = all_of(c->organization_key);
        f.sort = (struct sort_key_slice){by, 2};
        s = contract_begin(c);
        CHECK_OK(report_reader_find(s->readers.reports, &c->arena, &f, &found, &total));
        CHECK(total == 2 && found.at[0].key == (orders[i].one_first ? one.key : two.key));
        f.offset = 1;
        f.limit = 1;
        CHECK_OK(report_reader_find(s->readers.reports, &c->arena, &f, &found, &total));
        CHECK(total == 2 && found.len == 1);
        CHECK(found.at[0].key == (orders[i].one_first ? two.key : one.key));
        db_session_end(s);
    }
    struct report_filter f = all_of(c->organization_key);
    f.state = (opt_i64){true, REPORT_FINAL};
    CHECK_INT(1, count_found(c, &f));
    f = all_of(c->organization_key);
    f.study_id = b.id;
    CHECK_INT(1, count_found(c, &f));
    f = all_of(c->organization_key);
    f.author_id = one.author_id;
    CHECK_INT(1, count_found(c, &f));
}

CONTRACT(a_lock_is_one_for_a_report)
{
    struct report_lock found;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report report = add_report(c, &study, "one");
    instant now = clock_now(&c->clock.base);
    struct report_lock lock = {.id = uuid_make(&c->clock.base),
                               .organization_key = c->organization_key,
                               .created_at = now,
                               .updated_at = now,
                               .report_key = report.key,
                               .report_id = report.id,
                               .holder_id = uuid_make(&c->clock.base),
                               .holder_name = STR("Ada"),
                               .expires_at = instant_add(now, SECONDS(60))};
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_locate_lock(s->uow.reports, &c->arena, report.key, &found));
    CHECK_INT(0, found.key);
    CHECK_OK(report_writer_put_lock(s->uow.reports, &lock));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(report_writer_locate_lock(s->uow.reports, &c->arena, report.key, &found));
    CHECK_STR(STR("Ada"), found.holder_name);
    found.holder_name = STR("Bob");
    CHECK_OK(report_writer_put_lock(s->uow.reports, &found));
    struct report_lock second = lock;
    second.key = 0;
    second.id = uuid_make(&c->clock.base);
    CHECK_ERR(CONFLICT, report_writer_put_lock(s->uow.reports, &second));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(report_reader_get_lock(s->readers.reports, &c->arena, report.key, &found));
    CHECK_STR(STR("Bob"), found.holder_name);
    CHECK_OK(report_writer_remove_lock(s->uow.reports, report.key));
    CHECK_OK(report_writer_remove_lock(s->uow.reports, report.key));
    CHECK_ERR(NOT_FOUND, report_reader_get_lock(s->readers.reports, &c->arena, report.key, &found));
    contract_commit(s);
}

CONTRACT(critical_results_are_due_until_somebody_acknowledges)
{
    struct critical_result_slice due;
    struct critical_result found;
    samples_store(c);
    struct study study = study_of(c, c->organization_key, STUDY_A);
    struct report report = add_report(c, &study, "one"), other = add_report(c, &study, "two");
    instant now = clock_now(&c->clock.base);
    struct critical_result critical = {.id = uuid_make(&c->clock.base),
                                       .organization_key = c->organization_key,
                                       .created_at = now,
                                       .updated_at = now,
                                       .report_key = report.key,
                                       .report_id = report.id,
                                       .finding = STR("Pneumothorax"),
                                       .acknowledge_minutes = 1,
                                       .due_at = instant_add(now, SECONDS(60))};
    struct critical_result later = critical;
    later.id = uuid_make(&c->clock.base);
    later.report_key = other.key;
    later.report_id = other.id;
    later.due_at = instant_add(now, SECONDS(30));
    struct db_session *s = contract_begin(c);
    CHECK_OK(report_writer_add_critical(s->uow.reports, &critical));
    CHECK_OK(report_writer_add_critical(s->uow.reports, &later));
    contract_commit(s);
    struct report_filter f = all_of(c->organization_key);
    f.only_critical = true;
    CHECK_INT(2, count_found(c, &f));
    s = contract_begin(c);
    CHECK_OK(report_reader_find_due(s->readers.reports, &c->arena, now, 10, &due));
    CHECK_INT(0, (int64_t)due.len);
    instant end = instant_add(now, SECONDS(60));
    CHECK_OK(report_reader_find_due(s->readers.reports, &c->arena, end, 10, &due));
    CHECK(due.len == 2 && due.at[0].key == later.key);
    CHECK_OK(report_reader_find_due(s->readers.reports, &c->arena, end, 1, &due));
    CHECK(due.len == 1 && due.at[0].key == later.key);
    CHECK_OK(report_reader_get_critical(s->readers.reports, &c->arena, report.key, &found));
    struct critical_result late = found;
    found.acknowledged_at = now;
    found.due_at = (instant){0};
    CHECK_OK(report_writer_save_critical(s->uow.reports, &found));
    CHECK_ERR(PRECONDITION_FAILED, report_writer_save_critical(s->uow.reports, &late));
    contract_commit(s);
    CHECK_INT(1, count_found(c, &f));
    s = contract_begin(c);
    CHECK_OK(report_reader_find_due(s->readers.reports, &c->arena, end, 10, &due));
    CHECK(due.len == 1 && due.at[0].key == later.key);
    CHECK_ERR(NOT_FOUND, report_reader_get_critical(s->readers.reports, &c->arena, 4711, &found));
    db_session_end(s);
}

CONTRACT(templates_have_names_of_their_own)
{
    struct report_template found;
    struct report_template_slice all;
    int64_t total;
    instant now = clock_now(&c->clock.base);
    struct report_template template = {.organization_key = c->organization_key,
                                       .created_at = now,
                                       .updated_at = now,
                                       .name = STR("CT Thorax"),
                                       .modality = STR("CT"),
                                       .procedure = STR("Nativ"),
                                       .language = STR("de"),
                                       .form = STR("{}")};
    static const char *const names[] = {"MR Kopf", "CT Thorax", "CT Abdomen"};
    struct db_session *s = contract_begin(c);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        template.id = uuid_make(&c->clock.base);
        template.name = str_of(names[i]);
        template.modality = str_sub(template.name, 0, 2);
        CHECK_OK(report_template_writer_add(s->uow.report_templates, &template));
    }
    contract_commit(s);
    s = contract_begin(c);
    struct report_template twice = template;
    twice.id = uuid_make(&c->clock.base);
    CHECK_ERR(CONFLICT, report_template_writer_add(s->uow.report_templates, &twice));
    db_session_end(s);
    struct report_template_filter f = {.organization_key = c->organization_key, .limit = 10};
    s = contract_begin(c);
    CHECK_OK(report_template_reader_find(s->readers.report_templates, &c->arena, &f, &all, &total));
    CHECK(total == 3 && all.len == 3);
    CHECK_STR(STR("CT Abdomen"), all.at[0].name);
    f.modality = STR("CT");
    f.offset = 1;
    CHECK_OK(report_template_reader_find(s->readers.report_templates, &c->arena, &f, &all, &total));
    CHECK(total == 2 && all.len == 1);
    CHECK_STR(STR("CT Thorax"), all.at[0].name);
    f = (struct report_template_filter){
        .organization_key = c->organization_key, .search = STR("thorax"), .limit = 10};
    CHECK_OK(report_template_reader_find(s->readers.report_templates, &c->arena, &f, &all, &total));
    CHECK_INT(1, total);
    f.search = STR("nativ");
    CHECK_OK(report_template_reader_find(s->readers.report_templates, &c->arena, &f, &all, &total));
    CHECK_INT(3, total);
    CHECK_ERR(NOT_FOUND, report_template_reader_get(s->readers.report_templates, &c->arena,
                                                    c->other_key, template.id, &found));
    CHECK_OK(report_template_reader_get(s->readers.report_templates, &c->arena, c->organization_key,
                                        template.id, &found));
    found.body_part = STR("ABDOMEN");
    CHECK_OK(report_template_writer_save(s->uow.report_templates, &found));
    CHECK_OK(report_template_writer_remove(s->uow.report_templates, found.key));
    CHECK_ERR(NOT_FOUND, report_template_reader_get(s->readers.report_templates, &c->arena,
                                                    c->organization_key, template.id, &found));
    contract_commit(s);
}
