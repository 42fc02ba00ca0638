/* Rows are told by their identifier, which is made of the numbers. */
#include "tests/contract/find_support.h"

str rows_text(struct arena *a, enum image_level level, const struct image_page *page)
{
    struct buf text = BUF_IN(a);
    for (size_t i = 0; i < page->rows.len; i++) {
        const struct image_row *row = &page->rows.at[i];
        uuid id = level == LEVEL_STUDY    ? row->study.id
                  : level == LEVEL_SERIES ? row->series.id
                                          : row->instance.id;
        buf_addf(&text, "%s%d", i == 0 ? "" : " ", id.at[3]);
        for (int below = 0; below < (int)level; below++)
            buf_addf(&text, ".%d", id.at[5 + 2 * below]);
    }
    return buf_str(&text);
}

const struct kept_attribute kept_attributes[] = {
    {"00080070",
     VR_LO,
     {"GE", "ge", "SIEMENS", "Müller 100%", "a_b", "", "Ölçüm ünitesi", "x*y?", "ge MEDICAL",
      "a text that is so long that an index has its beginning alone: one of two",
      "a text that is so long that an index has its beginning alone: two of two", "山田製作所"}},
    {"00081050",
     VR_PN,
     {"Weber^Anna", "weber^anna-lena", "Sato^Ken=佐藤^健", "", "Müller^Jürgen^^Dr.", "Ng^A",
      "Sato^Kenji=佐藤^健二=さとう^けんじ", "^^", "O'Brien^Conan"}},
    {"0008002A",
     VR_DT,
     {"20200101", "2020", "20200101103000+0200", "20200101083000+0000", "20191231233000-0500",
      "20200102", "", "202001", "20200101103000.5", "noon", "20210101000000+1400"}},
    {"00180060", VR_DS, {"120", "80", "1.5", "1.50", "+1e2", "", "-0.5", "one", "100"}},
    {"00080008", VR_CS, {"ORIGINAL", "DERIVED", "PRIMARY", "", "AXIAL"}},
    {"00400275.00400007", VR_LO, {"Thorax", "THORAX", "", "Knee left", "knee right"}},
};
const size_t kept_attribute_count = COUNT_OF(kept_attributes);

static size_t value_count(const struct kept_attribute *attribute)
{
    size_t count = 0;
    while (count < COUNT_OF(attribute->values) && attribute->values[count] != NULL)
        count++;
    return count;
}

void kept_values_of(struct arena *a, const struct kept_attribute *attribute,
                    struct sample_place place, struct attribute_value_slice *out)
{
    size_t count = value_count(attribute), at = (size_t)(place.study * 7 + place.series * 3);
    at += (size_t)place.instance * (attribute->vr == VR_CS ? 2 : 1);
    *out = (struct attribute_value_slice){0};
    attribute_value_add(a, attribute->vr, str_of(attribute->values[at % count]), 0, out);
    if (place.instance % 3 == 2)
        attribute_value_add(a, attribute->vr, str_of(attribute->values[(at / 2) % count]), 0, out);
    if (out->len == 0)
        *SLICE_PUSH(a, out) = (struct attribute_value){STR(""), STR("")};
}

struct indexed_attribute indexed_attribute_of(struct contract_db *c, int64_t organization_key,
                                              const char *path)
{
    instant now = clock_now(&c->clock.base);
    return (struct indexed_attribute){.id = uuid_make(&c->clock.base),
                                      .organization_key = organization_key,
                                      .created_at = now,
                                      .updated_at = now,
                                      .path = str_of(path),
                                      .keyword = str_of(path),
                                      .vr = STR("LO"),
                                      .state = INDEX_READY};
}

static void keep_values(struct contract_db *c, struct db_session *s, int64_t attribute_key,
                        const struct kept_attribute *attribute, const struct instance *instance)
{
    struct kept_values kept = {.attribute_key = attribute_key};
    struct sample_place place = {instance->organization_key, instance->id.at[3], instance->id.at[5],
                                 instance->id.at[7]};
    kept_values_of(&c->arena, attribute, place, &kept.values);
    CHECK_OK(attribute_writer_put(s->uow.attributes, instance, &kept));
}

void values_store(struct contract_db *c)
{
    struct db_session *s = contract_begin(c);
    struct image_page page;
    struct image_filter all = {
        .level = LEVEL_INSTANCE, .access.organization_key = c->organization_key, .limit = 1000};
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &all, &page));
    for (size_t i = 0; i < kept_attribute_count; i++) {
        struct indexed_attribute attribute =
            indexed_attribute_of(c, c->organization_key, kept_attributes[i].path);
        CHECK_OK(attribute_writer_add(s->uow.attributes, &attribute));
        CHECK_INT(i + 1, attribute.key);
        for (size_t n = 0; n < page.rows.len; n++)
            keep_values(c, s, attribute.key, &kept_attributes[i], &page.rows.at[n].instance);
    }
    contract_commit(s);
}
