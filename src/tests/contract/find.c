/* Lists of images: a table of filters over the sample studies, with answers found by reading. The
 * default order of studies is the newest date first, so most answers fall from 40 to 1. */
#include "tests/contract/find_support.h"

enum { TRASHED_NUMBER = 30 };

enum {
    SOP_CLASS = 0x00080016,
    SOP_UID = 0x00080018,
    STUDY_DATE = 0x00080020,
    SERIES_DATE = 0x00080021,
    CONTENT_DATE = 0x00080023,
    STUDY_TIME = 0x00080030,
    SERIES_TIME = 0x00080031,
    CONTENT_TIME = 0x00080033,
    ACCESSION = 0x00080050,
    MODALITY = 0x00080060,
    MODALITIES = 0x00080061,
    SOP_CLASSES = 0x00080062,
    INSTITUTION = 0x00080080,
    REFERRER = 0x00080090,
    TIMEZONE = 0x00080201,
    STATION = 0x00081010,
    TRANSFER_SYNTAX = 0x00083002,
    DESCRIPTION = 0x00081030,
    NAME = 0x00100010,
    PATIENT_ID = 0x00100020,
    ISSUER = 0x00100021,
    BIRTH_DATE = 0x00100030,
    SEX = 0x00100040,
    BODY_PART = 0x00180015,
    STUDY_UID = 0x0020000D,
    SERIES_UID = 0x0020000E,
    STUDY_ID = 0x00200010,
    SERIES_NUMBER = 0x00200011,
    INSTANCE_NUMBER = 0x00200013,
    LATERALITY = 0x00200060,
    STUDY_SERIES_COUNT = 0x00201206,
    STUDY_INSTANCE_COUNT = 0x00201208,
    SERIES_INSTANCE_COUNT = 0x00201209,
    FRAME_COUNT = 0x00280008,
    ROWS = 0x00280010,
    SCHEDULED_STEP = 0x00400009,
    STEP_DATE = 0x00400244,
    STEP_TIME = 0x00400245,
    REQUESTED_PROCEDURE = 0x00401001
};

#define IS(tag_, value_)                                                                           \
    {                                                                                              \
        .tag = tag_, .value = value_                                                               \
    }
#define FUZZY(value_)                                                                              \
    {                                                                                              \
        .tag = NAME, .value = value_, .is_fuzzy = true                                             \
    }
#define ANY(tag_, value_)                                                                          \
    {                                                                                              \
        .tag = tag_, .value = value_, .matches_any = true                                          \
    }
#define EMPTY(tag_)                                                                                \
    {                                                                                              \
        .tag = tag_, .matches_empty = true                                                         \
    }
#define UP(tag_)                                                                                   \
    {                                                                                              \
        .tag = tag_                                                                                \
    }
#define DOWN(tag_)                                                                                 \
    {                                                                                              \
        .tag = tag_, .descending = true                                                            \
    }

struct key {
    uint32_t tag;
    const char *value;
    bool matches_empty, matches_any, is_fuzzy;
};

struct find_case {
    struct key keys[3];
    const char *search;
    struct {
        uint32_t tag; /* 1: arrival */
        bool descending;
    } sort[3];
    int study, series; /* within that study, that series of it */
    bool trashed, one_per_patient;
    uint32_t limit, offset;
    const char *expected; /* NULL: INVALID */
    int64_t total;        /* 0: as many as expected has */
};

static const struct find_case study_cases[] = {
    {.limit = 3, .expected = "40 37 36", .total = 39},
    {.limit = 2, .offset = 2, .expected = "36 35", .total = 39},
    {.trashed = true, .expected = "30"},
    /* names: without case and accents, one group of them */
    {.keys = {IS(NAME, "müller*")}, .expected = "1"},
    {.keys = {IS(NAME, "MULLER^JURGEN^GROSSMANN")}, .expected = "1"},
    {.keys = {IS(NAME, "MUELLER^HANS")}, .expected = "2"},
    {.keys = {IS(NAME, "Mueller^H*")}, .expected = "2"},
    {.keys = {IS(NAME, "Mueller")}, .expected = ""},
    {.keys = {IS(NAME, "ostergard*")}, .expected = "3"},
    {.keys = {IS(NAME, "lukasiewicz^zaneta")}, .expected = "4"},
    {.keys = {IS(NAME, "nguyen*")}, .expected = "5"},
    {.keys = {IS(NAME, "ΠΑΠΑΔΟΠΟΎΛΟΥ^*")}, .expected = "6"},
    {.keys = {IS(NAME, "ДОСТОЕВСК*")}, .expected = "8 7"},
    {.keys = {IS(NAME, "山田*")}, .expected = "10 9"},
    {.keys = {IS(NAME, "やまだ^たろう")}, .expected = "9"},
    {.keys = {IS(NAME, "Yamada^Tarou")}, .expected = "9"},
    {.keys = {IS(NAME, "yamada*")}, .expected = "10 9"},
    {.keys = {IS(NAME, "Yamada^Tarou=山田^太郎")}, .expected = "9"},
    {.keys = {IS(NAME, "yamada*=山田^花*")}, .expected = "10"},
    {.keys = {IS(NAME, "=山田*")}, .expected = "10 9"},
    {.keys = {IS(NAME, "==やまだ^は*")}, .expected = "10"},
    {.keys = {IS(NAME, "山田*=")}, .expected = ""},
    {.keys = {IS(NAME, "yamada*太郎")}, .expected = ""},
    {.keys = {IS(MODALITIES, "C*R")}, .expected = "19 8 6"},
    {.keys = {IS(NAME, "yamada^?arou")}, .expected = "9"},
    {.keys = {IS(NAME, "*太郎")}, .expected = "9"},
    {.keys = {IS(NAME, "山?^太?")}, .expected = "9"},
    {.keys = {IS(NAME, "홍^길동")}, .expected = "11"},
    {.keys = {IS(NAME, "كوهين*")}, .expected = "13"},
    {.keys = {IS(NAME, "שרון^דבורה")}, .expected = "14"},
    {.keys = {IS(NAME, "สมชาย^*")}, .expected = "15"},
    {.keys = {IS(NAME, "smith*")}, .expected = "19 18 17 16"},
    {.keys = {IS(NAME, "smith^j*")}, .expected = "18 17 16"},
    {.keys = {IS(NAME, " Smith^John ")}, .expected = "17"},
    {.keys = {IS(NAME, "o'brien^conan")}, .expected = "20"},
    {.keys = {IS(NAME, "strasse*")}, .expected = "35 34"},
    {.keys = {IS(NAME, "garcia^nunez")}, .expected = "32 31"},
    {.keys = {IS(NAME, "ng^?")}, .expected = "29"},
    {.keys = {IS(NAME, "ng")}, .expected = ""},
    {.keys = {IS(NAME, "doe^*^?")}, .expected = "37"},
    {.keys = {IS(NAME, "*")}, .limit = 2, .expected = "40 37", .total = 39},
    {.keys = {IS(NAME, "  ")}, .limit = 1, .expected = "40", .total = 39},
    {.keys = {IS(NAME, "c^d")}, .expected = "36"},
    {.keys = {EMPTY(NAME)}, .expected = "22"},
    {.keys = {IS(REFERRER, "weber^anna")}, .expected = "28 16 5 2 1"},
    {.keys = {IS(REFERRER, "佐藤*")}, .expected = "10 9"},
    {.keys = {IS(REFERRER, "ИВАНОВ*"), IS(SEX, "M")}, .expected = "8"},
    /* words of names, in any order and group */
    {.keys = {FUZZY("smith john")}, .expected = "17 16"},
    {.keys = {FUZZY("John Smith")}, .expected = "17 16"},
    {.keys = {FUZZY("SMITH^JOHN")}, .expected = "17 16"},
    {.keys = {FUZZY("smith, joh")}, .expected = "17 16"},
    {.keys = {FUZZY("smi")}, .expected = "19 18 17 16"},
    {.keys = {FUZZY("mith")}, .expected = ""},
    {.keys = {FUZZY("*mith* j")}, .expected = "18 17 16"},
    {.keys = {FUZZY("sm?th joh?")}, .expected = "17 16"},
    {.keys = {FUZZY("Jurgen Muller")}, .expected = "1"},
    {.keys = {FUZZY("GROSSMANN müll")}, .expected = "1"},
    {.keys = {FUZZY("Minh Nguyen")}, .expected = "5"},
    {.keys = {FUZZY("berg")}, .expected = "21"},
    {.keys = {FUZZY("Tarou Yamada")}, .expected = "9"},
    {.keys = {FUZZY("太郎 山田")}, .expected = "9"},
    {.keys = {FUZZY("たろう")}, .expected = "9"},
    {.keys = {FUZZY("yamada 花")}, .expected = "10"},
    {.keys = {FUZZY("Yamada^Tarou=山田^太郎=やまだ^たろう")}, .expected = "9"},
    {.keys = {FUZZY("길동")}, .expected = "11"},
    {.keys = {FUZZY("Елен"), IS(SEX, "F")}, .expected = ""},
    {.keys = {FUZZY("анна достоевская")}, .expected = "7"},
    {.keys = {FUZZY("%")}, .expected = ""},
    {.keys = {FUZZY("_")}, .expected = ""},
    {.keys = {FUZZY("* ** ,"), IS(SEX, "O")}, .expected = ""},
    {.keys = {FUZZY("*"), IS(SEX, "O")}, .expected = "28 24 23"},
    {.keys = {FUZZY("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")}, .expected = ""},
    {.keys = {FUZZY("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17")}, .expected = NULL},
    /* patients, as the newest of their studies that is not in the trash */
    {.one_per_patient = true, .keys = {IS(PATIENT_ID, "DE-3")}, .expected = "27 26"},
    {.one_per_patient = true, .keys = {IS(NAME, "becker*")}, .expected = "27 26"},
    {.one_per_patient = true,
     .keys = {IS(SEX, "F")},
     .limit = 3,
     .expected = "40 35 33",
     .total = 17},
    {.one_per_patient = true, .keys = {IS(NAME, "ng^*")}, .expected = "29"},
    {.one_per_patient = true, .keys = {EMPTY(PATIENT_ID)}, .expected = "22"},
    {.one_per_patient = true,
     .sort = {UP(NAME)},
     .limit = 5,
     .expected = "22 36 28 26 27",
     .total = 38},
    {.one_per_patient = true, .search = "becker", .expected = "27 26"},
    {.one_per_patient = true, .trashed = true, .expected = "30"},
    /* texts: as they are, but for patterns */
    {.keys = {IS(PATIENT_ID, "DE-1")}, .expected = "1"},
    {.keys = {IS(PATIENT_ID, "de-1")}, .expected = ""},
    {.keys = {IS(PATIENT_ID, "de-?")}, .expected = "35 34 28 27 26 25 2 1"},
    {.keys = {IS(PATIENT_ID, "X*2")}, .expected = "37"},
    {.keys = {IS(PATIENT_ID, "DE-3"), IS(ISSUER, "CLINIC-A")}, .expected = "26 25"},
    {.keys = {EMPTY(PATIENT_ID)}, .expected = "22"},
    {.keys = {IS(ACCESSION, "A01?")}, .expected = "19 18 17 16 15 14 13 12 11 10"},
    {.keys = {IS(ACCESSION, "A023")}, .expected = "23"},
    {.keys = {IS(ACCESSION, "a023")}, .expected = "24"},
    {.keys = {IS(ACCESSION, "a02?")}, .expected = "29 28 27 26 25 24 23 22 21 20"},
    {.keys = {EMPTY(STUDY_ID)}, .expected = "5"},
    {.keys = {IS(DESCRIPTION, "Chest 100% AP_view")}, .expected = "13"},
    {.keys = {IS(DESCRIPTION, "*100%*")}, .expected = "13"},
    {.keys = {IS(DESCRIPTION, "*AP_*")}, .expected = "13"},
    {.keys = {IS(DESCRIPTION, "*AP?view")}, .expected = "14 13"},
    {.keys = {IS(DESCRIPTION, "*\\ *")}, .expected = "23"},
    {.keys = {IS(DESCRIPTION, "quote*")}, .expected = "24 23"},
    {.keys = {IS(DESCRIPTION, "Quote \"here\" \\ there")}, .expected = "23"},
    {.keys = {ANY(DESCRIPTION, "CT Head\\MR Brain")}, .expected = "20 17 10 9 3"},
    {.keys = {IS(DESCRIPTION, "CT Head\\MR Brain")}, .expected = ""},
    {.keys = {ANY(DESCRIPTION, "CT*\\Hand")}, .expected = "20 19 18 16 10 9 2 1"},
    {.keys = {ANY(NAME, "smith^john\\yamada*")}, .expected = "17 10 9"},
    {.keys = {IS(TIMEZONE, "+0200")}, .expected = "40 20 10"},
    {.keys = {IS(SEX, "O")}, .expected = "28 24 23"},
    {.keys = {IS(SEX, "O,X")}, .expected = "28 24 23"},
    {.keys = {IS(SEX, "O\\X"), IS(MODALITIES, "OT")}, .expected = "24 23"},
    {.keys = {EMPTY(SEX)}, .expected = "22"},
    /* days, times, and both together */
    {.keys = {IS(STUDY_DATE, "20200201")}, .expected = "4 3"},
    {.keys = {IS(STUDY_DATE, "2020.02.01")}, .expected = "4 3"},
    {.keys = {IS(STUDY_DATE, "20200201-20200311")}, .expected = "6 5 4 3"},
    {.keys = {IS(STUDY_DATE, " 20200201 - 20200311 ")}, .expected = "6 5 4 3"},
    {.keys = {IS(STUDY_DATE, "-20200115")}, .expected = "2 1"},
    {.keys = {IS(STUDY_DATE, "20201108-")}, .expected = "40 37 36 35 34"},
    {.keys = {IS(STUDY_DATE, "20200311-20200201")}, .expected = ""},
    {.keys = {EMPTY(STUDY_DATE)}, .expected = "39 38"},
    {.keys = {IS(STUDY_DATE, "20200230")}, .expected = NULL},
    {.keys = {IS(STUDY_DATE, "-")}, .expected = NULL},
    {.keys = {IS(STUDY_DATE, "2020*")}, .expected = NULL},
    {.keys = {IS(BIRTH_DATE, "19770707")}, .expected = "27 26 25"},
    {.keys = {IS(BIRTH_DATE, "-19461231")}, .expected = "8 7"},
    {.keys = {IS(STUDY_TIME, "08")}, .expected = "35 26 25 1"},
    {.keys = {IS(STUDY_TIME, "2300-")}, .expected = "40 4"},
    {.keys = {IS(STUDY_TIME, "-0030")}, .expected = "5"},
    {.keys = {IS(STUDY_TIME, "1015-1016")}, .expected = "3"},
    {.keys = {EMPTY(STUDY_TIME)}, .expected = "6 39"},
    {.keys = {IS(STUDY_TIME, "noon")}, .expected = NULL},
    {.keys = {IS(STUDY_DATE, "20200201"), IS(STUDY_TIME, "10-11")}, .expected = "3"},
    {.keys = {IS(STUDY_DATE, "20200201-20200202"), IS(STUDY_TIME, "12-")}, .expected = "4"},
    {.keys = {IS(STUDY_DATE, "20200115-20200401"), IS(STUDY_TIME, "10-12")},
     .expected = "7 6 5 4 3"},
    {.keys = {IS(STUDY_TIME, "10-12"), IS(STUDY_DATE, "20200115-20200401")},
     .expected = "7 6 5 4 3"},
    {.keys = {IS(STUDY_DATE, "20200115-20200401"), IS(STUDY_TIME, "-1130")},
     .expected = "6 5 4 3 2"},
    {.keys = {IS(STUDY_DATE, "-20200201"), IS(STUDY_TIME, "-12")}, .expected = "3 2 1"},
    {.keys = {IS(STUDY_DATE, "20200115-"), IS(STUDY_TIME, "25x-")}, .expected = NULL},
    /* sets, lists, numbers */
    {.keys = {IS(MODALITIES, "CT")}, .expected = "40 37 36 28 20 18 16 12 10 9 2 1 39 38"},
    {.keys = {IS(MODALITIES, "SR")}, .expected = "31 28 2"},
    {.keys = {IS(MODALITIES, "PT,MG")}, .expected = "32 31 28 12"},
    {.keys = {IS(MODALITIES, "PT\\MG")}, .expected = "32 31 28 12"},
    {.keys = {IS(MODALITIES, "C")}, .expected = ""},
    {.keys = {IS(MODALITIES, "P?"), IS(SEX, "F")}, .expected = "35"},
    {.keys = {IS(SOP_CLASSES, "1.2.840.10008.5.1.4.1.1.4"), IS(SEX, "M")}, .expected = "17 11 3"},
    {.keys = {IS(TRANSFER_SYNTAX, "1.2.840.10008.1.2.4.90")}, .expected = "36 27 18 9"},
    {.keys = {IS(TRANSFER_SYNTAX, "1.2.840.10008.1.2")}, .expected = ""},
    {.keys = {EMPTY(TRANSFER_SYNTAX)}, .expected = ""},
    {.keys = {IS(STUDY_UID, "1.2.40.7")}, .expected = "7"},
    {.keys = {IS(STUDY_UID, "1.2.40.7\\1.2.40.3, 1.2.40.99,")}, .expected = "7 3"},
    {.keys = {IS(STUDY_UID, "1.2.x")}, .expected = NULL},
    {.keys = {IS(STUDY_UID, "1.2.40.*")}, .expected = NULL},
    {.keys = {IS(STUDY_SERIES_COUNT, "2")}, .expected = "31 12 2"},
    {.keys = {IS(STUDY_INSTANCE_COUNT, "6")}, .expected = "28"},
    {.keys = {IS(STUDY_INSTANCE_COUNT, "many")}, .expected = NULL},
    /* words */
    {.search = "yamada", .expected = "10 9"},
    {.search = "SMITH john", .expected = "17 16"},
    {.search = "jürgen", .expected = "1"},
    {.search = "us-1", .expected = "16"},
    {.search = "q-", .expected = "24 23"},
    {.search = "山田", .expected = "10 9"},
    {.search = "山田 太郎", .expected = "9"},
    {.search = "100%", .expected = "13"},
    {.search = "ap_v", .expected = "13"},
    {.search = "clinic", .expected = ""},
    {.search = "chest weber", .expected = "16 1"},
    {.search = "\"here\"", .expected = "23"},
    {.search = "  ", .limit = 1, .expected = "40", .total = 39},
    {.search = "chest", .keys = {IS(SEX, "F")}, .expected = "18 14 13 7"},
    /* order */
    {.sort = {UP(NAME)}, .limit = 6, .expected = "22 36 28 25 26 27", .total = 39},
    {.sort = {UP(STUDY_DATE)}, .limit = 4, .expected = "38 39 1 2", .total = 39},
    {.sort = {DOWN(1)}, .limit = 3, .expected = "35 29 23", .total = 39},
    {.sort = {DOWN(STUDY_INSTANCE_COUNT)}, .limit = 4, .expected = "28 31 32 29", .total = 39},
    {.keys = {IS(STUDY_DATE, "20201001")},
     .sort = {DOWN(STUDY_DATE), UP(STUDY_TIME)},
     .expected = "27 25 26"},
    {.keys = {IS(SEX, "O")}, .sort = {UP(SEX), DOWN(ACCESSION)}, .expected = "24 28 23"},
};

static const struct find_case series_cases[] = {
    {.keys = {IS(STUDY_UID, "1.2.40.28")}, .expected = "28.3 28.2 28.1"},
    {.study = 28, .expected = "28.3 28.2 28.1"},
    {.study = 28, .keys = {IS(MODALITY, "CT")}, .expected = "28.2"},
    {.study = 28, .series = 2, .expected = "28.2"},
    {.study = 27, .series = 2, .expected = ""},
    {.keys = {IS(MODALITY, "SR")}, .expected = "2.2 28.3 31.2"},
    {.keys = {IS(MODALITY, "MR,NM")}, .expected = "3.1 4.1 11.1 17.1 21.1 25.1 26.1 27.1"},
    {.keys = {IS(MODALITY, "X?")}, .expected = "29.1"},
    {.keys = {IS(SERIES_NUMBER, "8")}, .expected = "2.2 12.2 28.2 31.2"},
    {.keys = {EMPTY(SERIES_NUMBER)}, .expected = "5.1 10.1 15.1 20.1 25.1 28.3 35.1 40.1"},
    {.keys = {IS(LATERALITY, "L"), IS(MODALITY, "CT")},
     .expected = "2.1 10.1 12.2 16.1 18.1 20.1 28.2 36.1 38.1 40.1"},
    {.keys = {EMPTY(INSTITUTION), IS(MODALITY, "CT")}, .expected = "9.1 12.2 18.1 36.1 39.1"},
    {.keys = {IS(INSTITUTION, "*A"), IS(MODALITY, "SR")}, .expected = "2.2 28.3 31.2"},
    {.keys = {IS(STATION, "ST_O*")}, .expected = "22.1 23.1 24.1"},
    {.keys = {IS(NAME, "smith^john")}, .expected = "17.1"},
    {.keys = {IS(STEP_DATE, "20200201-20200201"), IS(STEP_TIME, "1000-1100")}, .expected = "3.1"},
    {.keys = {IS(SERIES_DATE, "20200201-20200402"), IS(SERIES_TIME, "11-11")},
     .expected = "4.1 5.1 6.1 7.1"},
    {.keys = {IS(SCHEDULED_STEP, "SPS7")}, .expected = "7.1"},
    {.keys = {IS(REQUESTED_PROCEDURE, "RP1")}, .expected = "2.1 2.2 3.1"},
    {.keys = {IS(BODY_PART, "CHEST"), IS(STUDY_DATE, "20201101-")},
     .expected = "28.2 36.1 37.1 40.1"},
    {.keys = {IS(SERIES_INSTANCE_COUNT, "4")}, .expected = "29.1 31.1 32.1"},
    {.keys = {IS(SERIES_UID, "1.2.40.2.1,1.2.40.2.2,1.2.40.30.1")}, .expected = "2.1 2.2"},
    {.sort = {DOWN(MODALITY)}, .limit = 3, .expected = "29.1 5.1 15.1", .total = 44},
    {.search = "ärzte", .sort = {DOWN(SERIES_NUMBER)}, .expected = "28.1 28.2 28.3"},
};

static const struct find_case instance_cases[] = {
    {.keys = {IS(SERIES_UID, "1.2.40.28.2")}, .expected = "28.2.3 28.2.2 28.2.1"},
    {.study = 28, .series = 2, .expected = "28.2.3 28.2.2 28.2.1"},
    {.keys = {IS(STUDY_UID, "1.2.40.31")}, .expected = "31.1.1 31.1.2 31.1.3 31.1.4 31.2.1"},
    {.keys = {IS(INSTANCE_NUMBER, "1")}, .expected = ""},
    {.keys = {IS(INSTANCE_NUMBER, "2")},
     .expected = "25.1.3 26.1.3 27.1.3 28.2.3 29.1.3 31.1.3 32.1.3"},
    {.keys = {EMPTY(INSTANCE_NUMBER)}, .expected = "29.1.4 31.1.4 32.1.4"},
    {.keys = {IS(SOP_UID, "1.2.40.3.1.2")}, .expected = "3.1.2"},
    {.keys = {IS(SOP_CLASS, "1.2.840.10008.5.1.4.1.1.2"), IS(STUDY_UID, "1.2.40.28")},
     .expected = "28.2.1 28.2.2 28.2.3"},
    {.keys = {IS(ROWS, "192"), IS(MODALITY, "XA")}, .expected = "29.1.3"},
    {.keys = {EMPTY(FRAME_COUNT), IS(MODALITY, "XA")}, .expected = "29.1.1 29.1.3"},
    {.keys = {IS(CONTENT_DATE, "20200201-20200201"), IS(CONTENT_TIME, "1000-1100")},
     .expected = "3.1.1 3.1.2"},
    {.keys = {IS(MODALITY, "MG")},
     .sort = {DOWN(ROWS)},
     .limit = 2,
     .expected = "31.1.4 32.1.4",
     .total = 8},
    {.keys = {IS(NAME, "becker*"), IS(INSTANCE_NUMBER, "4")}, .expected = "25.1.1 26.1.1 27.1.1"},
};

static void run_case(struct contract_db *c, enum image_level level, const struct find_case *t)
{
    struct image_filter f = {.level = level,
                             .access.organization_key = c->organization_key,
                             .trashed = t->trashed,
                             .one_per_patient = t->one_per_patient,
                             .search = t->search != NULL ? str_of(t->search) : STR_NONE,
                             .limit = t->limit != 0 ? t->limit : 100,
                             .offset = t->offset,
                             .wants_total = true};
    struct image_page page;
    size_t index = 0;
    for (size_t i = 0; i < COUNT_OF(t->keys) && t->keys[i].tag != 0; i++)
        *SLICE_PUSH(&c->arena, &f.matches) = (struct image_match){
            .attribute = image_attribute_seen_from(image_attribute_find(t->keys[i].tag), level),
            .value = str_of(t->keys[i].value),
            .matches_empty = t->keys[i].matches_empty,
            .matches_any = t->keys[i].matches_any,
            .is_fuzzy = t->keys[i].is_fuzzy};
    for (; index < COUNT_OF(t->sort) && t->sort[index].tag != 0; index++)
        f.sort[index] = (struct image_sort){
            t->sort[index].tag == 1
                ? NULL
                : image_attribute_seen_from(image_attribute_find(t->sort[index].tag), level),
            t->sort[index].descending};
    f.sort_count = index;
    if (t->study != 0)
        f.study_id = sample_id((struct sample_place){c->organization_key, t->study, 0, 0});
    if (t->series != 0) /* of study 28, whatever the study */
        f.series_id = sample_id((struct sample_place){c->organization_key, 28, t->series, 0});
    struct db_session *s = contract_begin(c);
    err e = image_reader_find(s->readers.images, &c->arena, &f, &page);
    db_session_end(s);
    if (t->expected == NULL) {
        CHECK_ERR(INVALID, e);
        return;
    }
    CHECK_OK(e);
    if (!str_eq(rows_text(&c->arena, level, &page), str_of(t->expected)))
        fail_msg("case %s %s: %.*s, expected %s", t->keys[0].value ? t->keys[0].value : "-",
                 t->search ? t->search : "-", STR_ARG(rows_text(&c->arena, level, &page)),
                 t->expected);
    CHECK_INT(t->total != 0 ? t->total : (int64_t)page.rows.len, page.total);
    CHECK((page.next.ptr != NULL) == ((int64_t)(page.rows.len + t->offset) < page.total));
}

CONTRACT(every_kind_of_matching)
{
    samples_store(c);
    sample_trash(c, TRASHED_NUMBER);
    for (size_t i = 0; i < COUNT_OF(study_cases); i++)
        run_case(c, LEVEL_STUDY, &study_cases[i]);
    for (size_t i = 0; i < COUNT_OF(series_cases); i++)
        run_case(c, LEVEL_SERIES, &series_cases[i]);
    for (size_t i = 0; i < COUNT_OF(instance_cases); i++)
        run_case(c, LEVEL_INSTANCE, &instance_cases[i]);
}

/* Studies without Patient ID are nobody's but their own, whatever else they share. */
static const struct sample nameless = {"20220101", "", "", "", "", "",
                                       "",         "", "", "", "", "CT2 SR1"};

static str counts_text(struct contract_db *c, const char *name)
{
    struct image_match m = {.attribute = image_attribute_find(NAME), .value = str_of(name)};
    struct image_filter f = {.access.organization_key = c->organization_key,
                             .one_per_patient = true,
                             .wants_patient_counts = true,
                             .matches = {&m, name[0] != '\0'},
                             .sort = {{image_attribute_find(STUDY_UID), false}},
                             .sort_count = 1,
                             .limit = 9};
    struct image_page page;
    struct buf text = BUF_IN(&c->arena);
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    db_session_end(s);
    for (size_t i = 0; i < page.rows.len; i++)
        buf_addf(&text, "%s%d: %d %d %d", i == 0 ? "" : ", ", page.rows.at[i].study.id.at[3],
                 (int)page.rows.at[i].of_patient.studies, (int)page.rows.at[i].of_patient.series,
                 (int)page.rows.at[i].of_patient.instances);
    return buf_str(&text);
}

CONTRACT(patients_have_counts)
{
    for (int i = 24; i <= 26; i++)
        sample_store(c, c->organization_key, i + 1, &samples[i]);
    sample_store(c, c->organization_key, 1, &nameless);
    sample_store(c, c->organization_key, 2, &nameless);
    CHECK_STR(STR("26: 2 2 6, 27: 1 1 3"), counts_text(c, "becker*"));
    CHECK_STR(STR("1: 1 2 3, 2: 1 2 3, 26: 2 2 6, 27: 1 1 3"), counts_text(c, ""));
    sample_trash(c, 26);
    CHECK_STR(STR("25: 1 1 3, 27: 1 1 3"), counts_text(c, "becker*"));
    sample_trash(c, 25);
    CHECK_STR(STR("27: 1 1 3"), counts_text(c, "becker*"));
}

static str list_of(struct arena *a, const char *first, const char *value, int count)
{
    struct buf list = BUF_IN(a);
    buf_add(&list, str_of(first));
    for (int i = 1; i < count; i++)
        buf_addf(&list, "\\%s%d", value, i);
    return buf_str(&list);
}

static err find_in_list(struct contract_db *c, const struct image_match *m, str *rows)
{
    struct image_filter f = {.access.organization_key = c->organization_key,
                             .matches = {(struct image_match *)m, 1},
                             .limit = 9};
    struct image_page page;
    struct db_session *s = contract_begin(c);
    err e = image_reader_find(s->readers.images, &c->arena, &f, &page);
    db_session_end(s);
    if (!failed(e))
        *rows = rows_text(&c->arena, LEVEL_STUDY, &page);
    return e;
}

CONTRACT(lists_have_a_length_and_no_more)
{
    const struct {
        uint32_t tag;
        const char *first, *value;
        bool matches_any;
        int len_max;
    } lists[] = {{STUDY_UID, "1.2.40.1", "1.3.", false, UID_LIST_LEN_MAX},
                 {SEX, "M", "X", false, UID_LIST_LEN_MAX},
                 {MODALITIES, "CT", "X", false, VALUE_LIST_LEN_MAX},
                 {SOP_CLASSES, "*.2", "1.3.", false, VALUE_LIST_LEN_MAX},
                 {DESCRIPTION, "CT Chest", "X", true, VALUE_LIST_LEN_MAX},
                 {DESCRIPTION, "CT Ch*", "X*", true, VALUE_LIST_LEN_MAX},
                 {NAME, "müller*", "nobody", true, VALUE_LIST_LEN_MAX}};
    sample_store(c, c->organization_key, 1, &samples[0]);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        str rows;
        struct image_match m = {
            .attribute = image_attribute_find(lists[i].tag),
            .value = list_of(&c->arena, lists[i].first, lists[i].value, lists[i].len_max),
            .matches_any = lists[i].matches_any};
        CHECK_OK(find_in_list(c, &m, &rows));
        CHECK_STR(STR("1"), rows);
        m.value = list_of(&c->arena, lists[i].first, lists[i].value, lists[i].len_max + 1);
        CHECK_ERR(INVALID, find_in_list(c, &m, &rows));
    }
}
