/* The reader of either form, with the writer of DICOM JSON behind it. */
#include "application/models/data_set_text.h"

#include "base/arena.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/model/json_reader.h"
#include "dicom/model/xml_reader.h"

struct text_writer {
    struct part10_consumer base;
    struct arena *errors, *scratch;
    struct json_model model;
};

static struct text_writer *self(struct part10_consumer *c)
{
    return container_of(c, struct text_writer, base);
}

/* PS3.5 6.2.2: what was not understood may be UN. */
static err check_vr(struct text_writer *w, const struct part10_element *e)
{
    const struct dictionary_entry *entry = dictionary_find(e->tag);
    if (entry == NULL || e->vr == entry->vr || e->vr == entry->other_vr || e->vr == VR_UN)
        return OK;
    return ERRF(w->errors, MALFORMED, "(%04X,%04X) is no %.*s but %.*s", (unsigned)(e->tag >> 16),
                (unsigned)(e->tag & 0xFFFF), STR_ARG(vr_name(e->vr)), STR_ARG(vr_name(entry->vr)));
}

static size_t wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return PART10_VALUE_SIZE_MAX;
}

static err element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct text_writer *w = self(c);
    if (value.ptr == NULL)
        return ERRF(w->errors, MALFORMED, "(%04X,%04X) stands elsewhere: bulk data is not taken",
                    (unsigned)(e->tag >> 16), (unsigned)(e->tag & 0xFFFF));
    TRY(check_vr(w, e));
    json_model_element(&w->model, e, value);
    arena_reset(w->scratch);
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    TRY(check_vr(self(c), e));
    json_model_sequence_begin(&self(c)->model, e);
    return OK;
}

static err item_begin(struct part10_consumer *c, uint32_t index)
{
    json_model_item_begin(&self(c)->model, index);
    return OK;
}

static err item_end(struct part10_consumer *c)
{
    json_model_item_end(&self(c)->model);
    return OK;
}

static err sequence_end(struct part10_consumer *c)
{
    json_model_sequence_end(&self(c)->model);
    return OK;
}

static const struct part10_consumer_ops writer_ops = {.wants = wants,
                                                      .element = element,
                                                      .sequence_begin = sequence_begin,
                                                      .item_begin = item_begin,
                                                      .item_end = item_end,
                                                      .sequence_end = sequence_end};

err data_set_read(struct arena *a, enum data_set_form form, str document,
                  struct part10_consumer *consumer)
{
    struct str_slice objects;
    if (form == DATA_SET_XML)
        return xml_model_read(a, document, consumer);
    TRY(json_model_split(a, document, &objects));
    if (objects.len != 1)
        return ERR(MALFORMED, "this is not one data set");
    return json_model_read(a, objects.at[0], consumer);
}

err data_set_text_read(struct arena *a, enum data_set_form form, str document, str *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct text_writer *w = NEW(a, struct text_writer);
    w->base.ops = &writer_ops;
    w->errors = a;
    w->scratch = &scratch;
    json_model_init(&w->model, a, &scratch);
    TRY(data_set_read(a, form, document, &w->base));
    *out = json_model_finish(&w->model, a, STR(""), STR(""));
    return OK;
}
