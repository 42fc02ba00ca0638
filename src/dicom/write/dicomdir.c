/* Tables of records and their keys, PS3.3 F.4 and F.5, and the one pass that writes them. */
#include "dicom/write/dicomdir.h"

#include "base/err.h"
#include "dicom/write/part10_writer.h"

#define ONE(tag_, vr_, replacement_)                                                               \
    {                                                                                              \
        tag_, VR_##vr_, DICOMDIR_TYPE_1, replacement_                                              \
    }
#define TWO(tag_, vr_)                                                                             \
    {                                                                                              \
        tag_, VR_##vr_, DICOMDIR_TYPE_2, NULL                                                      \
    }
#define THREE(tag_, vr_)                                                                           \
    {                                                                                              \
        tag_, VR_##vr_, DICOMDIR_TYPE_3, NULL                                                      \
    }
/* What stands for what an object does not say: replacements nobody takes for facts, those of other
 * makers of media where there is a custom. */
#define NO_DATE "19000101"
#define NO_TIME "000000"
#define NO_LABEL "UNKNOWN"
#define NO_CONCEPT "UNKNOWN\\99GANTRY\\Unknown"
#define NUMBER ONE(0x00200013, IS, "#")
#define CONTENT_TIME ONE(0x00080023, DA, NO_DATE), ONE(0x00080033, TM, NO_TIME)

/* Each in the order of tags. */
static const struct dicomdir_key patient_keys[] = {
    TWO(0x00100010, PN),   ONE(0x00100020, LO, NO_LABEL), THREE(0x00100021, LO),
    THREE(0x00100030, DA), THREE(0x00100040, CS),
};
static const struct dicomdir_key study_keys[] = {
    ONE(0x00080020, DA, NO_DATE), ONE(0x00080030, TM, NO_TIME), TWO(0x00080050, SH),
    THREE(0x00080090, PN),        TWO(0x00081030, LO),          ONE(0x0020000D, UI, ""),
    ONE(0x00200010, SH, "#"),
};
static const struct dicomdir_key series_keys[] = {
    THREE(0x00080021, DA), THREE(0x00080031, TM),   ONE(0x00080060, CS, "OT"),
    THREE(0x0008103E, LO), ONE(0x0020000E, UI, ""), ONE(0x00200011, IS, "#"),
};
static const struct dicomdir_key image_keys[] = {NUMBER, THREE(0x00280008, IS)};
static const struct dicomdir_key rt_dose_keys[] = {NUMBER, ONE(0x3004000A, CS, NO_LABEL)};
static const struct dicomdir_key rt_structure_keys[] = {NUMBER, ONE(0x30060002, SH, NO_LABEL),
                                                        TWO(0x30060008, DA), TWO(0x30060009, TM)};
static const struct dicomdir_key rt_plan_keys[] = {NUMBER, ONE(0x300A0002, SH, NO_LABEL),
                                                   TWO(0x300A0006, DA), TWO(0x300A0007, TM)};
static const struct dicomdir_key rt_record_keys[] = {NUMBER, TWO(0x30080250, DA),
                                                     TWO(0x30080251, TM)};
static const struct dicomdir_key radiotherapy_keys[] = {
    NUMBER, TWO(0x00700081, LO), TWO(0x00700084, PN), THREE(0x30100033, SH), THREE(0x30100034, LO)};
static const struct dicomdir_key presentation_keys[] = {
    NUMBER,
    ONE(0x00700080, CS, NO_LABEL),
    TWO(0x00700081, LO),
    ONE(0x00700082, DA, NO_DATE),
    ONE(0x00700083, TM, NO_TIME),
    TWO(0x00700084, PN),
};
static const struct dicomdir_key content_keys[] = {CONTENT_TIME, NUMBER};
static const struct dicomdir_key scan_keys[] = {CONTENT_TIME};
static const struct dicomdir_key labelled_keys[] = {
    CONTENT_TIME, NUMBER, ONE(0x00700080, CS, NO_LABEL), TWO(0x00700081, LO), TWO(0x00700084, PN)};
static const struct dicomdir_key report_keys[] = {
    CONTENT_TIME,
    NUMBER,
    THREE(0x0040A030, DT),
    ONE(0x0040A043, SQ, NO_CONCEPT),
    ONE(0x0040A491, CS, "PARTIAL"),
    ONE(0x0040A493, CS, "UNVERIFIED"),
};
static const struct dicomdir_key key_object_keys[] = {CONTENT_TIME, NUMBER,
                                                      ONE(0x0040A043, SQ, NO_CONCEPT)};
static const struct dicomdir_key document_keys[] = {
    TWO(0x00080023, DA),
    TWO(0x00080033, TM),
    NUMBER,
    TWO(0x0040A043, SQ),
    THREE(0x0040E001, ST),
    TWO(0x00420010, ST),
    ONE(0x00420012, LO, "application/octet-stream"),
};
static const struct dicomdir_key spectroscopy_keys[] = {
    ONE(0x00080008, CS, "ORIGINAL\\PRIMARY\\SPECTROSCOPY\\NONE"),
    CONTENT_TIME,
    NUMBER,
    ONE(0x00280008, IS, "1"),
    ONE(0x00280010, US, "1"),
    ONE(0x00280011, US, "1"),
    ONE(0x00289001, UL, "1"),
    ONE(0x00289002, UL, "1"),
};
static const struct dicomdir_key assessment_keys[] = {ONE(0x00080012, DA, NO_DATE),
                                                      TWO(0x00080013, TM), NUMBER};

#define KIND(variable_, name_, keys_)                                                              \
    static const struct dicomdir_kind variable_ = {name_, keys_, COUNT_OF(keys_)}
KIND(patient, "PATIENT", patient_keys);
KIND(study, "STUDY", study_keys);
KIND(series, "SERIES", series_keys);
KIND(image, "IMAGE", image_keys);
KIND(rt_dose, "RT DOSE", rt_dose_keys);
KIND(rt_structure, "RT STRUCTURE SET", rt_structure_keys);
KIND(rt_plan, "RT PLAN", rt_plan_keys);
KIND(rt_record, "RT TREAT RECORD", rt_record_keys);
KIND(radiotherapy, "RADIOTHERAPY", radiotherapy_keys);
KIND(presentation, "PRESENTATION", presentation_keys);
KIND(waveform, "WAVEFORM", content_keys);
KIND(raw_data, "RAW DATA", content_keys);
KIND(report, "SR DOCUMENT", report_keys);
KIND(key_object, "KEY OBJECT DOC", key_object_keys);
KIND(spectroscopy, "SPECTROSCOPY", spectroscopy_keys);
KIND(registration, "REGISTRATION", labelled_keys);
KIND(fiducial, "FIDUCIAL", labelled_keys);
KIND(value_map, "VALUE MAP", labelled_keys);
KIND(measurement, "MEASUREMENT", labelled_keys);
KIND(surface, "SURFACE", labelled_keys);
KIND(tract, "TRACT", labelled_keys);
KIND(annotation, "ANNOTATION", labelled_keys);
KIND(surface_scan, "SURFACE SCAN", scan_keys);
KIND(document, "ENCAP DOC", document_keys);
KIND(assessment, "ASSESSMENT", assessment_keys);
static const struct dicomdir_kind stereometric = {"STEREOMETRIC", NULL, 0};
static const struct dicomdir_kind plan = {"PLAN", NULL, 0};
static const struct dicomdir_kind private_record = {"PRIVATE", NULL, 0};

/* By what follows "1.2.840.10008.5.1.4."; one that ends with a dot stands for all below it. The
 * first that fits counts; images need no line. */
static const struct {
    const char *suffix;
    const struct dicomdir_kind *kind;
} classes[] = {
    {"1.1.11.", &presentation},
    {"1.1.131", &presentation},
    {"1.1.104.", &document},
    {"1.1.9.", &waveform},
    {"1.1.88.59", &key_object},
    {"1.1.88.", &report},
    {"1.1.78.6", &report},
    {"1.1.79.1", &report},
    {"1.1.78.", &measurement},
    {"1.1.80.1", &measurement},
    {"1.1.66", &raw_data},
    {"1.1.66.1", &registration},
    {"1.1.66.3", &registration},
    {"1.1.66.2", &fiducial},
    {"1.1.66.5", &surface},
    {"1.1.66.6", &tract},
    {"1.1.67", &value_map},
    {"1.1.68.", &surface_scan},
    {"1.1.77.1.5.3", &stereometric},
    {"1.1.4.2", &spectroscopy},
    {"1.1.481.1", &image},
    {"1.1.481.2", &rt_dose},
    {"1.1.481.3", &rt_structure},
    {"1.1.481.4", &rt_record},
    {"1.1.481.6", &rt_record},
    {"1.1.481.7", &rt_record},
    {"1.1.481.9", &rt_record},
    {"1.1.481.5", &rt_plan},
    {"1.1.481.8", &rt_plan},
    {"1.1.481.", &radiotherapy},
    {"1.1.90.1", &assessment},
    {"1.1.91.1", &annotation},
    {"34.1", &plan},
    {"34.7", &plan},
    {"34.10", &plan},
};

const struct dicomdir_kind *dicomdir_kind_of(str sop_class_uid, bool has_rows)
{
    str root = STR("1.2.840.10008.5.1.4.");
    if (str_starts(sop_class_uid, root)) {
        str rest = str_sub(sop_class_uid, root.len, sop_class_uid.len);
        for (size_t i = 0; i < COUNT_OF(classes); i++) {
            str suffix = str_of(classes[i].suffix);
            bool is_group = str_ends(suffix, STR("."));
            if (is_group ? str_starts(rest, suffix) : str_eq(rest, suffix))
                return classes[i].kind;
        }
    }
    return has_rows ? &image : &private_record;
}

static void put_u32(struct dicomdir *d, size_t at, size_t value)
{
    for (unsigned i = 0; i < 4; i++)
        d->out.ptr[at + i] = (char)(value >> (8 * i) & 0xFF);
}

/* Gives the place of the value. */
static size_t add_u32(struct dicomdir *d, uint32_t tag, uint32_t value)
{
    part10_write_bytes(&d->out, tag, VR_UL, "\0\0\0", 4);
    put_u32(d, d->out.len - 4, value);
    return d->out.len - 4;
}

/* A tag of sequences with a length that is filled in later. Gives its place. */
static size_t add_item(struct buf *out)
{
    buf_add_bytes(out, "\xFE\xFF\x00\xE0\0\0\0\0", 8);
    return out->len - 4;
}

static void end_item(struct dicomdir *d, size_t at)
{
    put_u32(d, at, d->out.len - at - 4);
}

static size_t add_sequence(struct buf *out, uint32_t tag)
{
    part10_write_bytes(out, tag, VR_SQ, "", 0);
    return out->len - 4;
}

/* So that 16 bits hold every length. */
static str short_enough(str text)
{
    return str_clip(text, DICOMDIR_TEXT_SIZE_MAX);
}

static str value_of(const struct dicomdir_value_slice *values, uint32_t tag)
{
    for (size_t i = 0; i < values->len; i++)
        if (values->at[i].tag == tag)
            return short_enough(values->at[i].text);
    return STR("");
}

static bool needs_charset(const struct dicomdir_kind *kind,
                          const struct dicomdir_value_slice *values)
{
    for (size_t i = 0; i < kind->key_count; i++)
        if (!str_is_ascii(value_of(values, kind->keys[i].tag)))
            return true;
    return false;
}

static void add_concept(struct dicomdir *d, uint32_t tag, str text)
{
    static const uint32_t tags[] = {0x00080100, 0x00080102, 0x00080104};
    size_t sequence = add_sequence(&d->out, tag);
    if (text.len != 0) {
        size_t item = add_item(&d->out);
        for (size_t i = 0; i < COUNT_OF(tags); i++) {
            str part = STR("");
            str_cut(&text, '\\', &part);
            part10_write_text(&d->out, tags[i], i == 2 ? VR_LO : VR_SH, part);
        }
        end_item(d, item);
    }
    end_item(d, sequence);
}

static void add_number(struct dicomdir *d, const struct dicomdir_key *key, str text)
{
    uint64_t number = 0;
    str_to_u64(text, &number);
    if (key->vr == VR_US)
        part10_write_u16(&d->out, key->tag, (uint16_t)number);
    else
        add_u32(d, key->tag, (uint32_t)number);
}

static void add_key(struct dicomdir *d, const struct dicomdir_key *key, str text, uint32_t ordinal)
{
    if (text.len == 0 && key->type == DICOMDIR_TYPE_3)
        return;
    if (text.len == 0 && key->type == DICOMDIR_TYPE_1)
        text = strcmp(key->replacement, "#") == 0 ? str_format(d->out.arena, "%u", ordinal)
                                                  : str_of(key->replacement);
    if (key->vr == VR_SQ)
        add_concept(d, key->tag, text);
    else if (key->vr == VR_US || key->vr == VR_UL)
        add_number(d, key, text);
    else
        part10_write_text(&d->out, key->tag, key->vr, text);
}

void dicomdir_begin(struct dicomdir *d, struct arena *a, str sop_instance_uid)
{
    *d = (struct dicomdir){.out = BUF_IN(a)};
    part10_write_meta(&d->out, STR("1.2.840.10008.1.3.10"), sop_instance_uid,
                      STR("1.2.840.10008.1.2.1"));
    part10_write_text(&d->out, 0x00041130, VR_CS, STR("")); /* File-set ID: volumes have one */
    d->root_at = add_u32(d, 0x00041200, 0);
    add_u32(d, 0x00041202, 0);
    part10_write_u16(&d->out, 0x00041212, 0);
    d->sequence_at = add_sequence(&d->out, 0x00041220);
}

/* Whoever points to the next record is told where it is: the one before it, the one above it, or
 * the directory itself. Offsets count from the first byte of the file to the item's tag. */
static void link_record(struct dicomdir *d, enum dicomdir_level level)
{
    enum { ELEMENT_SIZE = 12 }; /* from the first root's value to the last root's */
    if (d->next_at[level] != 0)
        put_u32(d, d->next_at[level], d->out.len);
    else
        put_u32(d, level == DICOMDIR_PATIENT ? d->root_at : d->lower_at[level - 1], d->out.len);
    if (level == DICOMDIR_PATIENT)
        put_u32(d, d->root_at + ELEMENT_SIZE, d->out.len);
}

void dicomdir_add(struct dicomdir *d, enum dicomdir_level level, const struct dicomdir_kind *kind,
                  const struct dicomdir_file *file, const struct dicomdir_value_slice *values)
{
    static const struct dicomdir_kind *const above[] = {&patient, &study, &series};
    if (level < DICOMDIR_INSTANCE)
        kind = above[level];
    link_record(d, level);
    d->counts[level]++;
    size_t item = add_item(&d->out);
    d->next_at[level] = add_u32(d, 0x00041400, 0);
    part10_write_u16(&d->out, 0x00041410, 0xFFFF);
    d->lower_at[level] = add_u32(d, 0x00041420, 0);
    part10_write_text(&d->out, 0x00041430, VR_CS, str_of(kind->name));
    if (file != NULL) {
        if (kind == &private_record)
            part10_write_text(&d->out, 0x00041432, VR_UI, file->sop_class_uid);
        part10_write_text(&d->out, 0x00041500, VR_CS, file->file_id);
        part10_write_text(&d->out, 0x00041510, VR_UI, file->sop_class_uid);
        part10_write_text(&d->out, 0x00041511, VR_UI, file->sop_instance_uid);
        part10_write_text(&d->out, 0x00041512, VR_UI, file->transfer_syntax_uid);
    }
    if (needs_charset(kind, values))
        part10_write_text(&d->out, 0x00080005, VR_CS, STR("ISO_IR 192"));
    for (size_t i = 0; i < kind->key_count; i++)
        add_key(d, &kind->keys[i], value_of(values, kind->keys[i].tag), d->counts[level]);
    end_item(d, item);
    for (size_t below = (size_t)level + 1; below < DICOMDIR_LEVEL_COUNT; below++) {
        d->next_at[below] = 0;
        d->counts[below] = 0;
    }
}

str dicomdir_end(struct dicomdir *d)
{
    put_u32(d, d->sequence_at, d->out.len - d->sequence_at - 4);
    return buf_str(&d->out);
}
