/* Indexing an attribute while images come: over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/attributes/build_indexed_attributes/command.h"
#include "application/commands/attributes/create_indexed_attribute/command.h"
#include "application/commands/attributes/delete_indexed_attribute/command.h"
#include "application/queries/attributes/list_indexed_attributes/query.h"
#include "application/queries/images/search_images/query.h"

static err create(struct world *w, enum role role, const char *attribute,
                  struct indexed_attribute *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct create_indexed_attribute_result result = {0};
    TRY(create_indexed_attribute_send(&scope, &(struct create_indexed_attribute){str_of(attribute)},
                                      &result));
    *out = result.attribute;
    return OK;
}

static struct build_indexed_attributes_result build(struct world *w, int64_t settled_key)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct build_indexed_attributes_result result;
    CHECK_OK(build_indexed_attributes_send(&scope, &(struct build_indexed_attributes){settled_key},
                                           &result));
    return result;
}

static struct indexed_attribute only(struct world *w)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct list_indexed_attributes_result result;
    CHECK_OK(list_indexed_attributes_send(&scope, &(struct list_indexed_attributes){0}, &result));
    CHECK_INT(1, result.items.len);
    return result.items.at[0];
}

static struct search_images_result search(struct world *w, const char *attribute, const char *value)
{
    struct principal principal = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &principal);
    struct path_match match = {.value = str_of(value)};
    struct search_images query = {.filter = {.level = LEVEL_INSTANCE, .limit = 100}};
    struct search_images_result result;
    CHECK(attribute_path_read(str_of(attribute), &match.path));
    query.paths = (struct path_match_slice){&match, 1};
    CHECK_OK(search_images_send(&scope, &query, &result));
    return result;
}

static void store(struct world *w, uint32_t instance)
{
    struct ingest_result stored;
    CHECK_OK(ingest(w, sample_file(w, 1, instance), STR_NONE, &stored));
}

/* The second image comes from somebody who has not heard of the attribute. */
WORLD(what_was_stored_by_an_older_list_is_brought_in)
{
    struct indexed_attribute added;
    store(w, 1);
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, "BitsStored", &added));
    CHECK(added.state == INDEX_BUILDING && added.total_count == 1);
    store(w, 2);
    CHECK_INT(0, row_count(w, MEMORY_VALUES));
    struct build_indexed_attributes_result step = build(w, 0); /* too early */
    CHECK(!step.has_more && step.newest_key == added.key);
    CHECK_INT(0, row_count(w, MEMORY_VALUES));
    build(w, added.key);
    CHECK_INT(2, row_count(w, MEMORY_VALUES));
}

WORLD(an_attribute_is_ready_when_all_is_in)
{
    struct indexed_attribute added, now;
    store(w, 1);
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, "BitsStored", &added));
    store(w, 2);
    world_wait(w, 1);
    store(w, 3);
    CHECK_INT(1, row_count(w, MEMORY_VALUES));
    CHECK_STR(STR("BitsStored"), search(w, "BitsStored", "12").building);
    CHECK(build(w, added.key).has_more);
    now = only(w);
    CHECK(now.state == INDEX_READY && now.done_count == 3 && now.total_count == 3);
    CHECK_INT(3, row_count(w, MEMORY_VALUES));
    CHECK(!build(w, added.key).has_more);
    CHECK_STR(STR(""), search(w, "BitsStored", "12").building);
}

WORLD(by_index_and_by_metadata_the_same_is_found)
{
    static const char *const attributes[] = {"BitsStored", "SamplesPerPixel", "KVP",
                                             "PixelSpacing"};
    static const char *const values[] = {"1", "12", "16", "0.5", "120"};
    size_t by_metadata[COUNT_OF(attributes)][COUNT_OF(values)], all = 0;
    struct indexed_attribute added[COUNT_OF(attributes)];
    for (uint32_t i = 1; i <= 5; i++)
        store(w, i);
    for (size_t i = 0; i < COUNT_OF(attributes); i++)
        for (size_t n = 0; n < COUNT_OF(values); n++)
            all += by_metadata[i][n] = search(w, attributes[i], values[n]).page.rows.len;
    CHECK(all != 0);
    for (size_t i = 0; i < COUNT_OF(attributes); i++)
        CHECK_OK(create(w, ROLE_ADMINISTRATOR, attributes[i], &added[i]));
    while (build(w, INT64_MAX).has_more)
        ;
    for (size_t i = 0; i < COUNT_OF(attributes); i++)
        for (size_t n = 0; n < COUNT_OF(values); n++)
            CHECK_INT(by_metadata[i][n], search(w, attributes[i], values[n]).page.rows.len);
}

WORLD(an_attribute_that_is_removed_goes_with_its_values)
{
    struct principal admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &admin);
    struct delete_indexed_attribute_result result;
    struct indexed_attribute added;
    struct indexed_attribute_slice unfinished;
    store(w, 1);
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, "BitsStored", &added));
    while (build(w, added.key).has_more)
        ;
    CHECK_OK(delete_indexed_attribute_send(&scope, &(struct delete_indexed_attribute){added.id},
                                           &result));
    CHECK_ERR(NOT_FOUND, delete_indexed_attribute_send(
                             &scope, &(struct delete_indexed_attribute){added.id}, &result));
    CHECK(build(w, added.key).has_more);
    CHECK_INT(0, row_count(w, MEMORY_VALUES));
    CHECK(!build(w, added.key).has_more); /* a first time without any */
    struct db_session *s = world_begin(w);
    CHECK_OK(attribute_reader_unfinished(s->readers.attributes, &w->arena, &unfinished));
    db_session_end(s);
    CHECK_INT(1, unfinished.len);
    CHECK(!build(w, added.key).has_more);
    s = world_begin(w);
    CHECK_OK(attribute_reader_unfinished(s->readers.attributes, &w->arena, &unfinished));
    db_session_end(s);
    CHECK_INT(0, unfinished.len);
}

WORLD(settings_are_for_administrators)
{
    struct indexed_attribute added;
    CHECK_ERR(FORBIDDEN, create(w, ROLE_RADIOLOGIST, "KVP", &added));
    CHECK_ERR(CONFLICT, create(w, ROLE_ADMINISTRATOR, "Rows", &added));
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, "00091001", &added));
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, "KVP", &added));
    CHECK_ERR(CONFLICT, create(w, ROLE_ADMINISTRATOR, "00180060", &added));
}
