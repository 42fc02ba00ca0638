/* Events to elements and text. Three control characters, which no document can hold, mark the
 * places where xml_model_finish puts in what is not known before the end. */
#include "dicom/model/xml_writer.h"

#include "base/arena.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/model/number_text.h"
#include "dicom/part10/values.h"
#include "dicom/person_name.h"

enum { TAG_CHARSET = 0x00080005, COMPONENT_COUNT = 5 };
enum {
    PLACE_OF_PREFIX = 1,
    PLACE_OF_CHARSET = 2,       /* the whole attribute */
    PLACE_OF_CHARSET_VALUE = 3, /* of an empty one */
    PLACE_COUNT = 4
};
#define UTF8_CHARSET "<Value number=\"1\">ISO_IR 192</Value>"

static struct xml_model *model_of(struct part10_consumer *c)
{
    return container_of(c, struct xml_model, base);
}

static struct xml_model_level *level_of(struct xml_model *m)
{
    return &m->levels[m->depth];
}

/* What stands for the character at s[at] where it cannot stand for itself, and its size. */
static str replacement_at(str s, size_t at, bool in_attribute, size_t *size)
{
    unsigned char c = (unsigned char)s.ptr[at];
    *size = 1;
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return in_attribute ? STR("&quot;") : STR_NONE;
    case '\r': /* a reader makes a line feed of it, XML 1.0 2.11 */
        return STR("&#13;");
    case '\t': /* and spaces of these, 3.3.3 */
        return in_attribute ? STR("&#9;") : STR_NONE;
    case '\n':
        return in_attribute ? STR("&#10;") : STR_NONE;
    default:
        break;
    }
    if (c == 0xEF && s.len - at >= 3 && s.ptr[at + 1] == '\xBF' &&
        (unsigned char)s.ptr[at + 2] >= 0xBE)
        *size = 3;
    return c < 0x20 || *size == 3 ? STR("\xEF\xBF\xBD") : STR_NONE;
}

/* True when it is not ASCII. */
static bool add_escaped(struct buf *out, str s, bool in_attribute)
{
    size_t done = 0, size, start = out->len;
    for (size_t at = 0; at < s.len; at += size) {
        str instead = replacement_at(s, at, in_attribute, &size);
        if (instead.ptr == NULL)
            continue;
        buf_add(out, str_sub(s, done, at));
        buf_add(out, instead);
        done = at + size;
    }
    buf_add(out, str_sub(s, done, s.len));
    return !str_is_ascii(str_sub(buf_str(out), start, out->len));
}

static void add_text(struct xml_model *m, str utf8)
{
    m->is_wide |= add_escaped(&m->xml, utf8, false);
}

static void begin_numbered(struct buf *out, const char *name, size_t number)
{
    buf_add_char(out, '<');
    buf_add(out, str_of(name));
    buf_add(out, STR(" number=\""));
    buf_add_u64(out, number);
    buf_add(out, STR("\">"));
}

/* The creator of the block of a private element; absent when there is none before it. */
static str creator_of(const struct xml_model_level *l, uint32_t tag)
{
    unsigned block = tag >> 8 & 0xFF;
    if (block < 0x10 || tag >> 16 != l->last_creator >> 16)
        return STR_NONE;
    for (size_t i = 0; i < l->creators.len; i++)
        if (l->creators.at[i].block == block)
            return l->creators.at[i].name;
    return STR_NONE;
}

str xml_model_creator_name(uint32_t tag, enum dicom_vr vr, str utf8)
{
    enum vr_kind kind = vr_kind(vr);
    unsigned element = tag & 0xFFFF;
    str name = value_trim_both(utf8);
    if (!tag_is_private(tag) || element < 0x10 || element > 0xFF || vr == VR_PN ||
        (kind != VR_KIND_ASCII && kind != VR_KIND_TEXT) || name.len == 0 ||
        name.len > XML_MODEL_CREATOR_SIZE_MAX)
        return STR_NONE;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == '\\')
            return STR_NONE;
    return name;
}

static void note_creator(struct xml_model *m, const struct part10_element *e, str utf8)
{
    struct xml_model_level *l = level_of(m);
    str name = xml_model_creator_name(e->tag, e->vr, utf8);
    if (name.ptr == NULL)
        return;
    if (e->tag >> 16 != l->last_creator >> 16)
        l->creators = (struct xml_model_creator_slice){0};
    l->last_creator = e->tag;
    *SLICE_PUSH(m->arena, &l->creators) =
        (struct xml_model_creator){e->tag & 0xFF, str_copy(m->arena, name)};
}

static bool is_left_out(const struct part10_element *e)
{
    return e->tag >> 16 == 0x0002 || (e->tag & 0xFFFF) == 0;
}

/* False when the attribute must not be written (again). */
static bool begin_attribute(struct xml_model *m, const struct part10_element *e)
{
    struct xml_model_level *l = level_of(m);
    if (m->skipping || is_left_out(e) || !tag_set_add(&m->tags, l->item, e->tag))
        return false;
    if (m->depth == 0 && !m->has_charset && e->tag >= TAG_CHARSET) {
        m->has_charset = true;
        if (e->tag != TAG_CHARSET)
            buf_add_char(&m->xml, PLACE_OF_CHARSET);
    }
    const struct dictionary_entry *known = dictionary_find(e->tag);
    str creator = tag_is_private(e->tag) ? creator_of(l, e->tag) : STR_NONE;
    buf_addf(&m->xml, "<DicomAttribute tag=\"%08X\" vr=\"",
             creator.ptr != NULL ? e->tag & 0xFFFF00FF : e->tag);
    buf_add(&m->xml, e->vr == VR_NONE ? STR("UN") : vr_name(e->vr));
    if (known != NULL) {
        buf_add(&m->xml, STR("\" keyword=\""));
        buf_add(&m->xml, str_of(known->keyword));
    }
    if (creator.ptr != NULL) {
        buf_add(&m->xml, STR("\" privateCreator=\""));
        m->is_wide |= add_escaped(&m->xml, creator, true);
    }
    buf_add(&m->xml, STR("\">"));
    return true;
}

static void end_attribute(struct xml_model *m)
{
    buf_add(&m->xml, STR("</DicomAttribute>"));
}

static void add_bulk(struct xml_model *m, const struct part10_element *e)
{
    buf_add(&m->xml, STR("<BulkData uri=\""));
    if (e->uri.ptr != NULL) {
        add_escaped(&m->xml, e->uri, true);
    } else {
        buf_add_char(&m->xml, PLACE_OF_PREFIX);
        buf_add(&m->xml, STR("/bulkdata/"));
        for (unsigned i = 0; i < m->depth; i++)
            buf_addf(&m->xml, "%08X/%u/", m->levels[i].path_tag, m->levels[i].path_item + 1);
        buf_addf(&m->xml, "%08X", e->tag);
    }
    buf_add(&m->xml, STR("\"/>"));
}

static void add_name_group(struct xml_model *m, const char *group_name, str group)
{
    static const char *const names[COMPONENT_COUNT] = {"FamilyName", "GivenName", "MiddleName",
                                                       "NamePrefix", "NameSuffix"};
    str rest = value_trim_both(group), part;
    bool has_any = false;
    for (size_t i = 0; i < COMPONENT_COUNT && rest.ptr != NULL; i++) {
        if (i + 1 < COMPONENT_COUNT)
            str_cut(&rest, '^', &part);
        else
            part = rest;
        part = value_trim_both(part);
        if (part.len == 0)
            continue;
        if (!has_any)
            buf_addf(&m->xml, "<%s>", group_name);
        has_any = true;
        buf_addf(&m->xml, "<%s>", names[i]);
        add_text(m, part);
        buf_addf(&m->xml, "</%s>", names[i]);
    }
    if (has_any)
        buf_addf(&m->xml, "</%s>", group_name);
}

static void add_person_name(struct xml_model *m, size_t number, str value)
{
    struct person_name name = person_name_split(value);
    begin_numbered(&m->xml, "PersonName", number);
    add_name_group(m, "Alphabetic", name.alphabetic);
    add_name_group(m, "Ideographic", name.ideographic);
    add_name_group(m, "Phonetic", name.phonetic);
    buf_add(&m->xml, STR("</PersonName>"));
}

static void add_value(struct xml_model *m, size_t number, str utf8)
{
    begin_numbered(&m->xml, "Value", number);
    add_text(m, utf8);
    buf_add(&m->xml, STR("</Value>"));
}

static bool keeps_leading_space(enum dicom_vr vr)
{
    return vr == VR_UC || vr == VR_UI;
}

/* "^^^^", which devices write for no name at all. */
static bool is_no_name(str value)
{
    struct person_name name = person_name_split(value);
    const str groups[] = {name.alphabetic, name.ideographic, name.phonetic};
    for (size_t i = 0; i < COUNT_OF(groups); i++)
        for (size_t at = 0; at < groups[i].len; at++)
            if (strchr("^ ", groups[i].ptr[at]) == NULL) /* the NUL counts */
                return false;
    return str_find_char(value, '\\') == SIZE_MAX;
}

static void add_texts(struct xml_model *m, enum dicom_vr vr, str utf8)
{
    str rest = value_trim(utf8), part;
    if (rest.len == 0 || (vr == VR_PN && is_no_name(rest)))
        return;
    if (!vr_is_multi_valued(vr)) {
        add_value(m, 1, rest);
        return;
    }
    for (size_t number = 1; str_cut(&rest, '\\', &part); number++) {
        part = keeps_leading_space(vr) ? value_trim(part) : value_trim_both(part);
        if (vr == VR_PN)
            add_person_name(m, number, part);
        else
            add_value(m, number, part);
    }
}

static void add_numbers(struct xml_model *m, const struct part10_element *e, str value)
{
    size_t size = number_size(e->vr);
    for (size_t number = 1; number <= value.len / size; number++) {
        begin_numbered(&m->xml, "Value", number);
        number_text_write(&m->xml, e->vr, (const unsigned char *)value.ptr + (number - 1) * size,
                          e->big_endian);
        buf_add(&m->xml, STR("</Value>"));
    }
}

/* Base64 of the bytes in little endian order, as DICOM JSON has them (PS3.18
 * F.2.7). dcm2xml of DCMTK 3.6 writes words in big endian order; dcm4che does not. */
static void add_inline(struct xml_model *m, const struct part10_element *e, str value)
{
    if (value.len == 0)
        return;
    if (e->big_endian)
        value = vr_turn_words(m->scratch, value, vr_word_size(e->vr));
    buf_add(&m->xml, STR("<InlineBinary>"));
    buf_add_base64(&m->xml, value.ptr, value.len);
    buf_add(&m->xml, STR("</InlineBinary>"));
}

static void add_charset(struct xml_model *m, const struct part10_element *given, str value)
{
    bool is_empty = value.ptr != NULL ? value_trim(value).len == 0 : given->length == 0;
    struct part10_element e = {.tag = TAG_CHARSET, .vr = VR_CS};
    if (!begin_attribute(m, &e))
        return;
    level_of(m)->charset = charset_parse(value_trim(value));
    if (is_empty)
        buf_add_char(&m->xml, PLACE_OF_CHARSET_VALUE);
    else
        buf_add(&m->xml, STR(UTF8_CHARSET));
    end_attribute(m);
}

static void add_given(struct xml_model *m, const struct part10_element *e, str value)
{
    enum vr_kind kind = vr_kind(e->vr);
    if (kind == VR_KIND_BYTES) {
        add_inline(m, e, value);
    } else if (kind == VR_KIND_BINARY) {
        add_numbers(m, e, value);
    } else {
        str utf8 = charset_to_utf8(&level_of(m)->charset, m->scratch, e->vr, value);
        note_creator(m, e, utf8);
        add_texts(m, e->vr, utf8);
    }
}

static err write_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct xml_model *m = model_of(c);
    if (m->scratch->used_size > PART10_BUFFER_SIZE)
        arena_reset(m->scratch);
    if (e->tag == TAG_CHARSET) {
        add_charset(m, e, value);
        return OK;
    }
    if (!begin_attribute(m, e))
        return OK;
    if (value.ptr == NULL && e->length != 0)
        add_bulk(m, e);
    else
        add_given(m, e, value);
    end_attribute(m);
    return OK;
}

static err write_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    struct xml_model *m = model_of(c);
    struct part10_element sequence = *e;
    sequence.vr = VR_SQ;
    bool written = begin_attribute(m, &sequence);
    level_of(m)->path_tag = e->tag;
    if (!written && !m->skipping) {
        m->skipping = true;
        m->skip_depth = m->depth;
    }
    m->depth++;
    return OK;
}

static err write_item_begin(struct part10_consumer *c, uint32_t index)
{
    struct xml_model *m = model_of(c);
    struct xml_model_level *outer = &m->levels[m->depth - 1];
    outer->path_item = index;
    *level_of(m) = (struct xml_model_level){.item = ++m->item_count, .charset = outer->charset};
    if (!m->skipping)
        begin_numbered(&m->xml, "Item", (size_t)index + 1);
    return OK;
}

static err write_item_end(struct part10_consumer *c)
{
    struct xml_model *m = model_of(c);
    if (!m->skipping)
        buf_add(&m->xml, STR("</Item>"));
    return OK;
}

static err write_sequence_end(struct part10_consumer *c)
{
    struct xml_model *m = model_of(c);
    m->depth--;
    if (m->skipping)
        m->skipping = m->depth != m->skip_depth;
    else
        end_attribute(m);
    return OK;
}

static err write_fragment(struct part10_consumer *c, const struct part10_element *e,
                          const struct part10_fragment *f)
{
    (void)c;
    (void)e;
    (void)f;
    return OK;
}

static err write_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    (void)e;
    return OK;
}

static size_t write_wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    return json_model_wants(e);
}

static const struct part10_consumer_ops writer_ops = {
    .wants = write_wants,
    .element = write_element,
    .sequence_begin = write_sequence_begin,
    .item_begin = write_item_begin,
    .item_end = write_item_end,
    .sequence_end = write_sequence_end,
    .fragment = write_fragment,
    .fragments_end = write_fragments_end,
};

void xml_model_init(struct xml_model *m, struct arena *a, struct arena *scratch)
{
    *m = (struct xml_model){
        .base = {.ops = &writer_ops}, .xml = BUF_IN(a), .arena = a, .scratch = scratch};
    tag_set_init(&m->tags, a);
    m->levels[0].item = m->item_count = 1;
    m->levels[0].charset = charset_parse(STR(""));
    buf_add(&m->xml, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><NativeDicomModel "
                         "xml:space=\"preserve\" xmlns=\"" XML_MODEL_NAMESPACE "\">"));
}

str xml_model_finish(struct xml_model *m, struct arena *a, str prefix)
{
    struct buf out = BUF_IN(a), escaped = BUF_IN(a);
    if (!m->has_charset)
        buf_add_char(&m->xml, PLACE_OF_CHARSET);
    m->has_charset = true;
    add_escaped(&escaped, prefix, true);
    const str fills[PLACE_COUNT] = {
        [PLACE_OF_PREFIX] = buf_str(&escaped),
        [PLACE_OF_CHARSET] =
            STR("<DicomAttribute tag=\"00080005\" vr=\"CS\" "
                "keyword=\"SpecificCharacterSet\">" UTF8_CHARSET "</DicomAttribute>"),
        [PLACE_OF_CHARSET_VALUE] = STR(UTF8_CHARSET),
    };
    str xml = buf_str(&m->xml);
    size_t done = 0;
    buf_reserve(&out, xml.len + 256);
    for (size_t at = 0; at < xml.len; at++) {
        unsigned char place = (unsigned char)xml.ptr[at];
        if (place >= PLACE_COUNT)
            continue;
        buf_add(&out, str_sub(xml, done, at));
        if (place == PLACE_OF_PREFIX || m->is_wide)
            buf_add(&out, fills[place]);
        done = at + 1;
    }
    buf_add(&out, str_sub(xml, done, xml.len));
    buf_add(&out, STR("</NativeDicomModel>"));
    return buf_str(&out);
}
