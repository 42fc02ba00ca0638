/* Tables of what there is, and hashes that choose from them. */
#include "tests/seed/test_data.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "dicom/transfer_syntax.h"
#include "dicom/uid.h"
#include "dicom/write/part10_writer.h"

enum { PATIENT_BLOCK = 10, PATIENTS_PER_BLOCK = 6, FIRST_YEAR = 2016, YEAR_COUNT = 10 };

/* What a hash is for, so that no two choices hang together. */
enum { FOR_PATIENT = 1, FOR_STUDY, FOR_STUDY_UID, FOR_SERIES_UID, FOR_INSTANCE_UID, FOR_PIXELS };

struct kind {
    const char *modality, *sop_class, *body_part;
    unsigned share; /* of a hundred studies */
    const char *studies[4], *series[3];
    const char *companion; /* modality of every series but the first; NULL: the same */
};

#define STORAGE "1.2.840.10008.5.1.4.1.1."
static const struct kind kinds[] = {
    {"CT",
     STORAGE "2",
     "CHEST",
     31,
     {"CT Chest", "CT Abdomen", "CT Head", "CT Angiography"},
     {"Axial 5.0", "Axial 1.0 lung", "Coronal 3.0"},
     NULL},
    {"MR",
     STORAGE "4",
     "BRAIN",
     21,
     {"MR Brain", "MR Knee", "MR Lumbar spine", "MR Liver"},
     {"T1 axial", "T2 FLAIR", "DWI"},
     NULL},
    {"CR",
     STORAGE "1",
     "CHEST",
     14,
     {"Chest PA", "Hand", "Chest bedside", "Pelvis"},
     {"PA", "Lateral", "Oblique"},
     NULL},
    {"DX",
     STORAGE "1.1",
     "CHEST",
     12,
     {"Chest 2 views", "Knee", "Ankle", "Shoulder"},
     {"AP", "Lateral", "Y view"},
     NULL},
    {"US",
     STORAGE "6.1",
     "ABDOMEN",
     11,
     {"US Abdomen", "US Thyroid", "US Carotid", "Echo"},
     {"Sweep", "Report", "Report"},
     "SR"},
    {"MG",
     STORAGE "1.2",
     "BREAST",
     5,
     {"Screening", "Mammography", "Follow-up", "Recall"},
     {"R CC", "CAD", "Report"},
     "SR"},
    {"PT",
     STORAGE "128",
     "WHOLEBODY",
     4,
     {"PET/CT FDG", "PET/CT PSMA", "PET/CT", "PET/CT DOTA"},
     {"WB corrected", "CT low dose", "CT contrast"},
     "CT"},
    {"NM",
     STORAGE "20",
     "BONE",
     2,
     {"Bone scan", "Thyroid scan", "MIBI", "Renogram"},
     {"Whole body", "Spot", "SPECT"},
     NULL},
};
#define REPORT_CLASS STORAGE "88.11"

/* Alphabetic, ideographic and phonetic writing; the latter two only where a script has them. */
struct word {
    const char *alphabetic, *ideographic, *phonetic;
};
struct people {
    unsigned share; /* of a hundred patients */
    struct word families[4], givens[4];
};
static const struct people peoples[] = {
    {48,
     {{"Miller", 0, 0}, {"Johnson", 0, 0}, {"O'Brien", 0, 0}, {"Taylor-Reed", 0, 0}},
     {{"Anna", 0, 0}, {"Robert", 0, 0}, {"Grace", 0, 0}, {"Thomas", 0, 0}}},
    {14,
     {{"Müller", 0, 0}, {"Schröder", 0, 0}, {"Weiß", 0, 0}, {"Jäger", 0, 0}},
     {{"Jürgen", 0, 0}, {"Käthe", 0, 0}, {"Björn", 0, 0}, {"Zoë", 0, 0}}},
    {8,
     {{"Łukasiewicz", 0, 0}, {"Dvořák", 0, 0}, {"Şahin", 0, 0}, {"Nguyễn", 0, 0}},
     {{"Żaneta", 0, 0}, {"Jiří", 0, 0}, {"Işıl", 0, 0}, {"Thị Minh", 0, 0}}},
    {7,
     {{"Иванова", 0, 0}, {"Шевченко", 0, 0}, {"Петров", 0, 0}, {"Соколова", 0, 0}},
     {{"Анна", 0, 0}, {"Борис", 0, 0}, {"Ольга", 0, 0}, {"Фёдор", 0, 0}}},
    {5,
     {{"Παπαδοπούλου", 0, 0}, {"Γεωργίου", 0, 0}, {"Νικολάου", 0, 0}, {"Δημητρίου", 0, 0}},
     {{"Ελένη", 0, 0}, {"Γιώργος", 0, 0}, {"Σοφία", 0, 0}, {"Νίκος", 0, 0}}},
    {6,
     {{"Tanaka", "田中", "たなか"},
      {"Suzuki", "鈴木", "すずき"},
      {"Satou", "佐藤", "さとう"},
      {"Watanabe", "渡辺", "わたなべ"}},
     {{"Hanako", "花子", "はなこ"},
      {"Ichirou", "一郎", "いちろう"},
      {"Yuki", "雪", "ゆき"},
      {"Ken", "健", "けん"}}},
    {4,
     {{"Kim", "金", "김"}, {"Park", "朴", "박"}, {"Choi", "崔", "최"}, {"Jung", "鄭", "정"}},
     {{"Minsu", "民秀", "민수"},
      {"Jiyeong", "智英", "지영"},
      {"Seoyeon", "書妍", "서연"},
      {"Donghyeon", "東炫", "동현"}}},
    {3,
     {{"Wang", "王", 0}, {"Li", "李", 0}, {"Zhang", "张", 0}, {"Chen", "陈", 0}},
     {{"Xiaoming", "小明", 0}, {"Fang", "芳", 0}, {"Wei", "伟", 0}, {"Lina", "丽娜", 0}}},
    {2,
     {{"حداد", 0, 0}, {"منصور", 0, 0}, {"الخطيب", 0, 0}, {"ناصر", 0, 0}},
     {{"فاطمة", 0, 0}, {"أحمد", 0, 0}, {"ليلى", 0, 0}, {"يوسف", 0, 0}}},
    {2,
     {{"כהן", 0, 0}, {"לוי", 0, 0}, {"מזרחי", 0, 0}, {"פרץ", 0, 0}},
     {{"דבורה", 0, 0}, {"יעקב", 0, 0}, {"שרה", 0, 0}, {"משה", 0, 0}}},
    {1,
     {{"ใจดี", 0, 0}, {"สุขสันต์", 0, 0}, {"शर्मा", 0, 0}, {"पटेल", 0, 0}},
     {{"สมชาย", 0, 0}, {"มาลี", 0, 0}, {"अनिल", 0, 0}, {"प्रिया", 0, 0}}},
};

static const char *const physicians[] = {"Roentgen^Wilhelm^^Dr.", "Curie^Marie", "Okafor^Chidi",
                                         "Lindström^Åsa",         "Silva^João",  "Haddad^Rania"};
static const char *const institutions[] = {"St. Elsewhere", "Hôpital du Lac", "Northside Clinic"};

/* The finalizer of SplitMix64: every bit of the word moves every bit of the result. */
static uint64_t mix(uint64_t word)
{
    word += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static uint64_t hash_of(const struct test_study *s, unsigned purpose, uint32_t one, uint32_t two)
{
    return mix(mix(mix(s->seed) ^ purpose) ^ ((uint64_t)one << 32 | two));
}

/* Takes a number below count from *hash; what is left serves the next choice. */
static unsigned take(uint64_t *hash, unsigned count)
{
    unsigned taken = (unsigned)(*hash % count);
    *hash = mix(*hash / count);
    return taken;
}

static str uid_of(struct arena *a, const struct test_study *s, unsigned purpose, uint32_t number)
{
    uint64_t halves[2] = {hash_of(s, purpose, s->number, number)};
    halves[1] = mix(halves[0] ^ UINT64_C(0x5851f42d4c957f2d));
    return uid_from_bytes(a, (const unsigned char *)halves);
}

/* Of ten studies in a row four belong to one person, one to another two, the rest to one each. */
static uint32_t patient_of(uint32_t study)
{
    static const uint8_t places[PATIENT_BLOCK] = {0, 1, 0, 2, 3, 0, 1, 4, 0, 5};
    return study / PATIENT_BLOCK * PATIENTS_PER_BLOCK + places[study % PATIENT_BLOCK];
}

static void add_group(struct buf *name, const char *family, const char *given)
{
    buf_add(name, str_of(family));
    buf_add_char(name, '^');
    buf_add(name, str_of(given));
}

static str name_of(struct arena *a, uint64_t *hash)
{
    struct buf name = BUF_IN(a);
    unsigned at = 0, chance = take(hash, 100);
    while (at + 1 < COUNT_OF(peoples) && chance >= peoples[at].share)
        chance -= peoples[at++].share;
    const struct word *family = &peoples[at].families[take(hash, 4)];
    const struct word *given = &peoples[at].givens[take(hash, 4)];
    add_group(&name, family->alphabetic, given->alphabetic);
    if (family->ideographic != NULL) {
        buf_add_char(&name, '=');
        add_group(&name, family->ideographic, given->ideographic);
    }
    if (family->phonetic != NULL) {
        buf_add_char(&name, '=');
        add_group(&name, family->phonetic, given->phonetic);
    }
    return buf_str(&name);
}

/* Some day of the year; the 28th is the last of a month. */
static str date_of(struct arena *a, unsigned year, uint64_t *hash)
{
    unsigned day = take(hash, 12 * 28);
    return str_format(a, "%04u%02u%02u", year, 1 + day / 28, 1 + day % 28);
}

static void write_patient(struct buf *out, const struct test_study *s)
{
    struct arena *a = out->arena;
    uint32_t patient = patient_of(s->number);
    uint64_t hash = hash_of(s, FOR_PATIENT, patient, 0);
    part10_write_text(out, 0x00100010, VR_PN, name_of(a, &hash));
    part10_write_text(out, 0x00100020, VR_LO, str_format(a, "SEED-%07u", patient + 1));
    part10_write_text(out, 0x00100021, VR_LO, STR("SEED"));
    unsigned year = 1925 + take(&hash, 90);
    part10_write_text(out, 0x00100030, VR_DA, date_of(a, year, &hash));
    part10_write_text(out, 0x00100040, VR_CS, take(&hash, 2) == 0 ? STR("F") : STR("M"));
}

/* What all instances of a study say alike. */
struct study_facts {
    const struct kind *kind;
    str date, time, accession_number, description, physician, institution, study_id;
};

static struct study_facts study_facts_make(struct arena *a, const struct test_study *s)
{
    struct study_facts f;
    uint64_t hash = hash_of(s, FOR_STUDY, s->number, 0);
    unsigned at = 0, chance = take(&hash, 100);
    unsigned year = FIRST_YEAR + take(&hash, YEAR_COUNT);
    while (at + 1 < COUNT_OF(kinds) && chance >= kinds[at].share)
        chance -= kinds[at++].share;
    f.kind = &kinds[at];
    f.date = date_of(a, year, &hash);
    unsigned minute = 7 * 60 + take(&hash, 12 * 60), second = take(&hash, 60);
    f.time = str_format(a, "%02u%02u%02u", minute / 60, minute % 60, second);
    f.accession_number = str_format(a, "S%02u%08u", year % 100, s->number + 1);
    f.description = str_of(f.kind->studies[take(&hash, 4)]);
    f.physician = str_of(physicians[take(&hash, COUNT_OF(physicians))]);
    f.institution = str_of(institutions[take(&hash, COUNT_OF(institutions))]);
    f.study_id = str_format(a, "%u", s->number + 1);
    return f;
}

static void write_pixels(struct buf *out, const struct test_study *s, uint32_t series)
{
    enum { COUNT = TEST_IMAGE_SIZE * TEST_IMAGE_SIZE };
    unsigned char bytes[COUNT * 2];
    uint64_t hash = hash_of(s, FOR_PIXELS, s->number, series);
    for (unsigned i = 0; i < COUNT; i++) { /* a ramp with twelve bits of its own noise */
        unsigned value = (i * 3 + ((unsigned)(hash >> (i % 48)) & 0xFF)) & 0x0FFF;
        bytes[2 * i] = (unsigned char)(value & 0xFF);
        bytes[2 * i + 1] = (unsigned char)(value >> 8);
    }
    part10_write_u16(out, 0x00280002, 1);
    part10_write_text(out, 0x00280004, VR_CS, STR("MONOCHROME2"));
    part10_write_u16(out, 0x00280010, TEST_IMAGE_SIZE);
    part10_write_u16(out, 0x00280011, TEST_IMAGE_SIZE);
    part10_write_u16(out, 0x00280100, 16);
    part10_write_u16(out, 0x00280101, 12);
    part10_write_u16(out, 0x00280102, 11);
    part10_write_u16(out, 0x00280103, 0);
    part10_write_bytes(out, 0x7FE00010, VR_OW, bytes, sizeof bytes);
}

struct test_study test_study_make(uint64_t seed, uint32_t number)
{
    struct test_study s = {.seed = seed, .number = number};
    uint64_t hash = hash_of(&s, FOR_STUDY, number, 1);
    s.series_count = 1 + take(&hash, TEST_SERIES_COUNT_MAX);
    return s;
}

/* The modality of a series, and the class that goes with it. */
static const char *series_class(const struct kind *kind, const char *modality)
{
    if (strcmp(modality, "SR") == 0)
        return REPORT_CLASS;
    return strcmp(modality, kind->modality) == 0 ? kind->sop_class : kinds[0].sop_class;
}

str test_study_file(struct arena *a, const struct test_study *s, uint32_t series, uint32_t instance)
{
    struct buf out = BUF_IN(a);
    struct study_facts f = study_facts_make(a, s);
    bool is_companion = series != 0 && f.kind->companion != NULL;
    const char *modality = is_companion ? f.kind->companion : f.kind->modality;
    str sop_class = str_of(series_class(f.kind, modality));
    str sop_uid = uid_of(a, s, FOR_INSTANCE_UID, series << 24 | instance);
    buf_reserve(&out, 4096);
    part10_write_meta(&out, sop_class, sop_uid, STR(TS_EXPLICIT_LITTLE));
    part10_write_text(&out, 0x00080005, VR_CS, STR("ISO_IR 192"));
    part10_write_text(&out, 0x00080016, VR_UI, sop_class);
    part10_write_text(&out, 0x00080018, VR_UI, sop_uid);
    part10_write_text(&out, 0x00080020, VR_DA, f.date);
    part10_write_text(&out, 0x00080021, VR_DA, f.date);
    part10_write_text(&out, 0x00080030, VR_TM, f.time);
    part10_write_text(&out, 0x00080050, VR_SH, f.accession_number);
    part10_write_text(&out, 0x00080060, VR_CS, str_of(modality));
    part10_write_text(&out, 0x00080070, VR_LO, STR("Gantry seed"));
    part10_write_text(&out, 0x00080080, VR_LO, f.institution);
    part10_write_text(&out, 0x00080090, VR_PN, f.physician);
    part10_write_text(&out, 0x00081030, VR_LO, f.description);
    part10_write_text(&out, 0x0008103E, VR_LO, str_of(f.kind->series[series]));
    write_patient(&out, s);
    part10_write_text(&out, 0x00180015, VR_CS, str_of(f.kind->body_part));
    part10_write_text(&out, 0x0020000D, VR_UI, uid_of(a, s, FOR_STUDY_UID, 0));
    part10_write_text(&out, 0x0020000E, VR_UI, uid_of(a, s, FOR_SERIES_UID, series));
    part10_write_text(&out, 0x00200010, VR_SH, f.study_id);
    part10_write_text(&out, 0x00200011, VR_IS, str_format(a, "%u", series + 1));
    part10_write_text(&out, 0x00200013, VR_IS, str_format(a, "%u", instance + 1));
    if (instance == 0 && strcmp(modality, "SR") != 0)
        write_pixels(&out, s, series);
    return buf_str(&out);
}
