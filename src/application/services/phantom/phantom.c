/* Ellipsoids after Kak and Slaney, in the space of the head [-1, 1]³; people of our own invention.
 */
#include "application/services/phantom/phantom.h"

#include "base/arena.h"
#include "base/err.h"
#include "dicom/transfer_syntax.h"
#include "dicom/uid.h"
#include "dicom/write/part10_writer.h"

#include <math.h>

#define CT_STORAGE "1.2.840.10008.5.1.4.1.1.2"
#define CINE_STORAGE "1.2.840.10008.5.1.4.1.1.3.1"
#define CR_STORAGE "1.2.840.10008.5.1.4.1.1.1"

struct ellipsoid {
    double x, y, z, a, b, c, degrees, density;
};
static const struct ellipsoid head[] = {
    {0, 0, 0, 0.69, 0.92, 0.9, 0, 2},
    {0, 0, 0, 0.6624, 0.874, 0.88, 0, -0.98},
    {-0.22, 0, -0.25, 0.41, 0.16, 0.21, 108, -0.02},
    {0.22, 0, -0.25, 0.31, 0.11, 0.22, 72, -0.02},
    {0, 0.35, -0.25, 0.21, 0.25, 0.35, 0, 0.02},
    {0, 0.1, -0.25, 0.046, 0.046, 0.046, 0, 0.02},
    {-0.08, -0.65, -0.25, 0.046, 0.023, 0.02, 0, 0.01},
    {0.06, -0.65, -0.25, 0.046, 0.023, 0.02, 90, 0.01},
    {0.06, -0.105, 0.625, 0.056, 0.04, 0.1, 90, 0.02},
    {0, 0.1, 0.625, 0.056, 0.056, 0.1, 0, -0.02},
};

static const struct person {
    const char *name, *id, *birth_date, *sex;
} people[] = {
    {"Müller^Jürgen^Großmann", "DEMO-DE-1", "19570312", "M"},
    {"Nguyễn^Thị Minh Khai", "DEMO-VN-1", "19840721", "F"},
    {"Łukasiewicz^Żaneta", "DEMO-PL-1", "19910105", "F"},
    {"Παπαδοπούλου^Ελένη", "DEMO-GR-1", "19680930", "F"},
    {"Достоевская^Анна^Григорьевна", "DEMO-RU-1", "19460830", "F"},
    {"Yamada^Tarou=山田^太郎=やまだ^たろう", "DEMO-JP-1", "19750415", "M"},
    {"Hong^Gildong=洪^吉洞=홍^길동", "DEMO-KR-1", "19820214", "M"},
    {"Wang^XiaoDong=王^小东", "DEMO-CN-1", "19900606", "M"},
    {"كوهين^سارة", "DEMO-AR-1", "19790909", "F"},
    {"שרון^דבורה", "DEMO-HE-1", "19631121", "F"},
    {"สมชาย^ใจดี", "DEMO-TH-1", "19700101", "M"},
    {"Smith^John^Q^Dr.", "DEMO-US-1", "19490704", "M"},
};

/* Another kind when its bytes become others: the same UID is the same instance. */
enum kind { DEMO_HEAD = 11, DEMO_CINE, DEMO_PORTRAIT, ARCHIVE };

/* A UID that is the same for the same words. */
static str uid_of(struct arena *a, uint64_t kind, uint64_t one, uint64_t two, uint64_t three)
{
    const uint64_t words[] = {UINT64_C(0x67616e747279), kind, one, two, three};
    unsigned char bytes[16];
    uint64_t h1 = UINT64_C(0xcbf29ce484222325), h2 = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        h1 = (h1 ^ words[i]) * UINT64_C(0x100000001b3);
        h1 ^= h1 >> 29;
        h2 = (h2 + words[i]) * UINT64_C(0xff51afd7ed558ccd);
        h2 ^= h2 >> 33;
    }
    memcpy(bytes, &h1, 8);
    memcpy(bytes + 8, &h2, 8);
    return uid_from_bytes(a, bytes);
}

struct image {
    str sop_class, sop_uid, study_uid, series_uid;
    str modality, study_date, study_time, study_description, series_description, accession_number;
    struct person person;
    int series_number, instance_number, frame_count;
    uint16_t rows, columns, bits;
    double z;
    bool has_position;
    const void *pixels;
    size_t pixel_size;
};

/* A slice, a film, or a picture of nothing in particular: what their IODs have of type 2 is there
 * without a value. */
static void add_acquisition(struct buf *out, const struct image *i)
{
    bool is_film = i->frame_count > 1;
    if (!is_film && !i->has_position)
        part10_write_text(out, 0x00180015, VR_CS, STR(""));
    if (i->has_position) {
        part10_write_text(out, 0x00180050, VR_DS, STR("2.5"));
        part10_write_text(out, 0x00180060, VR_DS, STR(""));
        part10_write_text(out, 0x00185100, VR_CS, STR("HFS"));
    } else if (is_film) {
        part10_write_text(out, 0x00181063, VR_DS, STR("50"));
    } else {
        part10_write_text(out, 0x00185101, VR_CS, STR(""));
    }
}

static void add_patient_and_study(struct buf *out, const struct image *i)
{
    struct arena *a = out->arena;
    part10_write_text(out, 0x00100010, VR_PN, str_of(i->person.name));
    part10_write_text(out, 0x00100020, VR_LO, str_of(i->person.id));
    part10_write_text(out, 0x00100021, VR_LO, STR("GANTRY-DEMO"));
    part10_write_text(out, 0x00100030, VR_DA, str_of(i->person.birth_date));
    part10_write_text(out, 0x00100040, VR_CS, str_of(i->person.sex));
    add_acquisition(out, i);
    part10_write_text(out, 0x0020000D, VR_UI, i->study_uid);
    part10_write_text(out, 0x0020000E, VR_UI, i->series_uid);
    part10_write_text(out, 0x00200010, VR_SH, STR("1"));
    part10_write_text(out, 0x00200011, VR_IS, str_format(a, "%d", i->series_number));
    if (i->has_position)
        part10_write_text(out, 0x00200012, VR_IS, STR(""));
    part10_write_text(out, 0x00200013, VR_IS, str_format(a, "%d", i->instance_number));
    if (!i->has_position) {
        part10_write_text(out, 0x00200020, VR_CS, STR(""));
        part10_write_text(out, 0x00200060, VR_CS, STR(""));
    } else {
        part10_write_text(out, 0x00200032, VR_DS, str_format(a, "-128\\-128\\%.2f", i->z));
        part10_write_text(out, 0x00200037, VR_DS, STR("1\\0\\0\\0\\1\\0"));
        part10_write_text(out, 0x00200052, VR_UI,
                          str_format(a, "%.*s.1",
                                     (int)(i->study_uid.len < 60 ? i->study_uid.len : 60),
                                     i->study_uid.ptr));
        part10_write_text(out, 0x00200060, VR_CS, STR(""));
        part10_write_text(out, 0x00201040, VR_LO, STR(""));
    }
}

static void add_pixels(struct buf *out, const struct image *i)
{
    part10_write_u16(out, 0x00280002, 1);
    part10_write_text(out, 0x00280004, VR_CS, STR("MONOCHROME2"));
    if (i->frame_count > 1) {
        part10_write_text(out, 0x00280008, VR_IS, str_format(out->arena, "%d", i->frame_count));
        part10_write_bytes(out, 0x00280009, VR_AT, "\x18\0\x63\x10", 4); /* to Frame Time */
    }
    part10_write_u16(out, 0x00280010, i->rows);
    part10_write_u16(out, 0x00280011, i->columns);
    if (i->has_position)
        part10_write_text(out, 0x00280030, VR_DS, STR("1\\1"));
    part10_write_u16(out, 0x00280100, i->bits);
    part10_write_u16(out, 0x00280101, i->bits == 16 ? 12 : 8);
    part10_write_u16(out, 0x00280102, i->bits == 16 ? 11 : 7);
    part10_write_u16(out, 0x00280103, 0);
    if (i->bits == 16) {
        part10_write_text(out, 0x00281050, VR_DS, STR("40"));
        part10_write_text(out, 0x00281051, VR_DS, STR("400"));
        part10_write_text(out, 0x00281052, VR_DS, STR("-1024"));
        part10_write_text(out, 0x00281053, VR_DS, STR("1"));
        part10_write_text(out, 0x00281054, VR_LO, i->has_position ? STR("HU") : STR("US"));
    }
    part10_write_bytes(out, 0x7FE00010, i->bits == 16 ? VR_OW : VR_OB, i->pixels, i->pixel_size);
}

static str write_image(struct arena *a, const struct image *i)
{
    struct buf out = BUF_IN(a);
    buf_reserve(&out, i->pixel_size + 4096);
    part10_write_meta(&out, i->sop_class, i->sop_uid, STR(TS_EXPLICIT_LITTLE));
    part10_write_text(&out, 0x00080005, VR_CS, STR("ISO_IR 192"));
    part10_write_text(&out, 0x00080008, VR_CS,
                      i->has_position ? STR("DERIVED\\PRIMARY\\AXIAL") : STR("DERIVED\\PRIMARY"));
    part10_write_text(&out, 0x00080016, VR_UI, i->sop_class);
    part10_write_text(&out, 0x00080018, VR_UI, i->sop_uid);
    part10_write_text(&out, 0x00080020, VR_DA, i->study_date);
    part10_write_text(&out, 0x00080021, VR_DA, i->study_date);
    part10_write_text(&out, 0x00080030, VR_TM, i->study_time);
    part10_write_text(&out, 0x00080050, VR_SH, i->accession_number);
    part10_write_text(&out, 0x00080060, VR_CS, i->modality);
    part10_write_text(&out, 0x00080070, VR_LO, STR("Gantry phantom"));
    part10_write_text(&out, 0x00080090, VR_PN, STR("Curie^Marie"));
    part10_write_text(&out, 0x00081030, VR_LO, i->study_description);
    part10_write_text(&out, 0x0008103E, VR_LO, i->series_description);
    add_patient_and_study(&out, i);
    add_pixels(&out, i);
    return buf_str(&out);
}

static double density_at(double x, double y, double z)
{
    double sum = 0;
    for (size_t i = 0; i < COUNT_OF(head); i++) {
        const struct ellipsoid *e = &head[i];
        double angle = e->degrees * 0.017453292519943295, dx = x - e->x, dy = y - e->y,
               dz = z - e->z;
        double u = dx * cos(angle) + dy * sin(angle), v = dy * cos(angle) - dx * sin(angle);
        if (u * u / (e->a * e->a) + v * v / (e->b * e->b) + dz * dz / (e->c * e->c) <= 1)
            sum += e->density;
    }
    return sum;
}

/* Air is -1000 HU, brain about 40, bone about 1000; stored with an intercept of -1024. */
static uint16_t stored_value(double density)
{
    double hu = density < 0.5 ? -1000 : density > 1.5 ? 1000 : 40 + (density - 1.02) * 1500;
    double value = hu + 1024;
    return (uint16_t)(value < 0 ? 0 : value > 4095 ? 4095 : value);
}

static str head_slice(struct arena *a, size_t slice)
{
    uint16_t *pixels = NEW_ARRAY(a, uint16_t, (size_t)PHANTOM_SIZE * PHANTOM_SIZE);
    double z = (double)slice / (PHANTOM_SLICE_COUNT - 1) * 1.8 - 0.9;
    for (int row = 0; row < PHANTOM_SIZE; row++)
        for (int column = 0; column < PHANTOM_SIZE; column++)
            pixels[row * PHANTOM_SIZE + column] =
                stored_value(density_at((column + 0.5) / (PHANTOM_SIZE / 2.0) - 1,
                                        1 - (row + 0.5) / (PHANTOM_SIZE / 2.0), z));
    struct image image = {.sop_class = STR(CT_STORAGE),
                          .sop_uid = uid_of(a, DEMO_HEAD, 1, 1, slice + 1),
                          .study_uid = uid_of(a, DEMO_HEAD, 1, 0, 0),
                          .series_uid = uid_of(a, DEMO_HEAD, 1, 1, 0),
                          .modality = STR("CT"),
                          .study_date = STR("20260105"),
                          .study_time = STR("101500"),
                          .study_description = STR("Head, Shepp-Logan phantom"),
                          .series_description = STR("Axial 2.5 mm"),
                          .accession_number = STR("DEMO0001"),
                          .person = {"Shepp^Logan", "DEMO-PHANTOM-1", "19740601", "O"},
                          .series_number = 1,
                          .instance_number = (int)slice + 1,
                          .frame_count = 1,
                          .rows = PHANTOM_SIZE,
                          .columns = PHANTOM_SIZE,
                          .bits = 16,
                          .z = (double)slice * 2.5,
                          .has_position = true,
                          .pixels = pixels,
                          .pixel_size = (size_t)PHANTOM_SIZE * PHANTOM_SIZE * 2};
    return write_image(a, &image);
}

/* A ring that beats: the radius follows the heart's rhythm through the frames. */
static str cine(struct arena *a)
{
    size_t frame_size = (size_t)PHANTOM_SIZE * PHANTOM_SIZE;
    unsigned char *pixels = arena_alloc(a, frame_size * PHANTOM_CINE_FRAME_COUNT, 16);
    for (size_t frame = 0; frame < PHANTOM_CINE_FRAME_COUNT; frame++) {
        double phase = (double)frame / PHANTOM_CINE_FRAME_COUNT * 6.283185307179586;
        double inner = 45 + 15 * sin(phase), outer = 85 + 8 * sin(phase);
        for (int row = 0; row < PHANTOM_SIZE; row++)
            for (int column = 0; column < PHANTOM_SIZE; column++) {
                double distance = hypot(row - PHANTOM_SIZE / 2.0, column - PHANTOM_SIZE / 2.0);
                pixels[frame * frame_size + (size_t)(row * PHANTOM_SIZE + column)] =
                    distance < inner   ? 40
                    : distance < outer ? 190
                                       : (unsigned char)(distance < 120 ? 90 : 10);
            }
    }
    struct image image = {.sop_class = STR(CINE_STORAGE),
                          .sop_uid = uid_of(a, DEMO_CINE, 1, 1, 1),
                          .study_uid = uid_of(a, DEMO_CINE, 1, 0, 0),
                          .series_uid = uid_of(a, DEMO_CINE, 1, 1, 0),
                          .modality = STR("US"),
                          .study_date = STR("20260112"),
                          .study_time = STR("093000"),
                          .study_description = STR("Heart, synthetic cine"),
                          .series_description = STR("Short axis"),
                          .accession_number = STR("DEMO0002"),
                          .person = {"Einthoven^Willem", "DEMO-PHANTOM-2", "18600521", "M"},
                          .series_number = 1,
                          .instance_number = 1,
                          .frame_count = PHANTOM_CINE_FRAME_COUNT,
                          .rows = PHANTOM_SIZE,
                          .columns = PHANTOM_SIZE,
                          .bits = 8,
                          .pixels = pixels,
                          .pixel_size = frame_size * PHANTOM_CINE_FRAME_COUNT};
    return write_image(a, &image);
}

static str portrait(struct arena *a, size_t person)
{
    enum { SIDE = 128 };
    uint16_t *pixels = NEW_ARRAY(a, uint16_t, (size_t)SIDE * SIDE);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            pixels[row * SIDE + column] = (uint16_t)((row ^ column) * 16 + (int)person * 64);
    struct image image = {.sop_class = STR(CR_STORAGE),
                          .sop_uid = uid_of(a, DEMO_PORTRAIT, person + 1, 1, 1),
                          .study_uid = uid_of(a, DEMO_PORTRAIT, person + 1, 0, 0),
                          .series_uid = uid_of(a, DEMO_PORTRAIT, person + 1, 1, 0),
                          .modality = STR("CR"),
                          .study_date = str_format(a, "202602%02zu", person + 1),
                          .study_time = STR("080000"),
                          .study_description = STR("Test pattern"),
                          .series_description = STR("Pattern"),
                          .accession_number = str_format(a, "DEMO1%03zu", person),
                          .person = people[person],
                          .series_number = 1,
                          .instance_number = 1,
                          .frame_count = 1,
                          .rows = SIDE,
                          .columns = SIDE,
                          .bits = 16,
                          .pixels = pixels,
                          .pixel_size = (size_t)SIDE * SIDE * 2};
    return write_image(a, &image);
}

size_t phantom_demo_count(void)
{
    return PHANTOM_SLICE_COUNT + 1 + COUNT_OF(people);
}

str phantom_demo_file(struct arena *a, size_t at)
{
    if (at < PHANTOM_SLICE_COUNT)
        return head_slice(a, at);
    return at == PHANTOM_SLICE_COUNT ? cine(a) : portrait(a, at - PHANTOM_SLICE_COUNT - 1);
}

str phantom_archive_file(struct arena *a, struct phantom_place p, uint16_t side)
{
    static const char *const families[] = {"Smith",      "Garcia", "Ivanova", "Schmidt",
                                           "Rossi",      "Tanaka", "Okafor",  "Kowalski",
                                           "Blacksmith", "Nguyen", "Haddad",  "Silva"};
    static const char *const given[] = {"Anna", "Boris",  "Chen",  "Dora",
                                        "Emil", "Fatima", "Georg", "Hana"};
    static const char *const descriptions[] = {"Chest CT", "Abdomen CT", "Head CT", "Follow-up",
                                               "Trauma"};
    uint16_t *pixels = NEW_ARRAY(a, uint16_t, (size_t)side * side);
    for (size_t i = 0; i < (size_t)side * side; i++)
        pixels[i] = (uint16_t)((i * 2654435761u + (size_t)p.instance * 97u) >> 20 & 0x0FFF);
    unsigned day = 1 + p.study % 28, month = 1 + p.study / 28 % 12,
             year = 2010 + p.study / 336 % 16;
    struct person person = {str_format(a, "%s^%s", families[p.study % COUNT_OF(families)],
                                       given[p.study / COUNT_OF(families) % COUNT_OF(given)])
                                .ptr,
                            str_format(a, "P%07u", p.study / 2).ptr,
                            str_format(a, "19%02u0101", 20 + p.study % 80).ptr,
                            p.study % 2 != 0 ? "F" : "M"};
    struct image image = {.sop_class = STR(CT_STORAGE),
                          .sop_uid = uid_of(a, ARCHIVE, p.study, p.series, p.instance),
                          .study_uid = uid_of(a, ARCHIVE, p.study, UINT32_MAX, 0),
                          .series_uid = uid_of(a, ARCHIVE, p.study, p.series, UINT32_MAX),
                          .modality = STR("CT"),
                          .study_date = str_format(a, "%04u%02u%02u", year, month, day),
                          .study_time = str_format(a, "%02u%02u00", p.study % 24, p.study % 60),
                          .study_description =
                              str_of(descriptions[p.study % COUNT_OF(descriptions)]),
                          .series_description = str_format(a, "Series %u", p.series + 1),
                          .accession_number = str_format(a, "A%08u", p.study),
                          .person = person,
                          .series_number = (int)p.series + 1,
                          .instance_number = (int)p.instance + 1,
                          .frame_count = 1,
                          .rows = side,
                          .columns = side,
                          .bits = 16,
                          .z = p.instance,
                          .has_position = true,
                          .pixels = pixels,
                          .pixel_size = (size_t)side * side * 2};
    return write_image(a, &image);
}
