/* From the events of a document through the filter to a document; and which values outside of it
 * go with it. */
#include "dicom/deidentify/deidentify.h"

#include "base/arena.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/model/json_reader.h"

struct document_writer {
    struct part10_consumer base;
    struct arena scratch;
    struct json_model model;
};

static struct document_writer *self(struct part10_consumer *c)
{
    return container_of(c, struct document_writer, base);
}

static err element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct document_writer *w = self(c);
    json_model_element(&w->model, e, value);
    arena_reset(&w->scratch);
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
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

/* A document has neither pieces nor fragments, and is not asked for what it wants. */
static const struct part10_consumer_ops writer_ops = {.element = element,
                                                      .sequence_begin = sequence_begin,
                                                      .item_begin = item_begin,
                                                      .item_end = item_end,
                                                      .sequence_end = sequence_end};

err deidentify_json(struct arena *a, str document, const struct deidentify_options *options,
                    const struct deidentify_facts *facts, str bulk_prefix, str *out)
{
    struct document_writer *w = NEW(a, struct document_writer);
    struct deidentifier *d = NEW(a, struct deidentifier);
    w->base.ops = &writer_ops;
    json_model_init(&w->model, a, &w->scratch);
    err e = deidentifier_init(d, &w->base, options, facts);
    if (!failed(e))
        e = json_model_read_stored(a, document, &d->base);
    if (!failed(e))
        e = deidentifier_finish(d);
    if (!failed(e))
        *out = json_model_finish(&w->model, a, bulk_prefix, STR_NONE);
    deidentifier_deinit(d);
    arena_deinit(&w->scratch);
    return e;
}

bool deidentify_is_time(uint32_t tag, enum dicom_vr vr)
{
    const struct dictionary_entry *entry = dictionary_find(tag);
    return tag == 0x00080201 || vr == VR_TM || (entry != NULL && entry->vr == VR_TM);
}

bool deidentify_keeps_bulk(str path, enum dicom_vr vr, unsigned flags)
{
    struct deidentify_place place = {.above = DEIDENTIFY_KEEP};
    str rest = path, part, ignored;
    while (str_cut(&rest, '/', &part)) {
        bool is_sequence = rest.ptr != NULL;
        if (!tag_from_text(part, &place.tag))
            return false;
        place.vr = is_sequence ? VR_SQ : vr;
        enum deidentify_action action = confidentiality_action(&place, flags);
        if (action == DEIDENTIFY_REMOVE || action == DEIDENTIFY_EMPTY)
            return false;
        if (!is_sequence)
            return action == DEIDENTIFY_KEEP && !deidentify_is_time(place.tag, vr);
        if (action == DEIDENTIFY_DUMMY || place.above == DEIDENTIFY_KEEP)
            place.above = action;
        place.is_nested = true;
        if (!str_cut(&rest, '/', &ignored))
            return false;
    }
    return false;
}
