/* Callbacks of expat that walk a table of places. */
#include "dicom/model/xml_reader.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/dictionary.h"
#include "dicom/model/xml_data_set.h"
#include "dicom/model/xml_writer.h"
#include "dicom/part10/values.h"

#include <expat.h>
#include <limits.h>

enum {
    TAG_CHARSET = 0x00080005,
    GROUP_COUNT = 3,
    COMPONENT_COUNT = 5,
    TEXT_SIZE_MAX = 2 * PART10_VALUE_SIZE_MAX /* of one element: base64 is longer than its bytes */
};
#define NAMESPACE_END '|'

enum place {
    PLACE_DOCUMENT,
    PLACE_DATA_SET, /* the root, or an Item */
    PLACE_ATTRIBUTE,
    PLACE_VALUE,
    PLACE_INLINE,
    PLACE_BULK,
    PLACE_NAME,
    PLACE_GROUP,
    PLACE_COMPONENT
};

static const struct rule {
    const char *name;
    enum place from, to;
    unsigned index; /* of a group or a component */
} rules[] = {
    {"NativeDicomModel", PLACE_DOCUMENT, PLACE_DATA_SET, 0},
    {"DicomAttribute", PLACE_DATA_SET, PLACE_ATTRIBUTE, 0},
    {"Item", PLACE_ATTRIBUTE, PLACE_DATA_SET, 0},
    {"Value", PLACE_ATTRIBUTE, PLACE_VALUE, 0},
    {"InlineBinary", PLACE_ATTRIBUTE, PLACE_INLINE, 0},
    {"BulkData", PLACE_ATTRIBUTE, PLACE_BULK, 0},
    {"PersonName", PLACE_ATTRIBUTE, PLACE_NAME, 0},
    {"Alphabetic", PLACE_NAME, PLACE_GROUP, 0},
    {"Ideographic", PLACE_NAME, PLACE_GROUP, 1},
    {"Phonetic", PLACE_NAME, PLACE_GROUP, 2},
    {"FamilyName", PLACE_GROUP, PLACE_COMPONENT, 0},
    {"GivenName", PLACE_GROUP, PLACE_COMPONENT, 1},
    {"MiddleName", PLACE_GROUP, PLACE_COMPONENT, 2},
    {"NamePrefix", PLACE_GROUP, PLACE_COMPONENT, 3},
    {"NameSuffix", PLACE_GROUP, PLACE_COMPONENT, 4},
};

struct level {
    struct xml_attribute_slice attributes;
    struct xml_attribute open; /* the attribute being read */
    enum place form;           /* of its content; PLACE_DOCUMENT: none yet */
    struct xml_value_slice values;
    uint32_t item_number; /* of the item being read in it */
};

struct xml_reader {
    struct arena *arena; /* of error texts */
    struct arena tree;
    XML_Parser parser;
    err error;
    enum place place;
    struct level levels[PART10_NESTING_MAX + 1];
    unsigned depth;
    uint32_t element_count;
    bool is_wide; /* some text is not ASCII */
    struct buf text;
    uint32_t number; /* of the value or name being read */
    unsigned group, component;
    bool has_group[GROUP_COUNT];
    str name[GROUP_COUNT][COMPONENT_COUNT];
};

static void fail(struct xml_reader *r, err e)
{
    if (!failed(r->error))
        r->error = e;
    XML_StopParser(r->parser, XML_FALSE);
}

static struct level *level_of(struct xml_reader *r)
{
    return &r->levels[r->depth];
}

/* With the tag where there is one around, else with the line. */
static err bad(struct xml_reader *r, const char *what)
{
    if (r->place > PLACE_DATA_SET)
        return xml_attribute_bad(r->arena, level_of(r)->open.tag, what);
    if (r->depth != 0)
        return xml_attribute_bad(r->arena, r->levels[r->depth - 1].open.tag, what);
    return ERRF(r->arena, MALFORMED, "line %lu: the document %s",
                (unsigned long)XML_GetCurrentLineNumber(r->parser), what);
}

static struct xml_scope scope_of(struct xml_reader *r)
{
    return (struct xml_scope){r->arena, &r->tree, &r->element_count};
}

static err count_element(struct xml_reader *r)
{
    if (r->element_count >= PART10_ELEMENT_COUNT_MAX)
        return bad(r, "has too many elements");
    r->element_count++;
    return OK;
}

/* Absent when there is none. */
static str attribute_of(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return str_of(attributes[i + 1]);
    return STR_NONE;
}

static err read_number(struct xml_reader *r, const char **attributes, uint32_t *out)
{
    uint64_t number;
    str text = attribute_of(attributes, "number");
    if (text.ptr == NULL || !str_to_u64(text, &number) || number == 0 || number > UINT32_MAX)
        return bad(r, "has a value without a number from 1 up");
    *out = (uint32_t)number;
    return OK;
}

static err read_vr(struct xml_reader *r, const char **attributes, struct xml_attribute *m)
{
    str text = attribute_of(attributes, "vr");
    const struct dictionary_entry *known = dictionary_find(m->tag);
    if (text.ptr == NULL && known != NULL && known->other_vr == VR_NONE)
        m->vr = known->vr;
    else
        m->vr = text.len == 2 ? vr_from_chars(text.ptr) : VR_NONE;
    return m->vr != VR_NONE ? OK : bad(r, "has no VR that is known");
}

static err begin_attribute(struct xml_reader *r, const char **attributes)
{
    struct level *l = level_of(r);
    uint32_t tag;
    TRY(count_element(r));
    if (!tag_from_text(attribute_of(attributes, "tag"), &tag))
        return bad(r, "has an attribute without a tag");
    r->place = PLACE_ATTRIBUTE;
    l->open = (struct xml_attribute){.tag = tag, .order = r->element_count, .value = STR("")};
    l->form = PLACE_DOCUMENT;
    l->values.len = 0;
    if (tag >> 16 == 0xFFFE)
        return bad(r, "is no element of a data set");
    TRY(read_vr(r, attributes, &l->open));
    str creator = value_trim_both(attribute_of(attributes, "privateCreator"));
    if (creator.len > XML_MODEL_CREATOR_SIZE_MAX)
        return bad(r, "has a privateCreator that is too long");
    if (tag_is_private(tag) && creator.len != 0)
        l->open.creator = str_copy(&r->tree, creator);
    if (l->open.vr == VR_SQ && r->depth == PART10_NESTING_MAX)
        return bad(r, "is nested too deeply");
    return OK;
}

/* What may stand in an attribute by its VR: one kind of content, of bytes and URIs one piece. */
static bool fits(const struct level *l, enum place content)
{
    if (l->form != PLACE_DOCUMENT &&
        (l->form != content || content == PLACE_INLINE || content == PLACE_BULK))
        return false;
    if (l->open.vr == VR_SQ)
        return content == PLACE_DATA_SET;
    if (content == PLACE_BULK)
        return true;
    if (l->open.vr == VR_PN)
        return content == PLACE_NAME;
    return content == (vr_kind(l->open.vr) == VR_KIND_BYTES ? PLACE_INLINE : PLACE_VALUE);
}

static err begin_bulk(struct xml_reader *r, const char **attributes)
{
    str uri = attribute_of(attributes, "uri");
    if (uri.len == 0)
        return bad(r, "has a BulkData without a uri");
    level_of(r)->open.uri = str_copy(&r->tree, uri);
    level_of(r)->open.value = STR_NONE;
    return OK;
}

static err begin_content(struct xml_reader *r, const struct rule *rule, const char **attributes)
{
    struct level *l = level_of(r);
    if (!fits(l, rule->to))
        return bad(r, "has a content that its VR or the content before does not allow");
    l->form = rule->to;
    switch (rule->to) {
    case PLACE_DATA_SET:
        TRY(count_element(r));
        TRY(read_number(r, attributes, &l->item_number));
        r->levels[++r->depth].attributes = (struct xml_attribute_slice){0};
        break;
    case PLACE_BULK:
        TRY(begin_bulk(r, attributes));
        break;
    case PLACE_NAME:
        memset(r->has_group, 0, sizeof r->has_group);
        memset(r->name, 0, sizeof r->name);
        TRY(read_number(r, attributes, &r->number));
        break;
    case PLACE_VALUE:
        TRY(read_number(r, attributes, &r->number));
        break;
    default:
        break;
    }
    r->place = rule->to;
    return OK;
}

static err begin_name_part(struct xml_reader *r, const struct rule *rule)
{
    if (rule->to == PLACE_GROUP) {
        if (r->has_group[rule->index])
            return bad(r, "has a name with a group twice");
        r->group = rule->index;
        r->has_group[rule->index] = true;
    } else {
        if (r->name[r->group][rule->index].ptr != NULL)
            return bad(r, "has a name with a component twice");
        r->component = rule->index;
    }
    r->place = rule->to;
    return OK;
}

static const struct rule *find_rule(enum place from, const char *name)
{
    static const char prefix[] = XML_MODEL_NAMESPACE "|";
    if (strncmp(name, prefix, sizeof prefix - 1) == 0)
        name += sizeof prefix - 1;
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].from == from && strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static err begin_element(struct xml_reader *r, const char *name, const char **attributes)
{
    const struct rule *rule = find_rule(r->place, name);
    if (rule == NULL)
        return bad(r, r->place == PLACE_DOCUMENT ? "is not a NativeDicomModel"
                                                 : "has an element that the model has not there");
    r->text.len = 0;
    switch (rule->from) {
    case PLACE_DOCUMENT:
        r->place = PLACE_DATA_SET;
        return OK;
    case PLACE_DATA_SET:
        return begin_attribute(r, attributes);
    case PLACE_ATTRIBUTE:
        return begin_content(r, rule, attributes);
    default:
        return begin_name_part(r, rule);
    }
}

static void add_value(struct xml_reader *r, str text)
{
    *SLICE_PUSH(&r->tree, &level_of(r)->values) = (struct xml_value){r->number, text};
}

static err end_component(struct xml_reader *r)
{
    str text = buf_str(&r->text);
    bool is_last = r->component == COMPONENT_COUNT - 1; /* which holds what is beyond it too */
    if (str_find_char(text, '=') != SIZE_MAX || str_find_char(text, '\\') != SIZE_MAX ||
        (!is_last && str_find_char(text, '^') != SIZE_MAX))
        return bad(r, "has a name with a separator in a component");
    r->name[r->group][r->component] = str_copy(&r->tree, text);
    r->place = PLACE_GROUP;
    return OK;
}

/* "Family^Given=…": separators up to the last part that is there. */
static void end_name(struct xml_reader *r)
{
    struct buf out = BUF_IN(&r->tree);
    size_t group_count = 0;
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        size_t component_count = 0;
        for (size_t i = 0; i < COMPONENT_COUNT; i++) {
            if (r->name[g][i].len == 0)
                continue;
            for (; group_count < g; group_count++)
                buf_add_char(&out, '=');
            for (; component_count < i; component_count++)
                buf_add_char(&out, '^');
            buf_add(&out, r->name[g][i]);
        }
    }
    add_value(r, buf_str(&out));
    r->place = PLACE_ATTRIBUTE;
}

static err end_inline(struct xml_reader *r)
{
    str *value = &level_of(r)->open.value;
    if (!base64_decode(&r->tree, buf_str(&r->text), value))
        return bad(r, "has an InlineBinary that is not base64");
    if (value->len > PART10_VALUE_SIZE_MAX)
        return ERR(TOO_LARGE, "a value is too long");
    r->place = PLACE_ATTRIBUTE;
    return OK;
}

static err end_attribute(struct xml_reader *r)
{
    struct level *l = level_of(r);
    struct xml_attribute *m = &l->open;
    enum vr_kind kind = vr_kind(m->vr);
    if (m->vr == VR_SQ)
        TRY(xml_items_close(scope_of(r), m));
    else if (m->value.ptr != NULL && kind != VR_KIND_BYTES)
        TRY(xml_value_join(scope_of(r), m, &l->values, &m->value));
    l->values = (struct xml_value_slice){0};
    r->place = PLACE_DATA_SET;
    bool is_group_length =
        (m->tag & 0xFFFF) == 0 && m->creator.ptr == NULL; /* else its block is 00 */
    if (m->tag >> 16 == 0x0002 || is_group_length)
        return OK;
    if (!str_is_ascii(m->creator) ||
        ((kind == VR_KIND_ASCII || kind == VR_KIND_TEXT) && !str_is_ascii(m->value)))
        r->is_wide = true;
    *SLICE_PUSH(&r->tree, &l->attributes) = *m;
    return OK;
}

static err end_data_set(struct xml_reader *r)
{
    TRY(xml_data_set_close(scope_of(r), &level_of(r)->attributes));
    if (r->depth == 0) {
        r->place = PLACE_DOCUMENT;
        return OK;
    }
    struct xml_attribute_slice attributes = level_of(r)->attributes;
    struct level *outer = &r->levels[--r->depth];
    *SLICE_PUSH(&r->tree, &outer->open.items) = (struct xml_item){outer->item_number, attributes};
    r->place = PLACE_ATTRIBUTE;
    return OK;
}

static err end_element(struct xml_reader *r)
{
    switch (r->place) {
    case PLACE_DATA_SET:
        return end_data_set(r);
    case PLACE_ATTRIBUTE:
        return end_attribute(r);
    case PLACE_VALUE:
        add_value(r, str_copy(&r->tree, buf_str(&r->text)));
        r->place = PLACE_ATTRIBUTE;
        return OK;
    case PLACE_INLINE:
        return end_inline(r);
    case PLACE_NAME:
        end_name(r);
        return OK;
    case PLACE_GROUP:
        r->place = PLACE_NAME;
        return OK;
    case PLACE_COMPONENT:
        return end_component(r);
    default: /* BulkData */
        r->place = PLACE_ATTRIBUTE;
        return OK;
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static err add_characters(struct xml_reader *r, str text)
{
    bool keeps = r->place == PLACE_VALUE || r->place == PLACE_COMPONENT;
    if (r->text.len + text.len > TEXT_SIZE_MAX)
        return ERR(TOO_LARGE, "a value is too long");
    if (keeps) {
        buf_add(&r->text, text);
        return OK;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (is_space(text.ptr[i]))
            continue;
        if (r->place != PLACE_INLINE)
            return bad(r, "has text where the model has none");
        buf_add_char(&r->text, text.ptr[i]);
    }
    return OK;
}

/* expat calls on after it was stopped, to the end of a tag. */
static void XMLCALL on_begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_reader *r = user;
    if (failed(r->error))
        return;
    err e = begin_element(r, name, attributes);
    if (failed(e))
        fail(r, e);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct xml_reader *r = user;
    (void)name;
    if (failed(r->error))
        return;
    err e = end_element(r);
    if (failed(e))
        fail(r, e);
}

static void XMLCALL on_text(void *user, const XML_Char *text, int size)
{
    struct xml_reader *r = user;
    if (failed(r->error))
        return;
    err e = add_characters(r, (str){text, (size_t)size});
    if (failed(e))
        fail(r, e);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    fail(user, ERR(MALFORMED, "a document with a DOCTYPE is not read"));
}

static err parse(struct xml_reader *r, str document)
{
    if (document.len > INT_MAX)
        return ERR(TOO_LARGE, "the document is too long");
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    enum XML_Status status = XML_Parse(r->parser, document.ptr, (int)document.len, XML_TRUE);
    if (failed(r->error) || status == XML_STATUS_OK)
        return r->error;
    if (XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY)
        return ERR(UNAVAILABLE, "no memory for the document");
    return ERRF(r->arena, MALFORMED, "line %lu: %s",
                (unsigned long)XML_GetCurrentLineNumber(r->parser),
                XML_ErrorString(XML_GetErrorCode(r->parser)));
}

/* The events are UTF-8 whatever the document says of a file it was made from. */
static void state_charset(struct xml_reader *r)
{
    struct xml_attribute_slice *set = &r->levels[0].attributes;
    size_t at = 0;
    while (at < set->len && set->at[at].tag < TAG_CHARSET)
        at++;
    if (!r->is_wide || (at < set->len && set->at[at].tag == TAG_CHARSET))
        return;
    SLICE_PUSH(&r->tree, set);
    memmove(&set->at[at + 1], &set->at[at], (set->len - 1 - at) * sizeof *set->at);
    set->at[at] = (struct xml_attribute){.tag = TAG_CHARSET, .vr = VR_CS, .value = STR("")};
}

err xml_model_read(struct arena *a, str document, struct part10_consumer *consumer)
{
    struct xml_reader r = {.arena = a};
    arena_init(&r.tree);
    r.text = BUF_IN(&r.tree);
    r.parser = XML_ParserCreateNS(NULL, NAMESPACE_END);
    err e = r.parser == NULL ? ERR(UNAVAILABLE, "no memory for the parser") : parse(&r, document);
    if (r.parser != NULL)
        XML_ParserFree(r.parser);
    if (!failed(e)) {
        state_charset(&r);
        e = xml_data_set_push(&r.levels[0].attributes, r.is_wide, consumer);
    }
    arena_deinit(&r.tree);
    return e;
}
