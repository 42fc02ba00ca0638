/* Non-patient objects: kept, found by every attribute of every category, walled off. */
#include "tests/contract/contract.h"

#include "dicom/person_name.h"
#include "domain/entities/non_patient_attribute.h"

static str *text_member(struct non_patient_object *object, const char *name)
{
    void *nowhere = NULL;
    const struct field *f = schema_find(&non_patient_object_schema, str_of(name), &nowhere);
    return (str *)(void *)((char *)object + f->offset);
}

/* What the object of that number holds in a member, made of both. */
static str value_of(struct arena *a, const struct image_attribute *attribute, int number)
{
    switch (attribute->match) {
    case MATCH_DATE:
        return str_format(a, "202601%02d", number);
    case MATCH_TIME:
        return str_format(a, "1011%02d", number);
    case MATCH_UID:
        return str_format(a, "1.2.3.%d", number);
    case MATCH_NUMBER:
        return str_format(a, "%d", number);
    case MATCH_NAME:
        return str_format(a, "Ünal^%d", number);
    case MATCH_SET:
        return str_format(a, "x\\%s %d", attribute->member, number);
    default:
        return str_format(a, "%s %d", attribute->member, number);
    }
}

static void set_member(struct arena *a, struct non_patient_object *object,
                       const struct image_attribute *attribute, int number)
{
    const struct field *field = image_attribute_field(attribute);
    str text = value_of(a, attribute, number);
    if (field->kind == FIELD_OPT_I64)
        *(opt_i64 *)(void *)((char *)object + field->offset) = (opt_i64){true, number};
    else
        *text_member(object, attribute->member) = text;
    if (attribute->match == MATCH_NAME)
        object->content_creator_name_key = person_name_fold(a, text);
}

/* With a value for all its category is searched by. */
static struct non_patient_object make_object(struct contract_db *c, int64_t organization_key,
                                             enum non_patient_category category, int number)
{
    struct non_patient_object object = {
        .organization_key = organization_key,
        .created_at = {1000000 + number},
        .updated_at = {1000000 + number},
        .category = (int64_t)category,
        .transfer_syntax_uid = STR("1.2.840.10008.1.2.1"),
        .object_name = str_format(&c->arena, "%064d", (int)category * 100 + number),
        .size = 10 * number};
    memset(&object.id, number, sizeof object.id);
    object.id.at[0] = (unsigned char)category;
    object.id.at[1] = (unsigned char)organization_key;
    for (size_t i = 0; i < non_patient_attribute_count; i++) {
        const struct non_patient_attribute *a = &non_patient_attributes[i];
        if (a->key.member != NULL && non_patient_attribute_is_of(a, category))
            set_member(&c->arena, &object, &a->key, number);
    }
    object.sop_instance_uid = str_format(&c->arena, "1.2.3.%d.%d", (int)category, number);
    return object;
}

static err try_to_add(struct contract_db *c, struct non_patient_object *object)
{
    struct instance_blobs blobs = {.metadata = str_copy(&c->arena, object->sop_instance_uid),
                                   .metadata_size = 12,
                                   .metadata_crc = 4000000000,
                                   .frames = STR(""),
                                   .bulk = STR("bulk\0table")};
    struct db_session *s = contract_begin(c);
    err e = non_patient_writer_add(s->uow.non_patient, object, &blobs);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

static void add(struct contract_db *c, enum non_patient_category category, int number)
{
    struct non_patient_object object = make_object(c, c->organization_key, category, number);
    CHECK_OK(try_to_add(c, &object));
    CHECK(object.key != 0 && object.version == 1);
}

static void find(struct contract_db *c, const struct image_filter *filter, struct image_page *out)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(non_patient_reader_find(s->readers.non_patient, &c->arena, filter, out));
    db_session_end(s);
}

/* Numbers of the objects found, "1 3". */
static str found(struct contract_db *c, struct image_filter filter)
{
    struct image_page page;
    struct buf out = BUF_IN(&c->arena);
    filter.level = LEVEL_NON_PATIENT;
    filter.limit = filter.limit != 0 ? filter.limit : 100;
    filter.wants_total = true;
    if (filter.access.organization_key == 0)
        filter.access.organization_key = c->organization_key;
    find(c, &filter, &page);
    for (size_t i = 0; i < page.rows.len; i++)
        buf_addf(&out, "%s%d", i == 0 ? "" : " ", (int)page.rows.at[i].object->size / 10);
    CHECK(filter.limit < 100 || page.total == (int64_t)page.rows.len);
    return buf_str(&out);
}

static str matched(struct contract_db *c, enum non_patient_category category,
                   const struct image_attribute *attribute, str value)
{
    struct image_match match = {.attribute = attribute, .value = value};
    return found(c, (struct image_filter){.category = category, .matches = {&match, 1}});
}

CONTRACT(an_object_reads_back_as_it_was_written)
{
    struct non_patient_object object = make_object(c, c->organization_key,
                                                   NON_PATIENT_HANGING_PROTOCOLS, 7),
                              again;
    struct instance_blobs blobs;
    CHECK_OK(try_to_add(c, &object));
    struct db_session *s = contract_begin(c);
    struct non_patient_reader *r = s->readers.non_patient;
    CHECK_OK(non_patient_reader_locate(r, &c->arena, c->organization_key,
                                       NON_PATIENT_HANGING_PROTOCOLS, object.sop_instance_uid,
                                       &again));
    CHECK(again.key == object.key && uuid_eq(again.id, object.id) && again.size == 70);
    CHECK_STR(STR("hanging_protocol_name 7"), again.hanging_protocol_name);
    CHECK_STR(STR("x\\modalities 7"), again.modalities);
    CHECK(again.number_of_screens.is_set && again.number_of_screens.value == 7);
    CHECK(again.content_label.ptr == NULL && again.implant_name.ptr == NULL);
    CHECK_OK(non_patient_reader_blobs(r, &c->arena, again.key, &blobs));
    CHECK_STR(object.sop_instance_uid, blobs.metadata);
    CHECK(blobs.metadata_size == 12 && blobs.metadata_crc == 4000000000);
    CHECK_STR(STR("bulk\0table"), blobs.bulk);
    CHECK_ERR(NOT_FOUND, non_patient_reader_blobs(r, &c->arena, 4711, &blobs));
    CHECK_ERR(NOT_FOUND, non_patient_reader_locate(r, &c->arena, c->organization_key,
                                                   NON_PATIENT_COLOR_PALETTES,
                                                   object.sop_instance_uid, &again));
    CHECK_ERR(NOT_FOUND,
              non_patient_reader_locate(r, &c->arena, c->other_key, NON_PATIENT_HANGING_PROTOCOLS,
                                        object.sop_instance_uid, &again));
    CHECK_ERR(NOT_FOUND,
              non_patient_reader_locate(r, &c->arena, c->organization_key,
                                        NON_PATIENT_HANGING_PROTOCOLS, STR("1.2"), &again));
    CHECK_OK(non_patient_writer_locate(s->uow.non_patient, &c->arena, c->organization_key,
                                       object.sop_instance_uid, &again));
    CHECK_INT(object.key, again.key);
    CHECK_OK(non_patient_writer_locate(s->uow.non_patient, &c->arena, c->other_key,
                                       object.sop_instance_uid, &again));
    CHECK_INT(0, again.key);
    db_session_end(s);
}

CONTRACT(an_objects_uid_is_taken_once_in_an_organization)
{
    struct non_patient_object one = make_object(c, c->organization_key, NON_PATIENT_COLOR_PALETTES,
                                                1),
                              two = make_object(c, c->organization_key, NON_PATIENT_INVENTORIES, 1),
                              elsewhere =
                                  make_object(c, c->other_key, NON_PATIENT_COLOR_PALETTES, 1);
    two.sop_instance_uid = one.sop_instance_uid;
    CHECK_OK(try_to_add(c, &one));
    CHECK_ERR(CONFLICT, try_to_add(c, &two));
    CHECK_OK(try_to_add(c, &elsewhere));
    CHECK_STR(STR("1"), found(c, (struct image_filter){.access.organization_key = c->other_key}));
    CHECK_STR(STR(""), found(c, (struct image_filter){.category = NON_PATIENT_INVENTORIES}));
}

CONTRACT(the_bytes_of_an_object_are_referenced)
{
    bool is_referenced;
    add(c, NON_PATIENT_INVENTORIES, 3);
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, str_format(&c->arena, "%064d", 403),
                                        &is_referenced));
    CHECK(is_referenced);
    CHECK_OK(image_reader_is_referenced(s->readers.images, str_format(&c->arena, "%064d", 404),
                                        &is_referenced));
    CHECK(!is_referenced);
    db_session_end(s);
}

static void check_attribute(struct contract_db *c, enum non_patient_category category,
                            const struct image_attribute *attribute)
{
    str value = value_of(&c->arena, attribute, 2);
    if (strcmp(attribute->member, "sop_instance_uid") == 0)
        value = str_format(&c->arena, "1.2.3.%d.2,1.2.3", (int)category);
    if (attribute->match == MATCH_SET)
        value = str_format(&c->arena, "%s 2", attribute->member);
    CHECK_STR(STR("2"), matched(c, category, attribute, value));
    CHECK_STR(STR("1 2 3"), matched(c, category, attribute, STR("*")));
    if (attribute->match == MATCH_TEXT || attribute->match == MATCH_SET)
        CHECK_STR(STR("1 2 3"), matched(c, category, attribute,
                                        str_format(&c->arena, "%s ?", attribute->member)));
    if (attribute->match == MATCH_DATE)
        CHECK_STR(STR("2 3"), matched(c, category, attribute, STR("20260102-")));
    if (attribute->match == MATCH_TIME)
        CHECK_STR(STR("1 2"), matched(c, category, attribute, STR("-101102")));
    if (attribute->match == MATCH_NAME)
        CHECK_STR(STR("3"), matched(c, category, attribute, STR("UNAL^3*")));
}

CONTRACT(objects_are_found_by_every_attribute)
{
    for (unsigned category = 0; category < NON_PATIENT_CATEGORY_COUNT; category++)
        for (int number = 1; number <= 3; number++)
            add(c, category, number);
    for (unsigned category = 0; category < NON_PATIENT_CATEGORY_COUNT; category++)
        for (size_t i = 0; i < non_patient_attribute_count; i++) {
            const struct non_patient_attribute *a = &non_patient_attributes[i];
            if (a->key.member != NULL && non_patient_attribute_is_of(a, category))
                check_attribute(c, category, &a->key);
        }
}

CONTRACT(what_an_object_does_not_have_is_empty)
{
    const uint32_t label[] = {0x00700080};
    struct non_patient_object bare =
        make_object(c, c->organization_key, NON_PATIENT_COLOR_PALETTES, 1);
    bare.content_label = bare.content_creator_name = bare.content_creator_name_key = STR_NONE;
    CHECK_OK(try_to_add(c, &bare));
    add(c, NON_PATIENT_COLOR_PALETTES, 2);
    struct image_match match = {
        .attribute = &non_patient_attribute_at(NON_PATIENT_COLOR_PALETTES, label, 1)->key,
        .value = STR("\"\""),
        .matches_empty = true};
    CHECK_STR(STR("1"), found(c, (struct image_filter){.matches = {&match, 1}}));
}

CONTRACT(pages_of_objects_follow_each_other)
{
    const uint32_t label[] = {0x00700080};
    const struct image_attribute *attribute =
        &non_patient_attribute_at(NON_PATIENT_COLOR_PALETTES, label, 1)->key;
    for (int number = 1; number <= 5; number++)
        add(c, NON_PATIENT_COLOR_PALETTES, number);
    struct image_filter f = {.level = LEVEL_NON_PATIENT,
                             .access.organization_key = c->organization_key,
                             .limit = 2,
                             .sort = {{attribute, true}},
                             .sort_count = 1};
    struct buf walked = BUF_IN(&c->arena);
    for (int pages = 0; pages < 4; pages++) {
        struct image_page page;
        find(c, &f, &page);
        for (size_t i = 0; i < page.rows.len; i++)
            buf_addf(&walked, "%d ", (int)page.rows.at[i].object->size / 10);
        f.after = page.next;
        if (page.next.ptr == NULL)
            break;
    }
    CHECK_STR(STR("5 4 3 2 1 "), buf_str(&walked));
    CHECK_STR(STR("1 2"), found(c, (struct image_filter){.limit = 2}));
    CHECK_STR(STR("3 4"), found(c, (struct image_filter){.limit = 2, .offset = 2}));
}

static const struct {
    const char *member, *value;
} bad_values[] = {{"sop_instance_uid", "no"},
                  {"instance_creation_date", "yesterday"},
                  {"instance_creation_time", "25"}};

CONTRACT(a_value_an_object_cannot_be_matched_with_is_refused)
{
    struct db_session *s = contract_begin(c);
    for (size_t i = 0; i < non_patient_attribute_count; i++)
        for (size_t n = 0; n < COUNT_OF(bad_values); n++) {
            const struct image_attribute *a = &non_patient_attributes[i].key;
            struct image_match match = {.attribute = a, .value = str_of(bad_values[n].value)};
            struct image_filter f = {.level = LEVEL_NON_PATIENT,
                                     .access.organization_key = c->organization_key,
                                     .limit = 9,
                                     .matches = {&match, 1}};
            struct image_page page;
            if (a->member != NULL && strcmp(a->member, bad_values[n].member) == 0)
                CHECK_ERR(INVALID,
                          non_patient_reader_find(s->readers.non_patient, &c->arena, &f, &page));
        }
    db_session_end(s);
}
