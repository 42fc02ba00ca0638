/* Rules of retention and legal holds: read as they were written, and which studies they are about.
 */
#include "base/json.h"
#include "tests/contract/samples.h"

static struct retention_rule rule_of(struct contract_db *c, const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct retention_rule){.id = uuid_make(&c->clock.base),
                                   .organization_key = c->organization_key,
                                   .created_at = now,
                                   .updated_at = now,
                                   .name = str_of(name),
                                   .days = 30,
                                   .is_enabled = true};
}

static struct study add_study(struct contract_db *c, const char *uid, const char *modalities,
                              const char *day, int64_t age_seconds, int64_t organization_key)
{
    instant then = instant_add(clock_now(&c->clock.base), -SECONDS(age_seconds));
    struct patient patient = {.id = uuid_make(&c->clock.base),
                              .organization_key = organization_key,
                              .created_at = then,
                              .updated_at = then,
                              .patient_id = str_of(uid),
                              .issuer_of_patient_id = STR(""),
                              .patient_name = STR("X"),
                              .patient_birth_date = STR(""),
                              .patient_sex = STR("")};
    struct study study = {.id = uuid_make(&c->clock.base),
                          .organization_key = organization_key,
                          .created_at = then,
                          .updated_at = then,
                          .study_instance_uid = str_of(uid),
                          .study_date = str_of(day),
                          .modalities = str_of(modalities),
                          .sop_classes = STR(""),
                          .size = 100};
    static const char *const rest[] = {"study_time",
                                       "accession_number",
                                       "study_id",
                                       "study_description",
                                       "referring_physician_name",
                                       "patient_name",
                                       "patient_id",
                                       "issuer_of_patient_id",
                                       "patient_birth_date",
                                       "patient_sex",
                                       "search_key",
                                       "patient_name_key",
                                       "referring_physician_name_key",
                                       "timezone_offset_from_utc"};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        void *object = &study;
        const struct field *f = schema_find(&study_schema, str_of(rest[i]), &object);
        *(str *)((char *)object + f->offset) = STR("");
    }
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_writer_add_patient(s->uow.images, &patient));
    study.patient_key = patient.key;
    CHECK_OK(image_writer_add_study(s->uow.images, &study));
    contract_commit(s);
    return study;
}

static str due(struct contract_db *c, struct retention_filter filter, uint32_t limit)
{
    struct uuid_slice ids;
    struct buf out = BUF_IN(&c->arena);
    struct db_session *s = contract_begin(c);
    filter.organization_key = c->organization_key;
    CHECK_OK(retention_reader_due(s->readers.retention, &c->arena, &filter, limit, &ids));
    for (size_t i = 0; i < ids.len; i++) {
        struct study study;
        CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                        ACCESS_TO_ALL(c->organization_key), ids.at[i], &study));
        buf_addf(&out, "%.*s ", STR_ARG(study.study_instance_uid));
    }
    db_session_end(s);
    return buf_str(&out);
}

CONTRACT(a_rule_of_retention_is_read_as_it_was_written)
{
    struct retention_rule rule = rule_of(c, "röntgen"), got, other = rule_of(c, "all");
    struct retention_rule_slice all;
    rule.modality = STR("CR");
    rule.counted_from = RETENTION_FROM_STUDY_DATE;
    struct db_session *s = contract_begin(c);
    CHECK_OK(retention_writer_add(s->uow.retention, &rule));
    CHECK_OK(retention_writer_add(s->uow.retention, &other));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(
        retention_reader_get(s->readers.retention, &c->arena, c->organization_key, rule.id, &got));
    struct buf one = BUF_IN(&c->arena), two = BUF_IN(&c->arena);
    json_write(&one, &retention_rule_schema, &rule, JSON_INTERNAL);
    json_write(&two, &retention_rule_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&two));
    CHECK_ERR(NOT_FOUND,
              retention_reader_get(s->readers.retention, &c->arena, c->other_key, rule.id, &got));
    CHECK_OK(retention_reader_find(s->readers.retention, &c->arena, c->organization_key, &all));
    CHECK_INT(2, all.len);
    CHECK_STR(STR("all"), all.at[0].name);
    got.days = 31;
    CHECK_OK(
        retention_reader_get(s->readers.retention, &c->arena, c->organization_key, rule.id, &got));
    got.days = 31;
    CHECK_OK(retention_writer_save(s->uow.retention, &got));
    CHECK_ERR(PRECONDITION_FAILED, retention_writer_save(s->uow.retention, &rule));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(retention_writer_remove(s->uow.retention, rule.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(retention_reader_find(s->readers.retention, &c->arena, c->organization_key, &all));
    CHECK_INT(1, all.len);
    db_session_end(s);
}

CONTRACT(studies_are_due_by_modality_and_age)
{
    instant now = clock_now(&c->clock.base);
    struct retention_count count;
    add_study(c, "1.1", "CT\\SR", "20200101", 5000, c->organization_key);
    struct study held = add_study(c, "1.2", "MR", "20210101", 4000, c->organization_key);
    add_study(c, "1.3", "CT", "", 3000, c->organization_key);
    add_study(c, "1.4", "CTX", "20240101", 100, c->organization_key);
    add_study(c, "1.9", "CT", "20200101", 9000, c->other_key);
    const struct retention_filter old = {.received_before = instant_add(now, -SECONDS(1000))};
    CHECK_STR(STR("1.1 1.2 1.3 "), due(c, old, 10));
    CHECK_STR(STR("1.1 1.2 "), due(c, old, 2));
    CHECK_STR(STR("1.1 1.3 "), due(c, (struct retention_filter){.modality = STR("CT")}, 10));
    CHECK_STR(STR("1.1 "), due(c, (struct retention_filter){.modality = STR("SR")}, 10));
    CHECK_STR(STR(""), due(c, (struct retention_filter){.modality = STR("T")}, 10));
    CHECK_STR(STR("1.1 1.2 "),
              due(c, (struct retention_filter){.study_date_before = STR("20220101")}, 10));
    CHECK_STR(STR("1.1 "),
              due(c, (struct retention_filter){.study_date_before = STR("20210101")}, 10));
    struct legal_hold hold = sample_hold(c, &held), got;
    CHECK_STR(STR("1.1 1.3 "), due(c, old, 10));
    struct retention_filter counted = old;
    counted.organization_key = c->organization_key;
    struct db_session *s = contract_begin(c);
    CHECK_OK(retention_reader_count(s->readers.retention, &c->arena, &counted, &count));
    CHECK(count.study_count == 2 && count.size == 200 && count.held_count == 1);
    counted.organization_key = c->other_key + 1000;
    CHECK_OK(retention_reader_count(s->readers.retention, &c->arena, &counted, &count));
    CHECK(count.study_count == 0 && count.size == 0 && count.held_count == 0);
    CHECK_OK(retention_reader_get_hold(s->readers.retention, &c->arena, held.key, &got));
    CHECK_STR(STR("proceedings"), got.reason);
    CHECK(uuid_eq(got.placed_by, hold.placed_by) && uuid_eq(got.study_id, held.id));
    got.reason = STR("others");
    CHECK_OK(retention_writer_save_hold(s->uow.retention, &got));
    contract_commit(s);
    s = contract_begin(c);
    hold.id = uuid_make(&c->clock.base);
    err e = retention_writer_add_hold(s->uow.retention, &hold);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(retention_writer_remove_hold(s->uow.retention, got.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              retention_reader_get_hold(s->readers.retention, &c->arena, held.key, &got));
    db_session_end(s);
}

static int64_t used(struct contract_db *c, int64_t organization_key)
{
    int64_t out;
    struct db_session *s = contract_begin(c);
    CHECK_OK(organization_reader_used_size(s->readers.organizations, organization_key, &out));
    db_session_end(s);
    return out;
}

CONTRACT(what_an_organization_stores_is_counted)
{
    CHECK_INT(0, used(c, c->organization_key));
    struct study study = add_study(c, "1.1", "CT", "", 0, c->organization_key);
    add_study(c, "1.2", "CT", "", 0, c->organization_key);
    add_study(c, "1.3", "CT", "", 0, c->other_key);
    CHECK_INT(200, used(c, c->organization_key));
    CHECK_INT(100, used(c, c->other_key));
    struct db_session *s = contract_begin(c);
    study.size = 1000;
    study.state = STUDY_TRASHED;
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    contract_commit(s);
    CHECK_INT(1100, used(c, c->organization_key));
    CHECK_INT(100, used(c, c->other_key));
    CHECK_INT(0, used(c, c->other_key + 1000));
}
