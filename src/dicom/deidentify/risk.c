/* A consumer that gathers facts; tables of SOP classes that say what to expect. */
#include "dicom/deidentify/risk.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/document_type.h"
#include "dicom/model/json_reader.h"
#include "dicom/charset.h"
#include "dicom/part10/values.h"
#include "dicom/sop_class.h"
#include "dicom/transfer_syntax.h"

#define STORAGE "1.2.840.10008.5.1.4.1.1."
#define MEDIA_DIRECTORY "1.2.840.10008.1.3.10"

enum { TAG_CHARSET = 0x00080005, TAG_BEFORE_PIXEL_DATA = 0x7FE00000, FACT_SIZE_MAX = 4096 };

static const struct {
    uint32_t tag;
    size_t member;
} texts[] = {
#define OF(member_) offsetof(struct deidentify_facts, member_)
    {0x00080008, OF(image_type)},
    {0x00080016, OF(sop_class_uid)},
    {0x00080018, OF(sop_instance_uid)},
    {0x00080064, OF(conversion_type)},
    {0x00083002, OF(transfer_syntax_uid)}, /* kept metadata has it */
    {0x00100020, OF(patient_id)},
    {0x00100021, OF(issuer_of_patient_id)},
    {0x0020000D, OF(study_instance_uid)},
    {0x00280301, OF(burned_in_annotation)},
    {0x00280302, OF(recognizable_features)},
    {0x00280303, OF(temporal_information)},
    {0x00480010, OF(specimen_label_in_image)},
#undef OF
};

/* A class ends a beginning with "." stands for all under it. */
static const struct {
    const char *uid;
    enum deidentify_risk risk;
} classes[] = {
    {MEDIA_DIRECTORY, DEIDENTIFY_RISK_DIRECTORY},
    {STORAGE "3", DEIDENTIFY_RISK_BURNED_IN_LIKELY},   /* ultrasound, retired */
    {STORAGE "3.1", DEIDENTIFY_RISK_BURNED_IN_LIKELY}, /* ultrasound multi-frame */
    {STORAGE "6", DEIDENTIFY_RISK_BURNED_IN_LIKELY},
    {STORAGE "6.1", DEIDENTIFY_RISK_BURNED_IN_LIKELY},
    {STORAGE "7", DEIDENTIFY_RISK_BURNED_IN_LIKELY}, /* secondary capture */
    {STORAGE "7.", DEIDENTIFY_RISK_BURNED_IN_LIKELY},
    {STORAGE "12.77", DEIDENTIFY_RISK_BURNED_IN_LIKELY},
    {STORAGE "9.4.1", DEIDENTIFY_RISK_SOUND}, /* voice */
    {STORAGE "9.4.2", DEIDENTIFY_RISK_SOUND},
    {STORAGE "77.1.1", DEIDENTIFY_RISK_FACE}, /* endoscopy and photography */
    {STORAGE "77.1.1.1", DEIDENTIFY_RISK_VIDEO},
    {STORAGE "77.1.2.1", DEIDENTIFY_RISK_VIDEO},
    {STORAGE "77.1.4", DEIDENTIFY_RISK_FACE},
    {STORAGE "77.1.4.1", DEIDENTIFY_RISK_VIDEO},
    {STORAGE "77.1.5.", DEIDENTIFY_RISK_FACE}, /* retinae are as good as fingerprints */
    {STORAGE "88.", DEIDENTIFY_RISK_STRUCTURED_CONTENT},
    {STORAGE "104.", DEIDENTIFY_RISK_DOCUMENT},
    {STORAGE "66", DEIDENTIFY_RISK_UNKNOWN_CLASS}, /* raw data */
};

const char *deidentify_risk_text(enum deidentify_risk risk)
{
    static const char *const risk_texts[] = {
#define X(name, text) text,
        DEIDENTIFY_RISKS(X)
#undef X
    };
    return risk_texts[risk];
}

static unsigned bit(enum deidentify_risk risk, bool is_there)
{
    return is_there ? 1u << risk : 0;
}

static bool has_value(str values, str wanted)
{
    str rest = values, part;
    while (str_cut(&rest, '\\', &part))
        if (str_eq_nocase(str_trim(part), wanted))
            return true;
    return false;
}

static unsigned class_risks(str uid)
{
    unsigned risks = bit(DEIDENTIFY_RISK_DOCUMENT, document_class_is(uid));
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        str known = str_of(classes[i].uid);
        if (str_eq(uid, known) || (str_ends(known, STR(".")) && str_starts(uid, known)))
            risks |= bit(classes[i].risk, true);
    }
    return risks | bit(DEIDENTIFY_RISK_UNKNOWN_CLASS, sop_class_find(uid) == NULL);
}

unsigned deidentify_risk(const struct deidentify_facts *f)
{
    const struct transfer_syntax *syntax = transfer_syntax_find(f->transfer_syntax_uid);
    unsigned risks = class_risks(f->sop_class_uid);
    if (has_value(f->burned_in_annotation, STR("NO"))) /* whoever made the image says so */
        risks &= ~bit(DEIDENTIFY_RISK_BURNED_IN_LIKELY, true);
    if (has_value(f->recognizable_features, STR("NO")))
        risks &= ~bit(DEIDENTIFY_RISK_FACE, true);
    return risks | bit(DEIDENTIFY_RISK_BURNED_IN, has_value(f->burned_in_annotation, STR("YES"))) |
           bit(DEIDENTIFY_RISK_LABEL, has_value(f->specimen_label_in_image, STR("YES")) ||
                                          has_value(f->image_type, STR("LABEL"))) |
           bit(DEIDENTIFY_RISK_SCANNED, has_value(f->conversion_type, STR("DF")) ||
                                            has_value(f->conversion_type, STR("SD")) ||
                                            has_value(f->conversion_type, STR("WSD")) ||
                                            has_value(f->image_type, STR("SCREEN SAVE"))) |
           bit(DEIDENTIFY_RISK_FACE, has_value(f->recognizable_features, STR("YES"))) |
           bit(DEIDENTIFY_RISK_DOCUMENT, f->has_document) |
           bit(DEIDENTIFY_RISK_STRUCTURED_CONTENT, f->has_content) |
           bit(DEIDENTIFY_RISK_OVERLAY_IN_PIXELS, f->has_overlay_in_pixels) |
           bit(DEIDENTIFY_RISK_VIDEO, syntax != NULL && syntax->video) |
           bit(DEIDENTIFY_RISK_SOUND, f->has_audio) |
           bit(DEIDENTIFY_RISK_WAVEFORM_ANNOTATION, f->has_waveform_annotation) |
           bit(DEIDENTIFY_RISK_ENCRYPTED, f->has_encrypted);
}

struct facts_reader {
    struct part10_consumer base;
    struct arena *arena;
    struct charset charset;
    struct deidentify_facts facts;
};

static struct facts_reader *self(struct part10_consumer *c)
{
    return container_of(c, struct facts_reader, base);
}

static size_t wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    return e->depth == 0 && e->tag >> 16 != 0x0002 ? FACT_SIZE_MAX : 0;
}

/* Several values with the padding of each taken off, as DICOM JSON has them. */
static str trimmed(struct arena *a, str values)
{
    struct buf out = BUF_IN(a);
    str rest = value_trim(values), part;
    for (bool first = true; str_cut(&rest, '\\', &part); first = false) {
        if (!first)
            buf_add_char(&out, '\\');
        buf_add(&out, value_trim_both(part));
    }
    return buf_str(&out);
}

static void note_text(struct facts_reader *r, const struct part10_element *e, str value)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        str *member = (str *)(void *)((char *)&r->facts + texts[i].member);
        if (texts[i].tag == e->tag && member->ptr == NULL)
            *member = trimmed(r->arena, charset_to_utf8(&r->charset, r->arena, e->vr, value));
    }
}

static err element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct facts_reader *r = self(c);
    struct deidentify_facts *f = &r->facts;
    uint32_t group = e->tag >> 16, number = e->tag & 0xFFFF;
    if (e->depth != 0)
        return OK;
    f->has_document = f->has_document || (e->tag == 0x00420011 && e->length != 0);
    f->has_audio = f->has_audio || (group >> 8 == 0x50 && group % 2 == 0 && number == 0x200C);
    if (value.ptr == NULL || value.len > FACT_SIZE_MAX)
        return OK;
    if (e->tag == TAG_CHARSET)
        r->charset = charset_parse(value_trim(value));
    if (group >> 8 == 0x60 && group % 2 == 0 && number == 0x0102 && value.len >= 2)
        f->has_overlay_in_pixels = f->has_overlay_in_pixels ||
                                   value_u16((const unsigned char *)value.ptr, e->big_endian) != 0;
    note_text(r, e, value);
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    struct deidentify_facts *f = &self(c)->facts;
    if (e->depth != 0)
        return OK;
    f->has_content = f->has_content || e->tag == 0x0040A730;
    f->has_waveform_annotation = f->has_waveform_annotation || e->tag == 0x0040B020;
    f->has_encrypted = f->has_encrypted || e->tag == 0x04000500;
    return OK;
}

static err item_begin(struct part10_consumer *c, uint32_t index)
{
    (void)c, (void)index;
    return OK;
}

static err end(struct part10_consumer *c)
{
    (void)c;
    return OK;
}

static err fragment(struct part10_consumer *c, const struct part10_element *e,
                    const struct part10_fragment *f)
{
    (void)c, (void)e, (void)f;
    return OK;
}

static err fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return OK;
}

static const struct part10_consumer_ops ops = {.wants = wants,
                                               .element = element,
                                               .sequence_begin = sequence_begin,
                                               .item_begin = item_begin,
                                               .item_end = end,
                                               .sequence_end = end,
                                               .fragment = fragment,
                                               .fragments_end = fragments_end};

static struct facts_reader begin(struct arena *a)
{
    return (struct facts_reader){.base = {.ops = &ops, .last_tag = TAG_BEFORE_PIXEL_DATA},
                                 .arena = a,
                                 .charset = charset_parse(STR(""))};
}

/* Absent becomes "": nobody has to ask which of the two it is. */
static void finish(const struct facts_reader *r, struct deidentify_facts *out)
{
    *out = r->facts;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        str *member = (str *)(void *)((char *)out + texts[i].member);
        if (member->ptr == NULL)
            *member = STR("");
    }
}

err deidentify_facts_read(struct arena *a, struct byte_source *source, struct deidentify_facts *out)
{
    struct facts_reader r = begin(a);
    struct part10_file file;
    TRY(part10_read(a, source, &r.base, &file));
    finish(&r, out);
    out->transfer_syntax_uid = file.transfer_syntax_uid.len != 0
                                   ? file.transfer_syntax_uid
                                   : str_of(file.transfer_syntax->uid);
    return OK;
}

err deidentify_facts_read_json(struct arena *a, str document, struct deidentify_facts *out)
{
    struct facts_reader r = begin(a);
    TRY(json_model_read_stored(a, document, &r.base));
    finish(&r, out);
    return OK;
}
