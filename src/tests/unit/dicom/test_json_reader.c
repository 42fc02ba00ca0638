/* The DICOM JSON model read: what each VR becomes, every refusal, and that what is read is what was
 * written. Events are compared as a text, one line each. */
#include "base/buf.h"
#include "base/json.h"
#include "dicom/model/json_reader.h"
#include "tests/test.h"

TEST_MAIN("json_reader")

/* Elements as "GGGGEEEE VR value", numbers and bytes in hexadecimal, URIs behind "@". */
struct recorder {
    struct part10_consumer base;
    struct buf out;
    unsigned depth;
    uint32_t fail_at_tag;
    size_t shown_size_max; /* of a value; 0: any */
};

static struct recorder *recorder_of(struct part10_consumer *c)
{
    return container_of(c, struct recorder, base);
}

static void add_head(struct recorder *r, const struct part10_element *e)
{
    CHECK_INT(r->depth, e->depth);
    CHECK(!e->big_endian && e->offset == 0);
    buf_addf(&r->out, "%08X %.*s", e->tag, STR_ARG(vr_name(e->vr)));
}

static err record_element(struct part10_consumer *base, const struct part10_element *e, str value)
{
    struct recorder *r = recorder_of(base);
    enum vr_kind kind = vr_kind(e->vr);
    add_head(r, e);
    if (value.ptr == NULL) {
        CHECK(e->uri.len != 0 && e->length == PART10_UNDEFINED_LENGTH);
        buf_addf(&r->out, " @%.*s", STR_ARG(e->uri));
    } else {
        CHECK(e->uri.ptr == NULL && e->length == value.len);
        if (r->shown_size_max != 0)
            value = str_sub(value, 0, r->shown_size_max);
        if (value.len != 0)
            buf_add_char(&r->out, ' ');
        if (kind == VR_KIND_BINARY || kind == VR_KIND_BYTES)
            buf_add_hex(&r->out, value.ptr, value.len);
        else
            buf_add(&r->out, value);
    }
    buf_add_char(&r->out, '\n');
    return e->tag == r->fail_at_tag ? ERR(NO_SPACE, "full") : OK;
}

static err record_sequence_begin(struct part10_consumer *base, const struct part10_element *e)
{
    struct recorder *r = recorder_of(base);
    CHECK_INT(PART10_UNDEFINED_LENGTH, e->length);
    add_head(r, e);
    buf_add(&r->out, STR(" [\n"));
    r->depth++;
    return OK;
}

static err record_item_begin(struct part10_consumer *base, uint32_t index)
{
    buf_addf(&recorder_of(base)->out, "{%u\n", index);
    return OK;
}

static err record_item_end(struct part10_consumer *base)
{
    buf_add(&recorder_of(base)->out, STR("}\n"));
    return OK;
}

static err record_sequence_end(struct part10_consumer *base)
{
    recorder_of(base)->depth--;
    buf_add(&recorder_of(base)->out, STR("]\n"));
    return OK;
}

static const struct part10_consumer_ops recorder_ops = {
    .element = record_element,
    .sequence_begin = record_sequence_begin,
    .item_begin = record_item_begin,
    .item_end = record_item_end,
    .sequence_end = record_sequence_end,
};

static err record(struct arena *a, str json, str *out)
{
    struct recorder r = {.base = {.ops = &recorder_ops}, .out = BUF_IN(a)};
    err e = json_model_read(a, json, &r.base);
    *out = buf_str(&r.out);
    return e;
}

struct reading {
    const char *json, *events;
};

static void check_readings(const struct reading *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena a = {0};
        str events;
        err e = record(&a, str_of(cases[i].json), &events);
        if (failed(e) || !str_eq(events, str_of(cases[i].events)))
            fail_msg("%s: %s, events:\n%.*s", cases[i].json, failed(e) ? e.text : "read",
                     STR_ARG(events));
        arena_deinit(&a);
    }
}

TEST(texts_of_every_vr_are_read)
{
    static const struct reading cases[] = {
        {"{\"00080054\":{\"vr\":\"AE\",\"Value\":[\"A\",\"B\"]}}", "00080054 AE A\\B\n"},
        {"{\"00101010\":{\"vr\":\"AS\",\"Value\":[\"018M\"]}}", "00101010 AS 018M\n"},
        {"{\"00080008\":{\"vr\":\"CS\",\"Value\":[\"ORIGINAL\",\"PRIMARY\"]}}",
         "00080008 CS ORIGINAL\\PRIMARY\n"},
        {"{\"00080020\":{\"vr\":\"DA\",\"Value\":[\"20260101\"]}}", "00080020 DA 20260101\n"},
        {"{\"0008002A\":{\"vr\":\"DT\",\"Value\":[\"20260101+0100\"]}}",
         "0008002A DT 20260101+0100\n"},
        {"{\"00080030\":{\"vr\":\"TM\",\"Value\":[\"101112.5\"]}}", "00080030 TM 101112.5\n"},
        {"{\"00280030\":{\"vr\":\"DS\",\"Value\":[0.5,\"1.50\",-1e-7,null,\"abc\"]}}",
         "00280030 DS 0.5\\1.50\\-1e-7\\\\abc\n"},
        {"{\"00200013\":{\"vr\":\"IS\",\"Value\":[7]}}", "00200013 IS 7\n"},
        {"{\"00200013\":{\"vr\":\"IS\",\"Value\":[\"+7\"]}}", "00200013 IS +7\n"},
        {"{\"00080070\":{\"vr\":\"LO\",\"Value\":[null,\"b\",null]}}", "00080070 LO \\b\\\n"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[\" a \"]}}", "00080050 SH  a \n"},
        {"{\"00104000\":{\"vr\":\"LT\",\"Value\":[\"a\\\\b\\r\\nc\\u00e9\"]}}",
         "00080005 CS ISO_IR 192\n00104000 LT a\\b\r\nc\xC3\xA9\n"},
        {"{\"00080081\":{\"vr\":\"ST\",\"Value\":[\"a\\\\b\"]}}", "00080081 ST a\\b\n"},
        {"{\"00189810\":{\"vr\":\"UC\",\"Value\":[\"a\",\"b\"]}}", "00189810 UC a\\b\n"},
        {"{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]}}", "00080018 UI 1.2.3\n"},
        {"{\"00081190\":{\"vr\":\"UR\",\"Value\":[\"http:\\/\\/a\\/b\"]}}",
         "00081190 UR http://a/b\n"},
        {"{\"0040A160\":{\"vr\":\"UT\",\"Value\":[\"a\\\\b\"]}}", "0040A160 UT a\\b\n"},
        {"{\"0040A160\":{\"vr\":\"UT\",\"Value\":[null]}}", "0040A160 UT\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

TEST(names_are_read)
{
    static const struct reading cases[] = {
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"A^B\"}]}}",
         "00100010 PN A^B\n"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Phonetic\":\"c\",\"Alphabetic\":\"a\"},null,{}"
         ","
         "{\"Ideographic\":\"b\",\"Phonetic\":\"\",\"Alphabetic\":null}]}}",
         "00100010 PN a==c\\\\\\=b\n"},
        {"{\"00100010\":{\"Value\":[{}],\"vr\":\"PN\"}}", "00100010 PN\n"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Wang^XiaoDong\","
         "\"Ideographic\":"
         "\"\\u738b^\\u5c0f\\u4e1c\"}]}}",
         "00080005 CS ISO_IR 192\n00100010 PN "
         "Wang^XiaoDong=\xE7\x8E\x8B^\xE5\xB0\x8F\xE4\xB8\x9C\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

TEST(numbers_of_every_vr_are_read)
{
    static const struct reading cases[] = {
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[0,258,65535,\"3\",4.0,5e0]}}",
         "00280010 US 00000201ffff030004000500\n"},
        {"{\"00280106\":{\"vr\":\"SS\",\"Value\":[-32768,32767,-1,-0]}}",
         "00280106 SS 0080ff7fffff0000\n"},
        {"{\"00091001\":{\"vr\":\"UL\",\"Value\":[4294967295,1]}}",
         "00091001 UL ffffffff01000000\n"},
        {"{\"00091001\":{\"vr\":\"SL\",\"Value\":[-2147483648,2147483647]}}",
         "00091001 SL 00000080ffffff7f\n"},
        {"{\"00091001\":{\"vr\":\"UV\",\"Value\":[18446744073709551615,\"18446744073709551615\"]}}",
         "00091001 UV ffffffffffffffffffffffffffffffff\n"},
        {"{\"00091001\":{\"vr\":\"SV\",\"Value\":[\"-9223372036854775808\",9223372036854775807]}}",
         "00091001 SV 0000000000000080ffffffffffffff7f\n"},
        {"{\"00091001\":{\"vr\":\"FL\",\"Value\":[1,-0.5,\"2.5\",3.4028235e38]}}",
         "00091001 FL 0000803f000000bf00002040ffff7f7f\n"},
        {"{\"00091001\":{\"vr\":\"FL\",\"Value\":[null,\"inf\",\"-Infinity\"]}}",
         "00091001 FL 0000c07f0000807f000080ff\n"},
        {"{\"00091001\":{\"vr\":\"FD\",\"Value\":[0.1,1e308,\"NaN\"]}}",
         "00091001 FD 9a9999999999b93fa0c8eb85f3cce17f000000000000f87f\n"},
        {"{\"00091001\":{\"vr\":\"AT\",\"Value\":[\"00281053\",\"7fe00010\"]}}",
         "00091001 AT 28005310e07f1000\n"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[null]}}", "00280010 US\n"},
        {"{\"00280010\":{\"vr\":\"AT\",\"Value\":[null]}}", "00280010 AT\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

TEST(bytes_of_every_vr_are_read)
{
    static const char *const vrs[] = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"};
    for (size_t i = 0; i < COUNT_OF(vrs); i++) {
        struct arena a = {0};
        const char *vr = vrs[i];
        const struct reading cases[] = {
            {str_format(&a, "{\"00091001\":{\"vr\":\"%s\",\"InlineBinary\":\"AQIDBA==\"}}", vr).ptr,
             str_format(&a, "00091001 %s 01020304\n", vr).ptr},
            {str_format(&a, "{\"00091001\":{\"InlineBinary\":\"\\/\\/\\/\\/\",\"vr\":\"%s\"}}", vr)
                 .ptr,
             str_format(&a, "00091001 %s ffffff\n", vr).ptr},
            {str_format(&a, "{\"00091001\":{\"vr\":\"%s\",\"InlineBinary\":\"\"}}", vr).ptr,
             str_format(&a, "00091001 %s\n", vr).ptr},
            {str_format(&a, "{\"00091001\":{\"vr\":\"%s\",\"Value\":[]}}", vr).ptr,
             str_format(&a, "00091001 %s\n", vr).ptr},
        };
        check_readings(cases, COUNT_OF(cases));
        arena_deinit(&a);
    }
}

TEST(every_vr_may_be_empty_and_all_but_one_elsewhere)
{
#define X(name, is_long, word, kind) #name,
    static const char *const vrs[] = {DICOM_VRS(X)};
#undef X
    for (size_t i = 0; i < COUNT_OF(vrs); i++) {
        struct arena a = {0};
        str empty = str_format(&a, "{\"00091001\":{\"vr\":\"%s\"}}", vrs[i]), events;
        str list = str_format(&a, "{\"00091001\":{\"vr\":\"%s\",\"Value\":[ ]}}", vrs[i]);
        str uri =
            str_format(&a, "{\"00091001\":{\"vr\":\"%s\",\"BulkDataURI\":\"..\\/b?\"}}", vrs[i]);
        bool is_sequence = strcmp(vrs[i], "SQ") == 0;
        str wanted = str_format(&a, "00091001 %s%s\n", vrs[i], is_sequence ? " [\n]" : "");
        CHECK_OK(record(&a, empty, &events));
        CHECK_STR(wanted, events);
        CHECK_OK(record(&a, list, &events));
        CHECK_STR(wanted, events);
        if (is_sequence) {
            CHECK_ERR(MALFORMED, record(&a, uri, &events));
        } else {
            CHECK_OK(record(&a, uri, &events));
            CHECK_STR(str_format(&a, "00091001 %s @../b?\n", vrs[i]), events);
        }
        arena_deinit(&a);
    }
}

TEST(sequences_are_read_in_order_whatever_the_order)
{
    static const struct reading cases[] = {
        {"{}", ""},
        {" { } ", ""},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[{},{}]}}", "00091001 SQ [\n{0\n}\n{1\n}\n]\n"},
        {"{\"00400275\":{\"Value\":[{\"00401001\":{\"vr\":\"SH\",\"Value\":[\"b\"]},"
         "\"00400009\":{\"vr\":\"SH\",\"Value\":[\"a\"]}},"
         "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[{},{\"00080050\":{\"vr\":\"SH\"}}]},"
         "\"00080050\":{\"vr\":\"SH\"}}],\"vr\":\"SQ\"},\"00080060\":{\"Value\":[\"CT\"],\"vr\":"
         "\"CS\"}}",
         "00080060 CS CT\n00400275 SQ [\n{0\n00400009 SH a\n00401001 SH b\n}\n"
         "{1\n00080050 SH\n0040A730 SQ [\n{0\n}\n{1\n00080050 SH\n}\n]\n}\n]\n"},
        /* group 0002 and group lengths, wherever they are and whatever they hold */
        {"{\"00020010\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]},\"00080000\":{\"vr\":\"UL\",\"Value\":["
         "1]"
         "},\"00080060\":{\"vr\":\"CS\"},\"00091001\":{\"vr\":\"SQ\",\"Value\":[{\"00090000\":{"
         "\"vr\":\"SQ\",\"Value\":[{}]},\"00020010\":{\"vr\":\"UI\"}}]}}",
         "00080060 CS\n00091001 SQ [\n{0\n}\n]\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

TEST(texts_that_are_not_ascii_name_their_set)
{
    static const struct reading cases[] = {
        {"{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 100\"]}}", "00080005 CS ISO_IR 192\n"},
        {"{\"00080005\":{\"vr\":\"CS\",\"Value\":[null,\"ISO 2022 IR 87\"]}}",
         "00080005 CS ISO_IR 192\n"},
        {"{\"00080005\":{\"vr\":\"CS\"},\"00080070\":{\"vr\":\"LO\",\"Value\":[\"a\"]}}",
         "00080005 CS\n00080070 LO a\n"},
        {"{\"00080005\":{\"vr\":\"CS\"},\"00080070\":{\"vr\":\"LO\",\"Value\":[\"\xC3\xA9\"]}}",
         "00080005 CS ISO_IR 192\n00080070 LO \xC3\xA9\n"},
        {"{\"00080005\":{\"vr\":\"UN\",\"InlineBinary\":\"AQID\"}}", "00080005 UN 010203\n"},
        {"{\"00080005\":{\"vr\":\"UN\",\"InlineBinary\":\"AQID\"},\"00080070\":{\"vr\":\"LO\","
         "\"Value\":[\"\xC3\xA9\"]}}",
         "00080005 CS ISO_IR 192\n00080070 LO \xC3\xA9\n"},
        {"{\"00080005\":{\"vr\":\"CS\",\"BulkDataURI\":\"x\"}}", "00080005 CS ISO_IR 192\n"},
        {"{\"00080001\":{\"vr\":\"UL\"},\"00091001\":{\"vr\":\"SQ\",\"Value\":[{\"00080005\":{"
         "\"vr\":\"CS\",\"Value\":[\"ISO_IR 6\"]},\"00080070\":{\"vr\":\"LO\",\"Value\":"
         "[\"\\u00e9\"]}},{\"00080005\":{\"vr\":\"CS\"}}]}}",
         "00080001 UL\n00080005 CS ISO_IR 192\n00091001 SQ [\n{0\n00080005 CS ISO_IR 192\n"
         "00080070 LO \xC3\xA9\n}\n{1\n00080005 CS ISO_IR 192\n}\n]\n"},
        /* a URI is no text of the data set */
        {"{\"00091001\":{\"vr\":\"OB\",\"BulkDataURI\":\"\xC3\xA9\"}}", "00091001 OB @\xC3\xA9\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

TEST(an_absent_vr_is_the_dictionarys_if_it_has_one)
{
    static const struct reading cases[] = {
        {"{\"00080060\":{\"Value\":[\"CT\"]}}", "00080060 CS CT\n"},
        {"{\"00100010\":{\"Value\":[{\"Alphabetic\":\"A\"}]}}", "00100010 PN A\n"},
        {"{\"00400275\":{\"Value\":[{}]}}", "00400275 SQ [\n{0\n}\n]\n"},
        {"{\"00090010\":{\"Value\":[\"ACME\"]}}", "00090010 LO ACME\n"},
        {"{\"00091001\":{}}", "00091001 UN\n"},
        {"{\"00280106\":{}}", "00280106 US\n"},
        {"{\"00280106\":{\"Value\":[]}}", "00280106 US\n"},
    };
    check_readings(cases, COUNT_OF(cases));
}

struct refusal {
    const char *json, *text; /* text: what the error must say */
};

static void check_refusals(const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena a = {0};
        str events;
        err e = record(&a, str_of(cases[i].json), &events);
        if (e.code != ERR_MALFORMED || strstr(e.text, cases[i].text) == NULL ||
            strstr(e.text, "SECRET") != NULL)
            fail_msg("%s: %s, expected \"%s\", events:\n%.*s", cases[i].json,
                     failed(e) ? e.text : "read", cases[i].text, STR_ARG(events));
        arena_deinit(&a);
    }
}

TEST(what_is_no_model_is_refused)
{
    static const struct refusal cases[] = {
        {"", "'{' expected"},
        {"[]", "'{' expected"},
        {"null", "'{' expected"},
        {"{\"00080060\":{\"vr\":\"CS\"}", "expected"},
        {"{\"00080060\":{\"vr\":\"CS\"},}", "expected"},
        {"{\"00080060\":{\"vr\":\"CS\",}}", "expected"},
        {"{\"00080060\":{\"vr\":\"CS\"}} {}", "something follows"},
        {"{\"00080060\":{\"vr\":\"CS\" \"Value\":[]}}", "',' expected"},
        {"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"a\",]}}", "unexpected token"},
        {"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"a\"}}", "',' expected"},
        {"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"\xFF\"]}}", "not UTF-8"},
        {"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"\\ud800\"]}}", "lone surrogate"},
        {"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"a\nb\"]}}", "control character"},
        {"{\"00080060\":{\"vr\":\"FD\",\"Value\":[1e999]}}", "unexpected token"},
        {"{\"00080060\":{\"vr\":\"US\",\"Value\":[007]}}", "unexpected token"},
        {"{\"00080060\":\"CT\"}", "'{' expected"},
        {"{\"00080060\":null}", "'{' expected"},
        {"{\"SECRET\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"PatientName\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"(0010,0010)\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"0010001\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"0010001G\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"\":{\"vr\":\"PN\"}}", "no tag"},
        {"{\"FFFEE000\":{\"vr\":\"UL\"}}", "(FFFE,E000) is no element"},
        {"{\"00100010\":{\"vr\":\"PN\"},\"00100010\":{\"vr\":\"PN\"}}",
         "(0010,0010) is there twice"},
        {"{\"0008103e\":{\"vr\":\"LO\"},\"00080008\":{\"vr\":\"CS\"},\"0008103E\":{\"vr\":\"LO\"}}",
         "(0008,103E) is there twice"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[{\"00100010\":{},\"00100010\":{}}]}}",
         "(0010,0010) is there twice"},
    };
    check_refusals(cases, COUNT_OF(cases));
}

TEST(of_what_is_stored_the_first_of_a_tag_counts)
{
    static const char document[] =
        "{\"00100010\":{\"vr\":\"SH\",\"Value\":[\"one\"]},"
        "\"00081115\":{\"vr\":\"SQ\",\"Value\":[{\"00100020\":{\"vr\":\"LO\"},"
        "\"00080050\":{\"vr\":\"SH\",\"Value\":[\"a\"]},"
        "\"00080050\":{\"vr\":\"SH\",\"Value\":[\"b\"]}}]},"
        "\"00100010\":{\"vr\":\"SQ\",\"Value\":[{\"00080050\":{\"vr\":\"SH\"}}]},"
        "\"00081115\":{\"vr\":\"SH\",\"Value\":[\"two\"]},"
        "\"00100010\":{\"vr\":\"SH\",\"Value\":[\"three\"]}}";
    struct arena a = {0};
    struct recorder r = {.base = {.ops = &recorder_ops}, .out = BUF_IN(&a)};
    CHECK_OK(json_model_read_stored(&a, str_of(document), &r.base));
    CHECK_STR(STR("00081115 SQ [\n{0\n00080050 SH a\n00100020 LO\n}\n]\n00100010 SH one\n"),
              buf_str(&r.out));
    arena_deinit(&a);
}

TEST(what_is_no_attribute_is_refused)
{
    static const struct refusal cases[] = {
        {"{\"00100010\":{\"vr\":\"XX\"}}", "(0010,0010) has an unknown vr"},
        {"{\"00100010\":{\"vr\":\"pn\"}}", "unknown vr"},
        {"{\"00100010\":{\"vr\":\"\"}}", "unknown vr"},
        {"{\"00100010\":{\"vr\":null}}", "no text"},
        {"{\"00100010\":{\"vr\":\"PN\",\"vr\":\"PN\"}}", "more than one vr"},
        {"{\"00091001\":{\"Value\":[\"SECRET\"]}}", "(0009,1001) has no vr"},
        {"{\"00091001\":{\"InlineBinary\":\"AAAA\"}}", "has no vr"},
        {"{\"00091001\":{\"BulkDataURI\":\"SECRET\"}}", "has no vr"},
        {"{\"00280106\":{\"Value\":[1]}}", "(0028,0106) has no vr"},
        {"{\"7FE00010\":{\"BulkDataURI\":\"x\"}}", "has no vr"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Values\":[]}}", "unknown member"},
        {"{\"00100010\":{\"vr\":\"PN\",\"value\":[]}}", "unknown member"},
        {"{\"00091001\":{\"vr\":\"OB\",\"Value\":[],\"InlineBinary\":\"\"}}", "more than one of"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"\",\"BulkDataURI\":\"x\"}}",
         "more than one of"},
        {"{\"00091001\":{\"vr\":\"LO\",\"BulkDataURI\":\"x\",\"Value\":[]}}", "more than one of"},
        {"{\"00091001\":{\"vr\":\"LO\",\"Value\":[],\"Value\":[]}}", "more than one of"},
        {"{\"00091001\":{\"vr\":\"LO\",\"Value\":\"SECRET\"}}", "a Value that is no list"},
        {"{\"00091001\":{\"vr\":\"LO\",\"Value\":null}}", "a Value that is no list"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":[\"AAAA\"]}}", "no text"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":null}}", "no text"},
        {"{\"00091001\":{\"vr\":\"OB\",\"BulkDataURI\":1}}", "no text"},
        {"{\"00091001\":{\"vr\":\"OB\",\"BulkDataURI\":\"\"}}", "empty BulkDataURI"},
        {"{\"00091001\":{\"vr\":\"OW\",\"Value\":[1]}}", "where InlineBinary"},
        {"{\"00091001\":{\"vr\":\"UN\",\"Value\":[\"SECRET\"]}}", "where InlineBinary"},
        {"{\"00091001\":{\"vr\":\"LO\",\"InlineBinary\":\"AAAA\"}}", "where a Value"},
        {"{\"00091001\":{\"vr\":\"US\",\"InlineBinary\":\"AAAA\"}}", "where a Value"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AAA\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"A===\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"====\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AA=A\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AAB=\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AA-_\"}}", "not base64"},
        {"{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AAA \"}}", "not base64"},
    };
    check_refusals(cases, COUNT_OF(cases));
}

TEST(values_that_do_not_fit_their_vr_are_refused)
{
    static const struct refusal cases[] = {
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[1]}}", "(0008,0050) has a value that is no text"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[true]}}", "no text"},
        {"{\"00280030\":{\"vr\":\"DS\",\"Value\":[false]}}", "no text"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[[\"SECRET\"]]}}", "a list or an object"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[{}]}}", "an object for a value"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[{\"Alphabetic\":\"SECRET\"}]}}",
         "an object for a value"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[{\"00080050\":{}}]}}", "an object for a value"},
        {"{\"00080050\":{\"vr\":\"SH\",\"Value\":[\"SECRET\\\\SECRET\"]}}", "a backslash"},
        {"{\"00104000\":{\"vr\":\"LT\",\"Value\":[\"SECRET\",\"b\"]}}", "more than one value"},
        {"{\"00081190\":{\"vr\":\"UR\",\"Value\":[null,null]}}", "more than one value"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[65536]}}", "(0028,0010) has a number out of"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[70000.0]}}", "out of the range"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[-1]}}", "out of the range"},
        {"{\"00280106\":{\"vr\":\"SS\",\"Value\":[32768]}}", "out of the range"},
        {"{\"00280106\":{\"vr\":\"SS\",\"Value\":[-32769]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"UL\",\"Value\":[4294967296]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"SL\",\"Value\":[2147483648]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"SL\",\"Value\":[-2147483649]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"UV\",\"Value\":[18446744073709551616]}}", "no whole number"},
        {"{\"00091001\":{\"vr\":\"UV\",\"Value\":[\"-1\"]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"SV\",\"Value\":[9223372036854775808]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"SV\",\"Value\":[-9223372036854775809]}}", "out of the range"},
        {"{\"00091001\":{\"vr\":\"FL\",\"Value\":[3.5e38]}}", "out of the range"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[1.5]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[1e300]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[\"SECRET\"]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[\"\"]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[\" 1\"]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[\"0x1\"]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[true]}}", "no whole number"},
        {"{\"00280010\":{\"vr\":\"US\",\"Value\":[1,null]}}", "a null among its numbers"},
        {"{\"00091001\":{\"vr\":\"FL\",\"Value\":[\"SECRET\"]}}", "no number"},
        {"{\"00091001\":{\"vr\":\"FD\",\"Value\":[\"1e999\"]}}", "no number"},
        {"{\"00091001\":{\"vr\":\"FD\",\"Value\":[true]}}", "no number"},
        {"{\"00091001\":{\"vr\":\"AT\",\"Value\":[2621443]}}", "no tag"},
        {"{\"00091001\":{\"vr\":\"AT\",\"Value\":[\"PatientName\"]}}", "no tag"},
        {"{\"00091001\":{\"vr\":\"AT\",\"Value\":[\"00100010\",null]}}", "a null among"},
    };
    check_refusals(cases, COUNT_OF(cases));
}

TEST(names_and_sequences_that_are_none_are_refused)
{
    static const struct refusal cases[] = {
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[\"SECRET\"]}}", "(0010,0010) has a name"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[1]}}", "no object"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"alphabetic\":\"SECRET\"}]}}", "no tag"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"SECRET\",\"X\":\"\"}]}}",
         "unknown or repeated group"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"\",\"Alphabetic\":\"SECRET\"}]}"
         "}",
         "unknown or repeated group"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":1}]}}", "no text"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":{}}]}}", "a list or an object"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"SECRET=SECRET\"}]}}",
         "a separator"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"SECRET\\\\\"}]}}",
         "a separator"},
        {"{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"00080050\":{}}]}}", "an object for a value"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[\"SECRET\"]}}", "(0009,1001) is a sequence of"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[null]}}", "is a sequence of"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[{},1]}}", "is a sequence of"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[[]]}}", "a list or an object"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":[{\"Alphabetic\":\"SECRET\"}]}}",
         "is a sequence of"},
        {"{\"00080005\":{\"vr\":\"SQ\"}}", "(0008,0005) is a sequence, where"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"Value\":{}}}", "a Value that is no list"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"InlineBinary\":\"AAAA\"}}", "not in Value"},
        {"{\"00091001\":{\"vr\":\"SQ\",\"BulkDataURI\":\"x\"}}", "not in Value"},
    };
    check_refusals(cases, COUNT_OF(cases));
}

static str nested(struct arena *a, int depth, const char *innermost)
{
    struct buf json = BUF_IN(a);
    buf_add_char(&json, '{');
    for (int i = 0; i < depth; i++)
        buf_add(&json, STR("\"00091001\":{\"vr\":\"SQ\",\"Value\":[{"));
    buf_add(&json, str_of(innermost));
    for (int i = 0; i < depth; i++)
        buf_add(&json, STR("}]}"));
    buf_add_char(&json, '}');
    return buf_str(&json);
}

TEST(nesting_has_the_limit_of_files)
{
    struct arena a = {0};
    str events;
    CHECK_OK(record(&a, nested(&a, PART10_NESTING_MAX, "\"00080060\":{\"vr\":\"CS\"}"), &events));
    CHECK_ERR(MALFORMED, record(&a, nested(&a, PART10_NESTING_MAX + 1, ""), &events));
    CHECK_ERR(MALFORMED, record(&a, nested(&a, 100000, ""), &events));
    CHECK_ERR(MALFORMED,
              record(&a, nested(&a, PART10_NESTING_MAX, "\"00080096\":{\"vr\":\"SQ\"}"), &events));
    arena_deinit(&a);
}

static err read_many(int elements, int items)
{
    struct arena a = {0};
    struct recorder r = {.base = {.ops = &recorder_ops}, .out = BUF_IN(&a)};
    struct buf json = BUF_IN(&a);
    buf_add_char(&json, '{');
    for (int i = 0; i < elements; i++)
        buf_addf(&json, "\"%08X\":{\"vr\":\"LO\"},", 0x00110001 + (i / 60000 << 17) + i % 60000);
    buf_add(&json, STR("\"7FE10001\":{\"vr\":\"SQ\",\"Value\":["));
    for (int i = 0; i < items; i++)
        buf_add(&json, i == 0 ? STR("{}") : STR(",{}"));
    buf_add(&json, STR("]}}"));
    err e = json_model_read(&a, buf_str(&json), &r.base);
    arena_deinit(&a);
    e.text = NULL;
    return e;
}

TEST(elements_and_items_have_the_limit_of_files)
{
    CHECK_OK(read_many(PART10_ELEMENT_COUNT_MAX - 2, 1));
    CHECK_ERR(MALFORMED, read_many(PART10_ELEMENT_COUNT_MAX - 2, 2));
    CHECK_OK(read_many(0, PART10_ELEMENT_COUNT_MAX - 1));
    CHECK_ERR(MALFORMED, read_many(0, PART10_ELEMENT_COUNT_MAX));
}

/* head, fill over and over, tail. */
static err read_filled(const char *head, const char *fill, size_t count, const char *tail)
{
    struct arena a = {0};
    struct recorder r = {.base = {.ops = &recorder_ops}, .out = BUF_IN(&a), .shown_size_max = 1024};
    struct buf json = BUF_IN(&a);
    buf_add(&json, str_of(head));
    for (size_t i = 0; i < count; i++)
        buf_add(&json, str_of(fill));
    buf_add(&json, str_of(tail));
    err e = json_model_read(&a, buf_str(&json), &r.base);
    arena_deinit(&a);
    e.text = NULL;
    return e;
}

TEST(values_have_the_limit_of_files)
{
    const char *text = "{\"00104000\":{\"vr\":\"LT\",\"Value\":[\"", *text_end = "\"]}}";
    const char *bytes = "{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"";
    CHECK_OK(read_filled(text, "12345678", PART10_VALUE_SIZE_MAX / 8, text_end));
    CHECK_ERR(TOO_LARGE, read_filled(text, "12345678", PART10_VALUE_SIZE_MAX / 8 + 1, text_end));
    CHECK_OK(read_filled(bytes, "AAAA", PART10_VALUE_SIZE_MAX / 3, "\"}}"));
    CHECK_ERR(TOO_LARGE, read_filled(bytes, "AAAA", PART10_VALUE_SIZE_MAX / 3 + 1, "\"}}"));
    CHECK_ERR(TOO_LARGE, read_filled("{\"00091001\":{\"vr\":\"FD\",\"Value\":[0", ",0",
                                     PART10_VALUE_SIZE_MAX / 8, "]}}"));
}

TEST(a_consumer_ends_the_reading)
{
    struct arena a = {0};
    str json =
        STR("{\"00080050\":{\"vr\":\"SH\"},\"00080060\":{\"vr\":\"CS\"},\"00080018\":{\"vr\":"
            "\"UI\"}}");
    struct recorder failing = {
        .base = {.ops = &recorder_ops}, .out = BUF_IN(&a), .fail_at_tag = 0x00080050};
    CHECK_ERR(NO_SPACE, json_model_read(&a, json, &failing.base));
    CHECK_STR(STR("00080018 UI\n00080050 SH\n"), buf_str(&failing.out));
    struct recorder hasty = {.base = {.ops = &recorder_ops, .last_tag = 0x00080050},
                             .out = BUF_IN(&a)};
    CHECK_OK(json_model_read(&a, json, &hasty.base));
    CHECK_STR(STR("00080018 UI\n00080050 SH\n"), buf_str(&hasty.out));
    arena_deinit(&a);
}

TEST(documents_are_split_into_data_sets)
{
    struct arena a = {0};
    struct str_slice objects;
    CHECK_OK(json_model_split(&a, STR(" [ ] "), &objects));
    CHECK_INT(0, objects.len);
    CHECK_OK(json_model_split(&a, STR(" {\"a\":\"}\\\"}{\",\"b\":{\"c\":[{}]}} "), &objects));
    CHECK_INT(1, objects.len);
    CHECK_STR(STR("{\"a\":\"}\\\"}{\",\"b\":{\"c\":[{}]}}"), objects.at[0]);
    CHECK_OK(json_model_split(&a, STR("[{\"a\":1}, {} ,\n{\"\\\\\":\"\\\\\"}]"), &objects));
    CHECK_INT(3, objects.len);
    CHECK_STR(STR("{\"a\":1}"), objects.at[0]);
    CHECK_STR(STR("{}"), objects.at[1]);
    CHECK_STR(STR("{\"\\\\\":\"\\\\\"}"), objects.at[2]);
    static const char *const bad[] = {
        "",     "null",   "\"a\"",   "[",      "[{}",    "[{},]",
        "[{]",  "[{}{}]", "{} {}",   "[{}] x", "[[{}]]", "[1]",
        "{\"a", "{\"a\\", "{\"}\":", "{",      "[null]", "\xEF\xBB\xBF{}"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        err e = json_model_split(&a, str_of(bad[i]), &objects);
        if (e.code != ERR_MALFORMED)
            fail_msg("%s is split", bad[i]);
    }
    CHECK_INT(3, objects.len); /* untouched */
    struct buf many = BUF_IN(&a);
    buf_add_char(&many, '[');
    for (int i = 0; i < JSON_MODEL_OBJECT_COUNT_MAX; i++)
        buf_add(&many, i == 0 ? STR("{}") : STR(",{}"));
    size_t len = many.len;
    buf_add_char(&many, ']');
    CHECK_OK(json_model_split(&a, buf_str(&many), &objects));
    CHECK_INT(JSON_MODEL_OBJECT_COUNT_MAX, objects.len);
    many.len = len;
    buf_add(&many, STR(",{}]"));
    CHECK_ERR(TOO_LARGE, json_model_split(&a, buf_str(&many), &objects));
    arena_deinit(&a);
}

TEST(a_document_cut_anywhere_is_refused)
{
    struct arena a = {0};
    str events,
        whole =
            STR("{\"00400275\":{\"Value\":[{\"00401001\":{\"vr\":\"SH\",\"Value\":[\"b\\u00e9\"]},"
                "\"00400009\":{\"vr\":\"US\",\"Value\":[1,-0.0]}},{}],\"vr\":\"SQ\"},\"00100010\":{"
                "\"vr\":"
                "\"PN\",\"Value\":[{\"Alphabetic\":\"A\",\"Phonetic\":null},null]},\"7FE00010\":{"
                "\"vr\":"
                "\"OW\",\"BulkDataURI\":\"x\"},\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":"
                "\"AAAA\"}}");
    CHECK_OK(record(&a, whole, &events));
    for (size_t len = 0; len < whole.len; len++) {
        char *exact = heap_alloc(len + 1); /* a sanitizer sees one byte too many */
        memcpy(exact, whole.ptr, len);
        CHECK_ERR(MALFORMED, record(&a, (str){exact, len}, &events));
        struct str_slice objects;
        CHECK_ERR(MALFORMED, json_model_split(&a, (str){exact, len}, &objects));
        heap_free(exact);
    }
    arena_deinit(&a);
}
