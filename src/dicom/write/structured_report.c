/* Elements in ascending order; sequences and items with their lengths. */
#include "dicom/write/structured_report.h"

#include "base/arena.h"
#include "base/err.h"
#include "dicom/person_name.h"
#include "dicom/write/part10_writer.h"

enum { CODE_LENGTH_MAX = 16, MEANING_LENGTH_MAX = 64, TITLE_LENGTH_MAX = 1024 };
#define EXPLICIT_LITTLE_ENDIAN "1.2.840.10008.1.2.1"
#define OWN_SCHEME "99GANTRY"

/* A concept, PS3.3 8.8. */
struct code {
    str value, scheme, meaning;
};
#define DCM(value_, meaning_) ((struct code){STR(value_), STR("DCM"), STR(meaning_)})
#define LOINC(value_, meaning_) ((struct code){STR(value_), STR("LN"), STR(meaning_)})

/* Without what ends or separates values, and not longer than so many characters. */
static str fit(struct arena *a, str text, size_t length_max)
{
    struct buf out = BUF_IN(a);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        length += (c & 0xC0) != 0x80;
        if (length > length_max)
            break;
        buf_add_char(&out, c < ' ' || c == 0x7F || c == '\\' ? ' ' : (char)c);
    }
    return str_trim(buf_str(&out));
}

/* For UT: paragraphs stay. */
static str plain(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= ' ' || c == '\n' || c == '\r' || c == '\t')
            buf_add_char(&out, (char)c);
    }
    return buf_str(&out);
}

/* A name as people write it is one component of a PN. */
static str name_value(struct arena *a, str name)
{
    struct buf out = BUF_IN(a);
    str fitted = fit(a, name, MEANING_LENGTH_MAX);
    for (size_t i = 0; i < fitted.len; i++)
        buf_add_char(&out, fitted.ptr[i] == '^' || fitted.ptr[i] == '=' ? ' ' : fitted.ptr[i]);
    return buf_str(&out);
}

/* ---- sequences ---- */

static void add_u32(struct buf *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        buf_add_char(out, (char)(value >> (8 * i) & 0xFF));
}

static void add_item(struct buf *items, const struct buf *elements)
{
    buf_add(items, (str){"\xFE\xFF\x00\xE0", 4});
    add_u32(items, (uint32_t)elements->len);
    if (elements->len != 0)
        buf_add(items, buf_str(elements));
}

static void add_sequence(struct buf *out, uint32_t tag, const struct buf *items)
{
    part10_write_bytes(out, tag, VR_SQ, items->len != 0 ? items->ptr : "", items->len);
}

static void add_one(struct buf *out, uint32_t tag, const struct buf *elements)
{
    struct buf items = BUF_IN(out->arena);
    add_item(&items, elements);
    add_sequence(out, tag, &items);
}

static void add_text(struct buf *out, uint32_t tag, enum dicom_vr vr, str text)
{
    part10_write_text(out, tag, vr, text.ptr != NULL ? text : STR(""));
}

static void add_code(struct buf *out, uint32_t tag, const struct code *code)
{
    struct buf item = BUF_IN(out->arena);
    add_text(&item, 0x00080100, VR_SH, code->value);
    add_text(&item, 0x00080102, VR_SH, code->scheme);
    add_text(&item, 0x00080104, VR_LO, code->meaning);
    add_one(out, tag, &item);
}

static void add_reference(struct buf *items, str sop_class_uid, str sop_instance_uid, int64_t frame)
{
    struct buf item = BUF_IN(items->arena);
    add_text(&item, 0x00081150, VR_UI, sop_class_uid);
    add_text(&item, 0x00081155, VR_UI, sop_instance_uid);
    if (frame != 0)
        add_text(&item, 0x00081160, VR_IS, str_format(items->arena, "%lld", (long long)frame));
    add_item(items, &item);
}

/* ---- times ---- */

/* "+0130" in seconds. */
static int64_t offset_of(str text)
{
    int64_t hours, minutes;
    if (text.len != 5 || !str_to_i64(str_sub(text, 1, 3), &hours) ||
        !str_to_i64(str_sub(text, 3, 5), &minutes) || hours > 14 || minutes > 59)
        return 0;
    return (text.ptr[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

struct moment {
    str date, time; /* DA, TM */
};

static struct moment moment_of(struct arena *a, instant at, str offset)
{
    str text = instant_text(a, instant_add(at, SECONDS(offset_of(offset))));
    return (struct moment){
        str_format(a, "%.4s%.2s%.2s", text.ptr, text.ptr + 5, text.ptr + 8),
        str_format(a, "%.2s%.2s%.2s", text.ptr + 11, text.ptr + 14, text.ptr + 17)};
}

static str date_time(struct arena *a, instant at)
{
    struct moment m = moment_of(a, at, STR_NONE);
    return str_format(a, "%.*s%.*s+0000", STR_ARG(m.date), STR_ARG(m.time));
}

/* ---- what both documents begin with ---- */

static void add_times(struct buf *out, const struct document_head *h, bool is_report)
{
    struct moment m = moment_of(out->arena, h->content_at, h->timezone_offset_from_utc);
    add_text(out, 0x00080020, VR_DA, h->study_date);
    add_text(out, 0x00080021, VR_DA, m.date);
    add_text(out, 0x00080023, VR_DA, m.date);
    if (!is_report) /* of the paper that it was scanned from */
        add_text(out, 0x0008002A, VR_DT, STR(""));
    add_text(out, 0x00080030, VR_TM, h->study_time);
    add_text(out, 0x00080031, VR_TM, m.time);
    add_text(out, 0x00080033, VR_TM, m.time);
}

/* Groups 0002 and 0008. */
static void add_beginning(struct buf *out, const struct document_head *h, str sop_class_uid,
                          bool is_report, const char *modality)
{
    struct moment m = moment_of(out->arena, h->content_at, h->timezone_offset_from_utc);
    part10_write_meta(out, sop_class_uid, h->sop_instance_uid, STR(EXPLICIT_LITTLE_ENDIAN));
    add_text(out, 0x00080005, VR_CS, STR("ISO_IR 192"));
    add_text(out, 0x00080012, VR_DA, m.date);
    add_text(out, 0x00080013, VR_TM, m.time);
    add_text(out, 0x00080016, VR_UI, sop_class_uid);
    add_text(out, 0x00080018, VR_UI, h->sop_instance_uid);
    add_times(out, h, is_report);
    add_text(out, 0x00080050, VR_SH, h->accession_number);
    add_text(out, 0x00080060, VR_CS, str_of(modality));
    if (!is_report)
        add_text(out, 0x00080064, VR_CS, STR("WSD"));
    add_text(out, 0x00080070, VR_LO, STR("Gantry"));
    add_text(out, 0x00080090, VR_PN, h->referring_physician_name);
    if (h->timezone_offset_from_utc.len != 0)
        add_text(out, 0x00080201, VR_SH, h->timezone_offset_from_utc);
    if (h->study_description.len != 0)
        add_text(out, 0x00081030, VR_LO, h->study_description);
    add_text(out, 0x0008103E, VR_LO, h->series_description);
    if (is_report)
        add_sequence(out, 0x00081111, &BUF_IN(out->arena));
}

/* Groups 0010 and 0020; source: of what a document was made, before them. */
static void add_identity(struct buf *out, const struct document_head *h)
{
    add_text(out, 0x00100010, VR_PN, h->patient_name);
    add_text(out, 0x00100020, VR_LO, h->patient_id);
    if (h->issuer_of_patient_id.len != 0)
        add_text(out, 0x00100021, VR_LO, h->issuer_of_patient_id);
    add_text(out, 0x00100030, VR_DA, h->patient_birth_date);
    add_text(out, 0x00100040, VR_CS, h->patient_sex);
    add_text(out, 0x0020000D, VR_UI, h->study_instance_uid);
    add_text(out, 0x0020000E, VR_UI, h->series_instance_uid);
    add_text(out, 0x00200010, VR_SH, h->study_id);
    add_text(out, 0x00200011, VR_IS, str_format(out->arena, "%lld", (long long)h->series_number));
    add_text(out, 0x00200013, VR_IS, str_format(out->arena, "%lld", (long long)h->instance_number));
}

/* ---- the tree ---- */

/* A content item: relationship, type and concept, then by and by what its type has. */
static void begin_content(struct buf *item, const char *relationship, const char *type,
                          const struct code *concept)
{
    add_text(item, 0x0040A010, VR_CS, str_of(relationship));
    add_text(item, 0x0040A040, VR_CS, str_of(type));
    if (concept != NULL)
        add_code(item, 0x0040A043, concept);
}

static void add_text_content(struct buf *items, const char *relationship,
                             const struct code *concept, str text)
{
    struct buf item = BUF_IN(items->arena);
    begin_content(&item, relationship, "TEXT", concept);
    add_text(&item, 0x0040A160, VR_UT, plain(items->arena, text));
    add_item(items, &item);
}

static void add_code_content(struct buf *items, const char *relationship,
                             const struct code *concept, const struct code *value)
{
    struct buf item = BUF_IN(items->arena);
    begin_content(&item, relationship, "CODE", concept);
    add_code(&item, 0x0040A168, value);
    add_item(items, &item);
}

static void add_container(struct buf *items, const struct code *concept, const struct buf *children)
{
    struct buf item = BUF_IN(items->arena);
    if (children->len == 0)
        return;
    begin_content(&item, "CONTAINS", "CONTAINER", concept);
    add_text(&item, 0x0040A050, VR_CS, STR("SEPARATE"));
    add_sequence(&item, 0x0040A730, children);
    add_item(items, &item);
}

/* Names of languages, in English. */
static str language_name(str tag)
{
    static const struct {
        str tag, name;
    } names[] = {{STR_INIT("ar"), STR_INIT("Arabic")},  {STR_INIT("de"), STR_INIT("German")},
                 {STR_INIT("el"), STR_INIT("Greek")},   {STR_INIT("en"), STR_INIT("English")},
                 {STR_INIT("es"), STR_INIT("Spanish")}, {STR_INIT("fr"), STR_INIT("French")},
                 {STR_INIT("he"), STR_INIT("Hebrew")},  {STR_INIT("hi"), STR_INIT("Hindi")},
                 {STR_INIT("it"), STR_INIT("Italian")}, {STR_INIT("ja"), STR_INIT("Japanese")},
                 {STR_INIT("ko"), STR_INIT("Korean")},  {STR_INIT("nl"), STR_INIT("Dutch")},
                 {STR_INIT("pl"), STR_INIT("Polish")},  {STR_INIT("pt"), STR_INIT("Portuguese")},
                 {STR_INIT("ru"), STR_INIT("Russian")}, {STR_INIT("th"), STR_INIT("Thai")},
                 {STR_INIT("tr"), STR_INIT("Turkish")}, {STR_INIT("vi"), STR_INIT("Vietnamese")},
                 {STR_INIT("zh"), STR_INIT("Chinese")}};
    str primary = str_sub(tag, 0, str_find_char(tag, '-'));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq_nocase(primary, names[i].tag))
            return names[i].name;
    return tag;
}

/* TID 1204 and TID 1002. */
static void add_context(struct buf *items, const struct structured_report *r)
{
    const struct code of_language = DCM("121049", "Language of Content Item and Descendants"),
                      observer_type = DCM("121005", "Observer Type"),
                      person = DCM("121006", "Person"),
                      observer_name = DCM("121008", "Person Observer Name");
    str tag = fit(items->arena, r->language, CODE_LENGTH_MAX);
    const struct code language = {tag, STR("RFC5646"), language_name(tag)};
    struct buf item = BUF_IN(items->arena);
    if (tag.len != 0)
        add_code_content(items, "HAS CONCEPT MOD", &of_language, &language);
    add_code_content(items, "HAS OBS CONTEXT", &observer_type, &person);
    begin_content(&item, "HAS OBS CONTEXT", "PNAME", &observer_name);
    add_text(&item, 0x0040A123, VR_PN, name_value(items->arena, r->author_name));
    add_item(items, &item);
}

/* Headings as readers write them, folded; CID 7001 and CID 7002. */
struct known_heading {
    const char *heading;
    struct code section, text;
};
#define KNOWN(heading_, section_, section_meaning_, text_, text_meaning_)                          \
    {                                                                                              \
        heading_, {STR_INIT(section_), STR_INIT("DCM"), STR_INIT(section_meaning_)},               \
        {                                                                                          \
            STR_INIT(text_), STR_INIT("DCM"), STR_INIT(text_meaning_)                              \
        }                                                                                          \
    }
#define FINDINGS "121070", "Findings", "121071", "Finding"
#define IMPRESSIONS "121072", "Impressions", "121073", "Impression"
#define CONCLUSIONS "121076", "Conclusions", "121077", "Conclusion"
#define RECOMMENDATIONS "121074", "Recommendations", "121075", "Recommendation"
#define HISTORY "121060", "History", "121060", "History"
#define TECHNIQUE "121064", "Current Procedure Descriptions", "121065", "Procedure Description"
#define COMPARISON "121068", "Previous Findings", "121069", "Previous Finding"
#define INDICATIONS "121109", "Indications for Procedure", "121109", "Indications for Procedure"
#define KNOWN_AS(heading_, codes_) KNOWN_EXPANDED(heading_, codes_)
#define KNOWN_EXPANDED(...) KNOWN(__VA_ARGS__)
static const struct known_heading known_headings[] = {KNOWN_AS("findings", FINDINGS),
                                                      KNOWN_AS("finding", FINDINGS),
                                                      KNOWN_AS("befund", FINDINGS),
                                                      KNOWN_AS("befunde", FINDINGS),
                                                      KNOWN_AS("resultats", FINDINGS),
                                                      KNOWN_AS("hallazgos", FINDINGS),
                                                      KNOWN_AS("impression", IMPRESSIONS),
                                                      KNOWN_AS("impressions", IMPRESSIONS),
                                                      KNOWN_AS("beurteilung", IMPRESSIONS),
                                                      KNOWN_AS("conclusion", CONCLUSIONS),
                                                      KNOWN_AS("conclusions", CONCLUSIONS),
                                                      KNOWN_AS("recommendation", RECOMMENDATIONS),
                                                      KNOWN_AS("recommendations", RECOMMENDATIONS),
                                                      KNOWN_AS("empfehlung", RECOMMENDATIONS),
                                                      KNOWN_AS("history", HISTORY),
                                                      KNOWN_AS("clinical history", HISTORY),
                                                      KNOWN_AS("clinical information", HISTORY),
                                                      KNOWN_AS("klinische angaben", HISTORY),
                                                      KNOWN_AS("technique", TECHNIQUE),
                                                      KNOWN_AS("procedure", TECHNIQUE),
                                                      KNOWN_AS("technik", TECHNIQUE),
                                                      KNOWN_AS("comparison", COMPARISON),
                                                      KNOWN_AS("vergleich", COMPARISON),
                                                      KNOWN_AS("indication", INDICATIONS),
                                                      KNOWN_AS("indications", INDICATIONS),
                                                      KNOWN_AS("indikation", INDICATIONS)};

static const struct known_heading *heading_find(struct arena *a, str heading)
{
    str folded = search_fold(a, heading);
    for (size_t i = 0; i < COUNT_OF(known_headings); i++)
        if (str_eq(folded, str_of(known_headings[i].heading)))
            return &known_headings[i];
    return NULL;
}

static struct code own_code(struct arena *a, str name, str meaning)
{
    str value = fit(a, name, CODE_LENGTH_MAX), shown = fit(a, meaning, MEANING_LENGTH_MAX);
    return (struct code){value, STR(OWN_SCHEME), shown.len != 0 ? shown : value};
}

static void add_section(struct buf *items, const struct document_section *s)
{
    const struct known_heading *known = heading_find(items->arena, s->heading);
    const struct code own = own_code(items->arena, s->heading, s->heading),
                      narrative = DCM("111412", "Narrative Summary");
    struct buf children = BUF_IN(items->arena);
    if (str_trim(s->text).len == 0)
        return;
    add_text_content(&children, "CONTAINS", known != NULL ? &known->text : &narrative, s->text);
    add_container(items, known != NULL ? &known->section : &own, &children);
}

static void add_values(struct buf *items, const struct structured_report *r)
{
    const struct code concept = own_code(items->arena, STR("VALUES"), STR("Values"));
    struct buf children = BUF_IN(items->arena);
    for (size_t i = 0; i < r->values.len; i++) {
        const struct document_value *v = &r->values.at[i];
        const struct code code = own_code(items->arena, v->name, v->label);
        struct buf item = BUF_IN(items->arena);
        if (str_trim(v->text).len == 0)
            continue;
        if (!v->is_date) {
            add_text_content(&children, "CONTAINS", &code, v->text);
            continue;
        }
        begin_content(&item, "CONTAINS", "DATE", &code);
        add_text(&item, 0x0040A121, VR_DA, v->text);
        add_item(&children, &item);
    }
    add_container(items, &concept, &children);
}

static void add_image_content(struct buf *items, const char *relationship,
                              const struct document_image *image)
{
    struct buf item = BUF_IN(items->arena), reference = BUF_IN(items->arena);
    add_reference(&reference, image->sop_class_uid, image->sop_instance_uid, image->frame);
    add_sequence(&item, 0x00081199, &reference);
    begin_content(&item, relationship, "IMAGE", NULL);
    add_item(items, &item);
}

static void add_images(struct buf *items, const struct structured_report *r)
{
    const struct code concept = DCM("121180", "Key Images"),
                      description = DCM("113012", "Key Object Description");
    struct buf children = BUF_IN(items->arena);
    for (size_t i = 0; i < r->images.len; i++) {
        const struct document_image *image = &r->images.at[i];
        struct buf item = BUF_IN(items->arena), inferred = BUF_IN(items->arena);
        if (str_trim(image->caption).len == 0) {
            add_image_content(&children, "CONTAINS", image);
            continue;
        }
        add_image_content(&inferred, "INFERRED FROM", image);
        begin_content(&item, "CONTAINS", "TEXT", &description);
        add_text(&item, 0x0040A160, VR_UT, plain(items->arena, image->caption));
        add_sequence(&item, 0x0040A730, &inferred);
        add_item(&children, &item);
    }
    add_container(items, &concept, &children);
}

static void add_addenda(struct buf *items, const struct structured_report *r)
{
    const struct code concept = LOINC("55107-7", "Addendum Document"),
                      narrative = DCM("111412", "Narrative Summary");
    for (size_t i = 0; i < r->addenda.len; i++) {
        struct buf children = BUF_IN(items->arena);
        const struct document_section *s = &r->addenda.at[i];
        add_text_content(
            &children, "CONTAINS", &narrative,
            str_format(items->arena, "%.*s\n%.*s", STR_ARG(s->heading), STR_ARG(s->text)));
        add_container(items, &concept, &children);
    }
}

/* ---- around the tree ---- */

static void add_verification(struct buf *out, const struct structured_report *r)
{
    struct buf item = BUF_IN(out->arena);
    add_text(&item, 0x0040A027, VR_LO,
             fit(out->arena, r->verifier_organization, MEANING_LENGTH_MAX));
    add_text(&item, 0x0040A030, VR_DT, date_time(out->arena, r->verified_at));
    add_text(&item, 0x0040A075, VR_PN, name_value(out->arena, r->verifier_name));
    add_sequence(&item, 0x0040A088, &BUF_IN(out->arena));
    add_one(out, 0x0040A073, &item);
}

static void add_series(struct buf *series, const struct buf *references, str series_uid)
{
    struct buf item = BUF_IN(series->arena);
    add_sequence(&item, 0x00081199, references);
    add_text(&item, 0x0020000E, VR_UI, series_uid);
    add_item(series, &item);
}

static void add_study_reference(struct buf *out, uint32_t tag, const struct buf *series,
                                str study_uid)
{
    struct buf item = BUF_IN(out->arena);
    add_sequence(&item, 0x00081115, series);
    add_text(&item, 0x0020000D, VR_UI, study_uid);
    add_one(out, tag, &item);
}

static void add_predecessor(struct buf *out, const struct structured_report *r)
{
    struct buf series = BUF_IN(out->arena), references = BUF_IN(out->arena);
    if (r->predecessor_sop_instance_uid.len == 0)
        return;
    add_reference(&references, STR(BASIC_TEXT_SR_SOP_CLASS), r->predecessor_sop_instance_uid, 0);
    add_series(&series, &references, r->head.series_instance_uid);
    add_study_reference(out, 0x0040A360, &series, r->head.study_instance_uid);
}

static bool is_first(const struct document_image_slice *images, size_t at, bool of_series)
{
    for (size_t i = 0; i < at; i++)
        if (of_series
                ? str_eq(images->at[i].series_instance_uid, images->at[at].series_instance_uid)
                : str_eq(images->at[i].sop_instance_uid, images->at[at].sop_instance_uid))
            return false;
    return true;
}

/* Each instance once, whatever is said of it. */
static void add_evidence(struct buf *out, const struct structured_report *r)
{
    struct buf series = BUF_IN(out->arena);
    const struct document_image_slice *images = &r->images;
    for (size_t i = 0; i < images->len; i++) {
        struct buf references = BUF_IN(out->arena);
        str uid = images->at[i].series_instance_uid;
        if (!is_first(images, i, true))
            continue;
        for (size_t k = i; k < images->len; k++)
            if (str_eq(images->at[k].series_instance_uid, uid) && is_first(images, k, false))
                add_reference(&references, images->at[k].sop_class_uid,
                              images->at[k].sop_instance_uid, 0);
        add_series(&series, &references, uid);
    }
    if (series.len != 0)
        add_study_reference(out, 0x0040A375, &series, r->head.study_instance_uid);
}

static void add_template(struct buf *out)
{
    struct buf item = BUF_IN(out->arena);
    add_text(&item, 0x00080105, VR_CS, STR("DCMR"));
    add_text(&item, 0x0040DB00, VR_CS, STR("2000"));
    add_one(out, 0x0040A504, &item);
}

str structured_report_write(struct arena *a, const struct structured_report *r)
{
    struct buf out = BUF_IN(a), items = BUF_IN(a);
    const struct code title = LOINC("18748-4", "Diagnostic Imaging Report");
    add_beginning(&out, &r->head, STR(BASIC_TEXT_SR_SOP_CLASS), true, "SR");
    add_identity(&out, &r->head);
    add_text(&out, 0x0040A040, VR_CS, STR("CONTAINER"));
    add_code(&out, 0x0040A043, &title);
    add_text(&out, 0x0040A050, VR_CS, STR("SEPARATE"));
    add_verification(&out, r);
    add_predecessor(&out, r);
    add_sequence(&out, 0x0040A372, &BUF_IN(a));
    add_evidence(&out, r);
    add_text(&out, 0x0040A491, VR_CS, STR("COMPLETE"));
    add_text(&out, 0x0040A493, VR_CS, STR("VERIFIED"));
    add_text(&out, 0x0040A496, VR_CS, STR("FINAL"));
    add_template(&out);
    const struct code of_title = own_code(a, STR("TITLE"), STR("Title"));
    add_context(&items, r);
    add_text_content(&items, "CONTAINS", &of_title, r->title);
    for (size_t i = 0; i < r->sections.len; i++)
        add_section(&items, &r->sections.at[i]);
    add_values(&items, r);
    add_images(&items, r);
    add_addenda(&items, r);
    add_sequence(&out, 0x0040A730, &items);
    return buf_str(&out);
}

/* ---- Encapsulated PDF ---- */

str encapsulated_pdf_write(struct arena *a, const struct encapsulated_pdf *d)
{
    struct buf out = BUF_IN(a);
    const struct code title = LOINC("18748-4", "Diagnostic Imaging Report");
    add_beginning(&out, &d->head, STR(ENCAPSULATED_PDF_SOP_CLASS), false, "DOC");
    add_identity(&out, &d->head);
    add_text(&out, 0x00280301, VR_CS, STR("YES"));
    add_code(&out, 0x0040A043, &title);
    add_text(&out, 0x0040A493, VR_CS, STR("VERIFIED"));
    add_text(&out, 0x00420010, VR_ST, fit(a, d->title, TITLE_LENGTH_MAX));
    part10_write_bytes(&out, 0x00420011, VR_OB, d->pdf.ptr, d->pdf.len);
    add_text(&out, 0x00420012, VR_LO, STR("application/pdf"));
    struct buf length = BUF_IN(a), source = BUF_IN(a);
    if (d->source_sop_instance_uid.len != 0) {
        add_reference(&source, d->source_sop_class_uid, d->source_sop_instance_uid, 0);
        add_sequence(&out, 0x00420013, &source);
    }
    add_u32(&length, (uint32_t)d->pdf.len);
    part10_write_bytes(&out, 0x00420015, VR_UL, length.ptr, length.len);
    return buf_str(&out);
}
