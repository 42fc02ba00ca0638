/* Two passes: the first checks the structure and lists the attributes of all items, with where
 * their values are; sorted by item and tag, the second pushes them. Both keep a stack, not a
 * recursion. */
#include "dicom/model/json_reader.h"

#include "base/arena.h"
#include "base/json.h"
#include "dicom/dictionary.h"
#include "dicom/model/json_value.h"
#include "dicom/part10/values.h"

#include <stdlib.h>

enum { TAG_CHARSET = 0x00080005, GROUP_META = 0x0002, GROUP_DELIMITERS = 0xFFFE };
#define NO_ITEM UINT32_MAX

/* What the values of an attribute are, before its VR is known: vr may come behind Value. */
enum {
    HAS_SCALARS = 1,
    HAS_NAMES = 2,       /* objects that begin with a group of a name */
    HAS_EMPTY_ITEMS = 4, /* {}: an item, or a name without groups */
    HAS_ITEMS = 8
};

struct node {
    struct json_attribute attribute;
    uint32_t item;       /* that it is in */
    uint32_t order;      /* in the document */
    uint32_t first_item; /* NO_ITEM */
    bool has_vr;
    unsigned char shapes;
};
SLICE(node);

struct item {
    size_t begin, end; /* its nodes, once they are sorted */
    uint32_t next;     /* of the same sequence; NO_ITEM */
};
SLICE(item);

struct level {
    enum { IN_ITEM, IN_ATTRIBUTE, IN_VALUES } where;
    bool first; /* nothing came yet since the bracket that opened it */
    uint32_t item, last_item;
    size_t node; /* the attribute it is at */
    size_t value_start;
};

struct model {
    struct arena *arena;
    struct json_cursor cursor;
    struct node_slice nodes;
    struct item_slice items;
    struct level levels[PART10_NESTING_MAX + 1]; /* [0] is the data set */
    unsigned level_count;
    uint32_t element_count;
    bool has_charset, is_ascii;
    bool takes_first; /* of two attributes with one tag */
};

static struct level *top(struct model *m)
{
    return &m->levels[m->level_count - 1];
}

static struct node *node_at(struct model *m)
{
    return &m->nodes.at[top(m)->node];
}

static err bad(struct model *m, const char *what)
{
    return json_attribute_bad(m->arena, node_at(m)->attribute.tag, what);
}

static err count_one(struct model *m)
{
    if (++m->element_count > PART10_ELEMENT_COUNT_MAX)
        return ERR(MALFORMED, "too many elements");
    return OK;
}

static err begin_item(struct model *m)
{
    uint32_t index = (uint32_t)m->items.len;
    TRY(json_expect(&m->cursor, '{'));
    if (m->level_count > PART10_NESTING_MAX)
        return ERR(MALFORMED, "sequences are nested too deeply");
    *SLICE_PUSH(m->arena, &m->items) = (struct item){.next = NO_ITEM};
    if (m->level_count != 0) {
        struct level *outer = top(m);
        TRY(count_one(m));
        if (outer->last_item == NO_ITEM)
            node_at(m)->first_item = index;
        else
            m->items.at[outer->last_item].next = index;
        outer->last_item = index;
    }
    m->levels[m->level_count++] = (struct level){.where = IN_ITEM, .first = true, .item = index};
    return OK;
}

static err scan_item(struct model *m)
{
    struct level *l = top(m);
    bool more;
    str key;
    uint32_t tag;
    TRY(json_next(&m->cursor, &l->first, '}', &more));
    if (!more) {
        m->level_count--;
        return OK;
    }
    TRY(json_take_text(&m->cursor, &key));
    if (!tag_from_text(key, &tag)) /* keywords too: the key is not shown, it may be anything */
        return ERRF(m->arena, MALFORMED, "a member that is no tag, before byte %zu", m->cursor.at);
    TRY(count_one(m));
    l->node = m->nodes.len;
    *SLICE_PUSH(m->arena, &m->nodes) = (struct node){.attribute = {.tag = tag},
                                                     .item = l->item,
                                                     .order = (uint32_t)l->node,
                                                     .first_item = NO_ITEM};
    if (tag >> 16 == GROUP_DELIMITERS)
        return bad(m, "is no element of a data set");
    TRY(json_expect(&m->cursor, ':'));
    TRY(json_expect(&m->cursor, '{'));
    l->where = IN_ATTRIBUTE;
    l->first = true;
    return OK;
}

static err take_text(struct model *m, str *out)
{
    if (json_peek(&m->cursor) != '"')
        return bad(m, "has a vr, InlineBinary or BulkDataURI that is no text");
    return json_take_text(&m->cursor, out);
}

static err scan_vr(struct model *m)
{
    struct node *n = node_at(m);
    str name = STR_NONE;
    if (n->has_vr)
        return bad(m, "has more than one vr");
    TRY(take_text(m, &name));
    n->attribute.vr = name.len == 2 ? vr_from_chars(name.ptr) : VR_NONE;
    n->has_vr = true;
    return n->attribute.vr == VR_NONE ? bad(m, "has an unknown vr") : OK;
}

static err scan_form(struct model *m, enum json_form form)
{
    struct level *l = top(m);
    struct json_attribute *attribute = &node_at(m)->attribute;
    if (attribute->form != JSON_FORM_NONE)
        return bad(m, "has more than one of Value, InlineBinary and BulkDataURI");
    attribute->form = form;
    if (form != JSON_FORM_VALUE)
        return take_text(m, &attribute->text);
    if (json_peek(&m->cursor) != '[')
        return bad(m, "has a Value that is no list");
    l->value_start = m->cursor.at++;
    l->last_item = NO_ITEM;
    l->where = IN_VALUES;
    l->first = true;
    return OK;
}

/* PS3.18 F.2.2 requires vr. Who leaves it out means the dictionary's, if that has no choice. */
static err find_vr(struct model *m, struct json_attribute *attribute)
{
    uint32_t tag = attribute->tag;
    const struct dictionary_entry *entry = dictionary_find(tag);
    bool has_value = attribute->form != JSON_FORM_NONE &&
                     (attribute->form != JSON_FORM_VALUE || attribute->value_count != 0);
    if (entry != NULL && (entry->other_vr == VR_NONE || !has_value))
        attribute->vr = entry->vr;
    else if (entry == NULL)
        attribute->vr = dictionary_implicit_vr(tag, false); /* LO of a private creator, or UN */
    if (attribute->vr == VR_NONE || (has_value && attribute->vr == VR_UN))
        return bad(m, "has no vr");
    return OK;
}

static err check_sequence(struct model *m, const struct node *n)
{
    if (n->attribute.tag == TAG_CHARSET) /* there would be none, for whatever is not ASCII */
        return bad(m, "is a sequence, where a text must be");
    if (n->attribute.form > JSON_FORM_VALUE)
        return bad(m, "is a sequence whose items are not in Value");
    if ((n->shapes & (HAS_SCALARS | HAS_NAMES)) != 0)
        return bad(m, "is a sequence of something that is no item");
    if (m->level_count > PART10_NESTING_MAX)
        return ERR(MALFORMED, "sequences are nested too deeply");
    return OK;
}

/* At the end of an attribute, when its vr must be known. */
static err check_attribute(struct model *m)
{
    struct node *n = node_at(m);
    struct json_attribute *attribute = &n->attribute;
    if (!n->has_vr)
        TRY(find_vr(m, attribute));
    if (attribute->tag == TAG_CHARSET && m->level_count == 1)
        m->has_charset = true;
    if (attribute->vr == VR_SQ)
        return check_sequence(m, n);
    unsigned allowed =
        attribute->vr == VR_PN ? HAS_SCALARS | HAS_NAMES | HAS_EMPTY_ITEMS : HAS_SCALARS;
    if ((n->shapes & ~allowed) != 0)
        return bad(m, "has an object for a value");
    if (attribute->form == JSON_FORM_URI && attribute->text.len == 0)
        return bad(m, "has an empty BulkDataURI");
    bool is_bytes = vr_kind(attribute->vr) == VR_KIND_BYTES;
    if (is_bytes && attribute->value_count != 0)
        return bad(m, "has a Value where InlineBinary or BulkDataURI must be");
    if (!is_bytes && attribute->form == JSON_FORM_INLINE)
        return bad(m, "has InlineBinary where a Value must be");
    return OK;
}

static err scan_attribute(struct model *m)
{
    struct level *l = top(m);
    bool more;
    str key;
    TRY(json_next(&m->cursor, &l->first, '}', &more));
    if (!more) {
        TRY(check_attribute(m));
        l->where = IN_ITEM;
        return OK;
    }
    TRY(json_take_text(&m->cursor, &key));
    TRY(json_expect(&m->cursor, ':'));
    if (str_eq(key, STR("vr")))
        return scan_vr(m);
    if (str_eq(key, STR("Value")))
        return scan_form(m, JSON_FORM_VALUE);
    if (str_eq(key, STR("InlineBinary")))
        return scan_form(m, JSON_FORM_INLINE);
    if (str_eq(key, STR("BulkDataURI")))
        return scan_form(m, JSON_FORM_URI);
    return bad(m, "has an unknown member"); /* a misspelt Value must not become an empty one */
}

static err scan_scalar(struct model *m)
{
    char next = json_peek(&m->cursor);
    str text;
    if (next == '[' || next == '{')
        return bad(m, "has a list or an object within a value");
    if (next != '"')
        return json_take_word(&m->cursor, &text);
    TRY(json_take_text(&m->cursor, &text));
    m->is_ascii = m->is_ascii && str_is_ascii(text);
    return OK;
}

static err scan_name(struct model *m)
{
    bool first = true, more;
    str key;
    TRY(json_expect(&m->cursor, '{'));
    for (;;) {
        TRY(json_next(&m->cursor, &first, '}', &more));
        if (!more)
            return OK;
        TRY(json_take_text(&m->cursor, &key));
        TRY(json_expect(&m->cursor, ':'));
        TRY(scan_scalar(m));
    }
}

/* A name or an item, which its first member tells. */
static err scan_object(struct model *m)
{
    struct json_cursor *c = &m->cursor;
    size_t start = c->at, group;
    bool is_name = false, is_empty;
    str key;
    TRY(json_expect(c, '{'));
    is_empty = json_peek(c) == '}';
    if (!is_empty) {
        TRY(json_take_text(c, &key));
        is_name = json_name_group(key, &group);
    }
    c->at = start;
    node_at(m)->shapes |= is_name ? HAS_NAMES : is_empty ? HAS_EMPTY_ITEMS : HAS_ITEMS;
    return is_name ? scan_name(m) : begin_item(m);
}

static err scan_values(struct model *m)
{
    struct level *l = top(m);
    struct node *n = node_at(m);
    bool more;
    TRY(json_next(&m->cursor, &l->first, ']', &more));
    if (!more) {
        n->attribute.text = str_sub(m->cursor.text, l->value_start, m->cursor.at);
        l->where = IN_ATTRIBUTE;
        return OK;
    }
    n->attribute.value_count++;
    if (json_peek(&m->cursor) == '{')
        return scan_object(m);
    n->shapes |= HAS_SCALARS;
    return scan_scalar(m);
}

static err scan(struct model *m)
{
    TRY(begin_item(m));
    while (m->level_count != 0)
        switch (top(m)->where) {
        case IN_ITEM:
            TRY(scan_item(m));
            break;
        case IN_ATTRIBUTE:
            TRY(scan_attribute(m));
            break;
        case IN_VALUES:
            TRY(scan_values(m));
            break;
        }
    if (json_peek(&m->cursor) != '\0' || m->cursor.at != m->cursor.text.len)
        return ERR(MALFORMED, "not valid JSON: something follows the object");
    return OK;
}

static int compare_nodes(const void *left, const void *right)
{
    const struct node *a = left, *b = right;
    if (a->item != b->item)
        return a->item < b->item ? -1 : 1;
    if (a->attribute.tag != b->attribute.tag)
        return a->attribute.tag < b->attribute.tag ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static err sort_nodes(struct model *m)
{
    struct node *at = m->nodes.at;
    if (m->nodes.len != 0)
        qsort(at, m->nodes.len, sizeof *at, compare_nodes);
    size_t kept = 0;
    for (size_t i = 0; i < m->nodes.len; i++) {
        struct item *item = &m->items.at[at[i].item];
        bool is_first = kept == 0 || at[kept - 1].item != at[i].item;
        bool is_again = !is_first && at[kept - 1].attribute.tag == at[i].attribute.tag;
        if (is_again && !m->takes_first)
            return json_attribute_bad(m->arena, at[i].attribute.tag, "is there twice");
        if (is_again)
            continue;
        if (is_first)
            item->begin = kept;
        at[kept++] = at[i];
        item->end = kept;
    }
    m->nodes.len = kept;
    return OK;
}

/* The second pass. */
struct place {
    uint32_t item, index; /* index: within its sequence */
    size_t next;          /* node */
};

struct emitter {
    struct model *model;
    struct part10_consumer *consumer;
    struct arena scratch; /* of one value */
    struct place places[PART10_NESTING_MAX + 1];
    unsigned depth;
};

static bool is_left_out(uint32_t tag)
{
    return tag >> 16 == GROUP_META || (tag & 0xFFFF) == 0;
}

/* See the top of the header. */
static bool is_to_be_utf8(const struct model *m, const struct json_attribute *attribute, str value)
{
    bool has_value = attribute->form == JSON_FORM_URI || value_trim(value).len != 0;
    return attribute->tag == TAG_CHARSET &&
           (!m->is_ascii || (has_value && vr_kind(attribute->vr) != VR_KIND_BYTES));
}

static err push_value(struct emitter *t, const struct json_attribute *attribute)
{
    struct part10_consumer *c = t->consumer;
    struct part10_element e = {.tag = attribute->tag, .vr = attribute->vr, .depth = t->depth};
    str value = STR_NONE;
    arena_reset(&t->scratch);
    if (attribute->form != JSON_FORM_URI)
        TRY(json_value_encode(t->model->arena, &t->scratch, attribute, &value));
    if (is_to_be_utf8(t->model, attribute, value)) {
        e.vr = VR_CS;
        value = STR("ISO_IR 192");
    } else if (attribute->form == JSON_FORM_URI) {
        e.uri = attribute->text;
        e.length = PART10_UNDEFINED_LENGTH;
        return c->ops->element(c, &e, STR_NONE);
    }
    e.length = (uint32_t)value.len;
    return c->ops->element(c, &e, value);
}

static err push_item_begin(struct emitter *t, uint32_t item, uint32_t index)
{
    t->places[t->depth] = (struct place){item, index, t->model->items.at[item].begin};
    return t->consumer->ops->item_begin(t->consumer, index);
}

static err push_sequence_end(struct emitter *t)
{
    t->depth--;
    return t->consumer->ops->sequence_end(t->consumer);
}

static err push_sequence_begin(struct emitter *t, const struct node *n)
{
    struct part10_element e = {
        .tag = n->attribute.tag, .vr = VR_SQ, .length = PART10_UNDEFINED_LENGTH, .depth = t->depth};
    TRY(t->consumer->ops->sequence_begin(t->consumer, &e));
    t->depth++;
    return n->first_item == NO_ITEM ? push_sequence_end(t) : push_item_begin(t, n->first_item, 0);
}

/* Behind the last element of an item: the next one, or the end of the sequence. */
static err push_item_end(struct emitter *t)
{
    struct place here = t->places[t->depth];
    uint32_t next = t->model->items.at[here.item].next;
    TRY(t->consumer->ops->item_end(t->consumer));
    return next == NO_ITEM ? push_sequence_end(t) : push_item_begin(t, next, here.index + 1);
}

static err push_all(struct emitter *t)
{
    uint32_t last_tag = t->consumer->last_tag;
    t->places[0] = (struct place){.next = t->model->items.at[0].begin};
    for (;;) {
        struct place *here = &t->places[t->depth];
        if (here->next == t->model->items.at[here->item].end) {
            if (t->depth == 0)
                return OK;
            TRY(push_item_end(t));
            continue;
        }
        const struct node *n = &t->model->nodes.at[here->next++];
        if (t->depth == 0 && last_tag != 0 && n->attribute.tag > last_tag)
            return OK;
        if (is_left_out(n->attribute.tag))
            continue;
        if (n->attribute.vr == VR_SQ)
            TRY(push_sequence_begin(t, n));
        else
            TRY(push_value(t, &n->attribute));
    }
}

static err read_model(struct model *m, struct part10_consumer *consumer)
{
    TRY(scan(m));
    if (!m->is_ascii && !m->has_charset)
        *SLICE_PUSH(m->arena, &m->nodes) = (struct node){
            .attribute = {.tag = TAG_CHARSET, .vr = VR_CS}, .item = 0, .first_item = NO_ITEM};
    TRY(sort_nodes(m));
    struct emitter t = {.model = m, .consumer = consumer};
    arena_init(&t.scratch);
    err e = push_all(&t);
    arena_deinit(&t.scratch);
    return e;
}

static err read_object(struct arena *a, str object, bool takes_first,
                       struct part10_consumer *consumer)
{
    struct arena work;
    if (!str_is_utf8(object))
        return ERR(MALFORMED, "not valid JSON: not UTF-8");
    arena_init(&work);
    struct model m = {.arena = &work,
                      .cursor = {.arena = &work, .text = object},
                      .is_ascii = true,
                      .takes_first = takes_first};
    err e = read_model(&m, consumer);
    if (failed(e) && e.text != NULL)
        e.text = str_cstr(a, str_of(e.text));
    arena_deinit(&work);
    return e;
}

err json_model_read(struct arena *a, str object, struct part10_consumer *consumer)
{
    return read_object(a, object, false, consumer);
}

err json_model_read_stored(struct arena *a, str object, struct part10_consumer *consumer)
{
    return read_object(a, object, true, consumer);
}

/* From one brace to the one that closes it, quoted ones aside. */
static err take_object(struct json_cursor *c, str *out)
{
    if (json_peek(c) != '{')
        return json_expect(c, '{');
    size_t start = c->at, depth = 0;
    bool quoted = false;
    while (c->at < c->text.len) {
        char byte = c->text.ptr[c->at++];
        if (byte == '"') {
            quoted = !quoted;
        } else if (quoted) {
            c->at += byte == '\\' && c->at < c->text.len ? 1 : 0;
        } else if (byte == '{') {
            depth++;
        } else if (byte == '}' && --depth == 0) {
            *out = str_sub(c->text, start, c->at);
            return OK;
        }
    }
    return ERR(MALFORMED, "not valid JSON: an object without end");
}

err json_model_split(struct arena *a, str text, struct str_slice *out)
{
    struct json_cursor c = {.arena = a, .text = text};
    struct str_slice objects = {0};
    bool is_list = json_peek(&c) == '[', first = true, more = true;
    if (is_list)
        c.at++;
    for (;;) {
        if (is_list)
            TRY(json_next(&c, &first, ']', &more));
        if (!more)
            break;
        if (objects.len == JSON_MODEL_OBJECT_COUNT_MAX)
            return ERR(TOO_LARGE, "more data sets than the limit");
        TRY(take_object(&c, SLICE_PUSH(a, &objects)));
        more = is_list;
    }
    if (json_peek(&c) != '\0' || c.at != text.len)
        return ERR(MALFORMED, "not valid JSON: something follows the data sets");
    *out = objects;
    return OK;
}
