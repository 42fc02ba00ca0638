/* The Native DICOM Model: every VR both ways, every refusal, what clients are allowed, and what the
 * writer makes of files. */
#include "base/buf.h"
#include "dicom/model/number_text.h"
#include "dicom/model/xml_reader.h"
#include "dicom/model/xml_writer.h"
#include "tests/test.h"

TEST_MAIN("xml_model")

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><NativeDicomModel xml:space=\"preserve\" "          \
    "xmlns=\"" XML_MODEL_NAMESPACE "\">"
#define TAIL "</NativeDicomModel>"
#define UTF8_CHARSET                                                                               \
    "<DicomAttribute tag=\"00080005\" vr=\"CS\" keyword=\"SpecificCharacterSet\">"                 \
    "<Value number=\"1\">ISO_IR 192</Value></DicomAttribute>"
/* One attribute of which only vr and content matter. */
#define OF_VR(vr, content)                                                                         \
    "<DicomAttribute tag=\"00091001\" vr=\"" vr "\">" content "</DicomAttribute>"
#define V(number, text) "<Value number=\"" number "\">" text "</Value>"

/* Writes events down: "00100010 PN Text|", numbers and bytes in hexadecimal, "[{…}]". */
struct recorder {
    struct part10_consumer base;
    struct buf text;
    int fails_in; /* so many events; 0: never */
};

static err record(struct recorder *r)
{
    return r->fails_in != 0 && --r->fails_in == 0 ? ERR(NO_SPACE, "as asked") : OK;
}

static struct recorder *recorder_of(struct part10_consumer *c)
{
    return container_of(c, struct recorder, base);
}

static err record_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct recorder *r = recorder_of(c);
    enum vr_kind kind = vr_kind(e->vr);
    CHECK(!e->big_endian && e->offset == 0);
    CHECK(value.ptr != NULL ? e->length == value.len : e->length == PART10_UNDEFINED_LENGTH);
    CHECK((value.ptr == NULL) == (e->uri.ptr != NULL));
    buf_addf(&r->text, "%08X %.*s ", e->tag, STR_ARG(vr_name(e->vr)));
    if (value.ptr == NULL)
        buf_addf(&r->text, "at %.*s", STR_ARG(e->uri));
    else if (kind == VR_KIND_BINARY || kind == VR_KIND_BYTES)
        buf_add_hex(&r->text, value.ptr, value.len);
    else
        buf_add(&r->text, value);
    buf_add_char(&r->text, '|');
    return record(r);
}

static err record_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    CHECK(e->vr == VR_SQ && e->length == PART10_UNDEFINED_LENGTH);
    buf_addf(&recorder_of(c)->text, "%08X %u[", e->tag, e->depth);
    return record(recorder_of(c));
}

static err record_item_begin(struct part10_consumer *c, uint32_t index)
{
    buf_addf(&recorder_of(c)->text, "%u{", index);
    return record(recorder_of(c));
}

static err record_item_end(struct part10_consumer *c)
{
    buf_add_char(&recorder_of(c)->text, '}');
    return record(recorder_of(c));
}

static err record_sequence_end(struct part10_consumer *c)
{
    buf_add_char(&recorder_of(c)->text, ']');
    return record(recorder_of(c));
}

static const struct part10_consumer_ops recorder_ops = {
    .element = record_element,
    .sequence_begin = record_sequence_begin,
    .item_begin = record_item_begin,
    .item_end = record_item_end,
    .sequence_end = record_sequence_end,
};

static str document_of(struct arena *a, const char *content)
{
    return str_format(a, HEAD "%s" TAIL, content);
}

static err read_events(struct arena *a, str document, str *out)
{
    struct recorder r = {.base = {.ops = &recorder_ops}, .text = BUF_IN(a)};
    err e = xml_model_read(a, document, &r.base);
    *out = buf_str(&r.text);
    return e;
}

static str events_of(struct arena *a, const char *content)
{
    str events;
    CHECK_OK(read_events(a, document_of(a, content), &events));
    return events;
}

static str write_again(struct arena *a, str document)
{
    struct arena scratch = {0};
    struct xml_model m;
    xml_model_init(&m, a, &scratch);
    CHECK_OK(xml_model_read(a, document, &m.base));
    str out = xml_model_finish(&m, a, STR("/prefix"));
    arena_deinit(&scratch);
    return out;
}

static const struct {
    const char *vr, *content, *event;
} vr_cases[] = {
    {"AE", V("1", "STORE") V("2", "FIND"), "STORE\\FIND"},
    {"AS", V("1", "018M"), "018M"},
    {"AT", V("1", "00100020") V("2", "7FE00010"), "10002000e07f1000"},
    {"CS", V("1", "ORIGINAL") V("2", "") V("3", "AXIAL"), "ORIGINAL\\\\AXIAL"},
    {"DA", V("1", "20261127"), "20261127"},
    {"DS", V("1", "+01.50") V("2", "1e3"), "+01.50\\1e3"},
    {"DT", V("1", "20261127120000.5+0100"), "20261127120000.5+0100"},
    {"FD", V("1", "0.1") V("2", "-INF") V("3", "NaN"),
     "9a9999999999b93f000000000000f0ff000000000000f87f"},
    {"FL", V("1", "0.1") V("2", "INF") V("3", "1.4013e-45"), "cdcccc3d0000807f01000000"},
    {"IS", V("1", "-0042"), "-0042"},
    {"LO", V("1", "a &lt;b&gt; &amp; \"c\"") V("2", "d"), "a <b> & \"c\"\\d"},
    {"LT", V("1", " one\\two&#13;\nthree"), " one\\two\r\nthree"},
    {"OB", "<InlineBinary>AAEC</InlineBinary>", "000102"},
    {"OD", "<InlineBinary>AAECAwQFBgc=</InlineBinary>", "0001020304050607"},
    {"OF", "<InlineBinary>AAECAw==</InlineBinary>", "00010203"},
    {"OL", "<InlineBinary>AAECAw==</InlineBinary>", "00010203"},
    {"OV", "<InlineBinary>AAECAwQFBgc=</InlineBinary>", "0001020304050607"},
    {"OW", "<BulkData uri=\"../bulk?a=1&amp;b=&quot;\"/>", "at ../bulk?a=1&b=\""},
    {"PN",
     "<PersonName number=\"1\"><Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou"
     "</GivenName><NameSuffix>Jr.</NameSuffix></Alphabetic><Phonetic><GivenName>T</GivenName>"
     "</Phonetic></PersonName><PersonName number=\"2\"></PersonName><PersonName number=\"3\">"
     "<Ideographic><FamilyName>Y</FamilyName></Ideographic></PersonName>",
     "Yamada^Tarou^^^Jr.==^T\\\\=Y"},
    {"SH", V("1", "short"), "short"},
    {"SL", V("1", "-2147483648") V("2", "2147483647"), "00000080ffffff7f"},
    {"SQ",
     "<Item number=\"1\"></Item><Item number=\"2\"><DicomAttribute tag=\"00091002\" "
     "vr=\"SQ\"></DicomAttribute></Item>",
     "0{}1{00091002 1[]}"},
    {"SS", V("1", "-32768") V("2", "32767"), "0080ff7f"},
    {"ST", V("1", "a\tb\n"), "a\tb\n"},
    {"SV", V("1", "-9223372036854775808") V("2", "9223372036854775807"),
     "0000000000000080ffffffffffffff7f"},
    {"TM", V("1", "120000"), "120000"},
    {"UC", V("1", " kept") V("2", "x"), " kept\\x"},
    {"UI", V("1", "1.2.3") V("2", "1.2.4"), "1.2.3\\1.2.4"},
    {"UL", V("1", "4294967295"), "ffffffff"},
    {"UN", "<InlineBinary>/w==</InlineBinary>", "ff"},
    {"UR", V("1", "http://a/b\\c"), "http://a/b\\c"},
    {"US", V("1", "65535") V("2", "0"), "ffff0000"},
    {"UT", V("1", "long"), "long"},
    {"UV", V("1", "18446744073709551615"), "ffffffffffffffff"},
};

TEST(every_vr_goes_both_ways)
{
    CHECK_INT(VR_COUNT - 1, COUNT_OF(vr_cases));
    for (size_t i = 0; i < COUNT_OF(vr_cases); i++) {
        struct arena a = {0};
        const char *vr = vr_cases[i].vr;
        CHECK_INT(i + 1, vr_from_chars(vr));
        str element =
            str_format(&a, "<DicomAttribute tag=\"00091001\" vr=\"%s\">%s</DicomAttribute>", vr,
                       vr_cases[i].content);
        str document = document_of(&a, element.ptr);
        bool is_sequence = strcmp(vr, "SQ") == 0;
        CHECK_STR(is_sequence ? str_format(&a, "00091001 0[%s]", vr_cases[i].event)
                              : str_format(&a, "00091001 %s %s|", vr, vr_cases[i].event),
                  events_of(&a, element.ptr));
        CHECK_STR(document, write_again(&a, document));
        str empty = str_format(&a,
                               HEAD "<DicomAttribute tag=\"00091001\" vr=\"%s\">"
                                    "</DicomAttribute>" TAIL,
                               vr);
        CHECK_STR(empty, write_again(&a, empty));
        arena_deinit(&a);
    }
}

static const struct {
    const char *content, *complaint;
} refusals[] = {
    {"<DicomAttribute vr=\"LO\"/>", "without a tag"},
    {"<DicomAttribute tag=\"0010001\" vr=\"LO\"/>", "without a tag"},
    {"<DicomAttribute tag=\"0010001G\" vr=\"LO\"/>", "without a tag"},
    {"<DicomAttribute tag=\"00091001\"/>", "no VR that is known"},
    {"<DicomAttribute tag=\"00280106\"/>", "no VR that is known"}, /* US or SS */
    {OF_VR("XX", ""), "(0009,1001) has no VR that is known"},
    {OF_VR("lo", ""), "no VR that is known"},
    {OF_VR("LOO", ""), "no VR that is known"},
    {OF_VR("", ""), "no VR that is known"},
    {"<DicomAttribute tag=\"FFFEE000\" vr=\"UN\"/>", "(FFFE,E000) is no element"},
    {"<DicomAttribute tag=\"00091001\" vr=\"LO\"/><DicomAttribute tag=\"00091001\" vr=\"LO\"/>",
     "(0009,1001) is there twice"},
    {OF_VR("SQ", "<Item number=\"1\"><DicomAttribute tag=\"00100020\" vr=\"LO\"/>"
                 "<DicomAttribute tag=\"00100020\" vr=\"LO\"/></Item>"),
     "(0010,0020) is there twice"},
    /* numbers */
    {OF_VR("LO", "<Value>Secret</Value>"), "without a number"},
    {OF_VR("LO", V("0", "Secret")), "without a number"},
    {OF_VR("LO", V("-1", "Secret")), "without a number"},
    {OF_VR("LO", V("x", "Secret")), "without a number"},
    {OF_VR("LO", V("4294967296", "Secret")), "without a number"},
    {OF_VR("LO", V("4294967295", "Secret")), "too many empty values"},
    {OF_VR("LO", V("1", "Secret") V("1", "Secret")), "two values of one number"},
    {OF_VR("US", V("1", "1") V("3", "3")), "lacks a number"},
    {OF_VR("PN", "<PersonName/>"), "without a number"},
    {OF_VR("SQ", "<Item/>"), "without a number"},
    {OF_VR("SQ", "<Item number=\"2\"/><Item number=\"2\"/>"), "two items of one number"},
    {OF_VR("SQ", "<Item number=\"4000000000\"/>"), "too many items"},
    /* content */
    {OF_VR("LO", V("1", "Secret\\Secret")), "holds a backslash"},
    {OF_VR("LT", V("1", "Secret") V("2", "Secret")), "its VR allows one"},
    {OF_VR("LO", "<InlineBinary>AA==</InlineBinary>"), "does not allow"},
    {OF_VR("OB", V("1", "Secret")), "does not allow"},
    {OF_VR("PN", V("1", "Secret")), "does not allow"},
    {OF_VR("LO", "<PersonName number=\"1\"/>"), "does not allow"},
    {OF_VR("SQ", V("1", "Secret")), "does not allow"},
    {OF_VR("SQ", "<BulkData uri=\"x\"/>"), "does not allow"},
    {OF_VR("LO", "<Item number=\"1\"/>"), "does not allow"},
    {OF_VR("LO", V("1", "Secret") "<BulkData uri=\"x\"/>"), "does not allow"},
    {OF_VR("OB", "<BulkData uri=\"x\"/><BulkData uri=\"x\"/>"), "does not allow"},
    {OF_VR("OB", "<BulkData uri=\"x\"/><InlineBinary/>"), "does not allow"},
    {OF_VR("OB", "<InlineBinary/><InlineBinary/>"), "does not allow"},
    {OF_VR("OB", "<BulkData/>"), "without a uri"},
    {OF_VR("OB", "<BulkData uri=\"\"/>"), "without a uri"},
    {OF_VR("OB", "<BulkData uuid=\"1.2.3\"/>"), "without a uri"},
    {OF_VR("OB", "<InlineBinary>A</InlineBinary>"), "not base64"},
    {OF_VR("OB", "<InlineBinary>A?==</InlineBinary>"), "not base64"},
    {OF_VR("OB", "<InlineBinary>AA==AA==</InlineBinary>"), "not base64"},
    {OF_VR("OB", "<DataFragment number=\"1\"/>"), "the model has not there"},
    {OF_VR("OB", "<BulkData uri=\"x\">Secret</BulkData>"), "text where the model has none"},
    {OF_VR("LO", "Secret"), "(0009,1001) has text where the model has none"},
    {"Secret", "text where the model has none"},
    {OF_VR("LO", V("1", "<b>Secret</b>")), "the model has not there"},
    {V("1", "Secret"), "the model has not there"},
    {"<Item number=\"1\"/>", "the model has not there"},
    {"<NativeDicomModel/>", "the model has not there"},
    {"<x:DicomAttribute xmlns:x=\"urn:x\" tag=\"00091001\" vr=\"LO\"/>", "the model has not there"},
    /* names */
    {OF_VR("PN", "<PersonName number=\"1\"><FamilyName>S</FamilyName></PersonName>"),
     "the model has not there"},
    {OF_VR("PN", "<PersonName number=\"1\"><Alphabetic/><Alphabetic/></PersonName>"),
     "a group twice"},
    {OF_VR("PN", "<PersonName number=\"1\"><Alphabetic><GivenName>S</GivenName>"
                 "<GivenName/></Alphabetic></PersonName>"),
     "a component twice"},
    {OF_VR("PN", "<PersonName number=\"1\"><Alphabetic><GivenName>Sec^ret</GivenName>"
                 "</Alphabetic></PersonName>"),
     "a separator in a component"},
    {OF_VR("PN", "<PersonName number=\"1\"><Alphabetic><NameSuffix>Sec=ret</NameSuffix>"
                 "</Alphabetic></PersonName>"),
     "a separator in a component"},
    {OF_VR("PN", "<PersonName number=\"1\"><Alphabetic><NameSuffix>Sec\\ret</NameSuffix>"
                 "</Alphabetic></PersonName>"),
     "a separator in a component"},
};

TEST(what_is_not_of_the_model_is_refused)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct arena a = {0};
        str events;
        err e = read_events(&a, document_of(&a, refusals[i].content), &events);
        if (e.code != ERR_MALFORMED || strstr(e.text, refusals[i].complaint) == NULL)
            fail_msg("%s: %s", refusals[i].content, failed(e) ? e.text : "taken");
        CHECK(events.len == 0 && strstr(e.text, "Sec") == NULL);
        arena_deinit(&a);
    }
}

TEST(numbers_out_of_range_are_refused)
{
    static const struct {
        const char *vr, *text;
    } cases[] = {
        {"US", "65536"},
        {"US", "-1"},
        {"US", "1.0"},
        {"US", ""},
        {"US", "0x1"},
        {"US", "1 2"},
        {"SS", "32768"},
        {"SS", "-32769"},
        {"UL", "4294967296"},
        {"SL", "2147483648"},
        {"SL", "-2147483649"},
        {"UV", "18446744073709551616"},
        {"SV", "9223372036854775808"},
        {"SV", "-9223372036854775809"},
        {"FL", "1e39"},
        {"FL", "x"},
        {"FL", "1,5"},
        {"FD", "1e309"},
        {"FD", ""},
        {"FD", "infinit"},
        {"AT", "0010001"},
        {"AT", "0010,0010"},
        {"AT", "PatientName"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena a = {0};
        str ignored;
        str content = str_format(&a,
                                 "<DicomAttribute tag=\"00091001\" vr=\"%s\"><Value "
                                 "number=\"1\">%s</Value></DicomAttribute>",
                                 cases[i].vr, cases[i].text);
        err e = read_events(&a, document_of(&a, content.ptr), &ignored);
        if (e.code != ERR_MALFORMED || strstr(e.text, "its VR cannot have") == NULL)
            fail_msg("%s %s: %s", cases[i].vr, cases[i].text, failed(e) ? e.text : "taken");
        arena_deinit(&a);
    }
}

TEST(every_float_reads_back_as_the_same)
{
    struct arena a = {0};
    for (uint32_t i = 0; i < 4000; i++) {
        static const enum dicom_vr vrs[] = {VR_FL, VR_FD};
        for (size_t v = 0; v < COUNT_OF(vrs); v++) {
            unsigned char bytes[NUMBER_SIZE_MAX], again[NUMBER_SIZE_MAX];
            uint64_t bits = hash_bytes(i, vrs, sizeof vrs[0]);
            memcpy(bytes, &bits, sizeof bytes);
            struct buf text = BUF_IN(&a), second = BUF_IN(&a);
            number_text_write(&text, vrs[v], bytes, false);
            CHECK(number_text_read(vrs[v], buf_str(&text), again));
            CHECK(str_eq(buf_str(&text), STR("NaN")) ||
                  memcmp(bytes, again, number_size(vrs[v])) == 0);
            number_text_write(&second, vrs[v], again, false);
            CHECK_STR(buf_str(&text), buf_str(&second));
        }
        arena_reset(&a);
    }
    arena_deinit(&a);
}

TEST(no_document_type_is_read)
{
    static const char *const documents[] = {
        "<!DOCTYPE NativeDicomModel><NativeDicomModel/>",
        "<!DOCTYPE NativeDicomModel [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;\">]>"
        "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"1\">&d;"
        "</Value></DicomAttribute></NativeDicomModel>",
        "<!DOCTYPE NativeDicomModel [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"1\">&x;"
        "</Value></DicomAttribute></NativeDicomModel>",
        "<!DOCTYPE NativeDicomModel SYSTEM \"http://127.0.0.1/x.dtd\"><NativeDicomModel/>",
        "<!DOCTYPE NativeDicomModel PUBLIC \"x\" \"file:///dev/zero\"><NativeDicomModel/>",
        "<!DOCTYPE NativeDicomModel [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>"
        "<NativeDicomModel/>",
        "<?xml version=\"1.0\" standalone=\"no\"?><!DOCTYPE NativeDicomModel [<!ATTLIST "
        "NativeDicomModel x CDATA \"y\">]><NativeDicomModel/>",
    };
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct arena a = {0};
        str ignored;
        err e = read_events(&a, str_of(documents[i]), &ignored);
        CHECK_INT(ERR_MALFORMED, e.code);
        CHECK_STR(STR("a document with a DOCTYPE is not read"), str_of(e.text));
        arena_deinit(&a);
    }
}

TEST(what_is_not_xml_is_refused)
{
    static const char *const documents[] = {
        "",
        " ",
        "{}",
        "<NativeDicomModel>",
        "<NativeDicomModel/><NativeDicomModel/>",
        "<NativeDicomModel></DicomAttribute>",
        "<NativeDicomModel/>Secret",
        "<NativeDicomModel>&Secret;</NativeDicomModel>",
        "<NativeDicomModel>&#0;</NativeDicomModel>",
        "<NativeDicomModel>\x01</NativeDicomModel>",
        "<NativeDicomModel>\xFF</NativeDicomModel>",
        "<NativeDicomModel a=\"1\" a=\"2\"/>",
        "<x:NativeDicomModel/>",
        "<?xml version=\"1.0\" encoding=\"UTF-7\"?><NativeDicomModel/>",
        "<?xml version=\"1.0\" encoding=\"no-such\"?><NativeDicomModel/>",
        "<html/>",
        "<Value number=\"1\">Secret</Value>",
        "<NativeDicomModel xmlns=\"urn:other\"/>",
        "<NativeDicomModel xmlns=\"" XML_MODEL_NAMESPACE "|\"/>",
    };
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct arena a = {0};
        str ignored;
        err e = read_events(&a, str_of(documents[i]), &ignored);
        if (e.code != ERR_MALFORMED || strstr(e.text, "Secret") != NULL)
            fail_msg("%s: %s", documents[i], failed(e) ? e.text : "taken");
        arena_deinit(&a);
    }
}

static const struct {
    const char *document, *events;
} tolerated[] = {
    {"<NativeDicomModel/>", ""},
    {"<NativeDicomModel xmlns=\"" XML_MODEL_NAMESPACE "\"/>", ""},
    {"<n:NativeDicomModel xmlns:n=\"" XML_MODEL_NAMESPACE "\"><n:DicomAttribute tag=\"00100020\" "
     "vr=\"LO\"><n:Value number=\"1\">x</n:Value></n:DicomAttribute></n:NativeDicomModel>",
     "00100020 LO x|"},
    {"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- c --><?p i?>\n<NativeDicomModel "
     "xml:space=\"preserve\""
     " xmlns:xsi=\"urn:i\" xsi:schemaLocation=\"a b\">\n <DicomAttribute "
     "keyword=\"NotItsName\" "
     "vr=\"LO\" tag=\"00100020\" more=\"1\">\n  <Value number=\"1\">a<!-- c -->b<![CDATA[<c>]]>"
     "</Value>\n </DicomAttribute>\n</NativeDicomModel>\n",
     "00100020 LO ab<c>|"},
    {"<NativeDicomModel><DicomAttribute tag=\"00100020\"><Value number=\"1\">x</Value>"
     "</DicomAttribute></NativeDicomModel>",
     "00100020 LO x|"},
    {"<NativeDicomModel><DicomAttribute tag=\"7fe00010\" vr=\"OW\"><InlineBinary>AA\n "
     "EC\t</InlineBinary>"
     "</DicomAttribute><DicomAttribute tag=\"0020000d\" vr=\"UI\"/></NativeDicomModel>",
     "0020000D UI |7FE00010 OW 000102|"},
    {"<NativeDicomModel><DicomAttribute tag=\"00080008\" vr=\"CS\"><Value "
     "number=\"4\">d</Value>"
     "<Value number=\"2\">b</Value></DicomAttribute></NativeDicomModel>",
     "00080008 CS \\b\\\\d|"},
    {"<NativeDicomModel><DicomAttribute tag=\"00081140\" vr=\"SQ\"><Item number=\"3\">"
     "<DicomAttribute tag=\"00081150\" vr=\"UI\"/></Item><Item number=\"1\"/></DicomAttribute>"
     "</NativeDicomModel>",
     "00081140 0[0{}1{}2{00081150 UI |}]"},
    {"<NativeDicomModel><DicomAttribute tag=\"00280010\" vr=\"US\"><Value number=\"1\"> "
     "512\n</Value>"
     "</DicomAttribute></NativeDicomModel>",
     "00280010 US 0002|"},
    {"<NativeDicomModel><DicomAttribute tag=\"00189073\" vr=\"FD\"><Value "
     "number=\"1\">inf</Value>"
     "<Value number=\"2\">-Infinity</Value><Value number=\"3\">nan</Value></DicomAttribute>"
     "</NativeDicomModel>",
     "00189073 FD 000000000000f07f000000000000f0ff000000000000f87f|"},
    {"<NativeDicomModel><DicomAttribute tag=\"00020010\" vr=\"UI\"><Value "
     "number=\"1\">1.2</Value>"
     "</DicomAttribute><DicomAttribute tag=\"00100000\" vr=\"UL\"><Value number=\"1\">8</Value>"
     "</DicomAttribute></NativeDicomModel>",
     ""},
    {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><NativeDicomModel><DicomAttribute "
     "tag=\"00100020\" vr=\"LO\"><Value number=\"1\">\xE9</Value></DicomAttribute>"
     "</NativeDicomModel>",
     "00080005 CS ISO_IR 192|00100020 LO \xC3\xA9|"},
};

TEST(what_clients_write_is_understood)
{
    for (size_t i = 0; i < COUNT_OF(tolerated); i++) {
        struct arena a = {0};
        str events;
        CHECK_OK(read_events(&a, str_of(tolerated[i].document), &events));
        CHECK_STR(str_of(tolerated[i].events), events);
        arena_deinit(&a);
    }
}

#define LO(tag, more, text)                                                                        \
    "<DicomAttribute tag=\"" tag "\" vr=\"LO\"" more "><Value number=\"1\">" text                  \
    "</Value></DicomAttribute>"
#define OF_A " privateCreator=\"A\""
#define OF_B " privateCreator=\"B\""

static const struct {
    const char *content, *events;
} private_cases[] = {
    {LO("00090011", "", " A ") LO("00090002", OF_A, "x"), "00090011 LO  A |00091102 LO x|"},
    {LO("00090002", OF_A, "x"), "00090010 LO A|00091002 LO x|"},
    {LO("00090002", OF_B, "y") LO("00090001", OF_A, "x") LO("00090003", OF_B, "z"),
     "00090010 LO B|00090011 LO A|00091002 LO y|00091003 LO z|00091101 LO x|"},
    {LO("00090010", "", "C") LO("00090002", OF_A, "x"),
     "00090010 LO C|00090011 LO A|00091102 LO x|"},
    {LO("00090010", "", "A") LO("00090011", "", "A") LO("00090005", OF_A, "x")
         LO("00090002", OF_A, "y"),
     "00090010 LO A|00090011 LO A|00091005 LO x|00091102 LO y|"},
    {LO("00091002", "", "x"), "00091002 LO x|"},
    {LO("00090010", "", "A") LO("00091002", OF_A, "x"), "00090010 LO A|00091002 LO x|"},
    {LO("00091102", OF_A, "x"), "00090011 LO A|00091102 LO x|"},
    {LO("00090011", "", "B") LO("00091102", OF_A, "x"),
     "00090010 LO A|00090011 LO B|00091002 LO x|"},
    {LO("00090010", "", "A") LO("00090000", OF_A, "x"), "00090010 LO A|00091000 LO x|"},
    {LO("00090010", "", "A") LO("00090010", OF_A, "x"), "00090010 LO A|00091010 LO x|"},
    {LO("00100020", OF_A, "x"), "00100020 LO x|"},
    {"<DicomAttribute tag=\"00090001\" vr=\"SQ\"" OF_A
     "><Item number=\"1\">" LO("00090001", OF_B, "x") "</Item></DicomAttribute>",
     "00090010 LO A|00091001 0[0{00090010 LO B|00091001 LO x|}]"},
};

TEST(private_blocks_are_those_of_their_creators)
{
    for (size_t i = 0; i < COUNT_OF(private_cases); i++) {
        struct arena a = {0};
        CHECK_STR(str_of(private_cases[i].events), events_of(&a, private_cases[i].content));
        str document = write_again(&a, document_of(&a, private_cases[i].content));
        CHECK_STR(document, write_again(&a, document));
        arena_deinit(&a);
    }
}

TEST(private_blocks_have_an_end)
{
    struct arena a = {0};
    struct buf content = BUF_IN(&a);
    str events;
    for (unsigned i = 0; i < 0xF0; i++)
        buf_addf(&content,
                 "<DicomAttribute tag=\"000900%02X\" vr=\"LO\"><Value number=\"1\">C%u</Value>"
                 "</DicomAttribute>",
                 0x10 + i, i);
    buf_addf(&content, "<DicomAttribute tag=\"00090001\" vr=\"LO\" privateCreator=\"%s\"/>", "A");
    buf_add_char(&content, '\0');
    CHECK_ERR(MALFORMED, read_events(&a, document_of(&a, content.ptr), &events));
    str longest =
        str_format(&a, "<DicomAttribute tag=\"00090001\" vr=\"LO\" privateCreator=\"%0256d\"/>", 0);
    CHECK_OK(read_events(&a, document_of(&a, longest.ptr), &events));
    str longer =
        str_format(&a, "<DicomAttribute tag=\"00090001\" vr=\"LO\" privateCreator=\"%0257d\"/>", 0);
    CHECK_ERR(MALFORMED, read_events(&a, document_of(&a, longer.ptr), &events));
    arena_deinit(&a);
}

TEST(texts_are_utf8_and_say_so)
{
    static const struct {
        const char *content, *events;
    } cases[] = {
        {LO("00100020", "", "x"), "00100020 LO x|"},
        {LO("00100020", "", "é"), "00080005 CS ISO_IR 192|00100020 LO é|"},
        {LO("00080001", "", "é"), "00080001 LO é|00080005 CS ISO_IR 192|"},
        {"<DicomAttribute tag=\"00080005\" vr=\"CS\"/>" LO("00100020", "", "é"),
         "00080005 CS ISO_IR 192|00100020 LO é|"},
        {"<DicomAttribute tag=\"00080005\" vr=\"CS\"/>", "00080005 CS |"},
        {"<DicomAttribute tag=\"00080005\" vr=\"CS\"><Value number=\"1\"></Value><Value "
         "number=\"2\">"
         "ISO 2022 IR 87</Value></DicomAttribute>",
         "00080005 CS ISO_IR 192|"},
        {"<DicomAttribute tag=\"00080005\" "
         "vr=\"UN\"><InlineBinary>SVNP</InlineBinary></DicomAttribute>",
         "00080005 CS ISO_IR 192|"},
        {"<DicomAttribute tag=\"00081140\" vr=\"SQ\"><Item number=\"1\"><DicomAttribute "
         "tag=\"00080005\" "
         "vr=\"CS\"><Value number=\"1\">ISO_IR "
         "100</Value></DicomAttribute></Item></DicomAttribute>",
         "00081140 0[0{00080005 CS ISO_IR 192|}]"},
        {LO("00090001", " privateCreator=\"é\"", "x"),
         "00080005 CS ISO_IR 192|00090010 LO é|00091001 LO x|"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena a = {0};
        CHECK_STR(str_of(cases[i].events), events_of(&a, cases[i].content));
        arena_deinit(&a);
    }
}

TEST(depth_and_count_have_limits)
{
    for (int depth = PART10_NESTING_MAX; depth <= PART10_NESTING_MAX + 1; depth++) {
        struct arena a = {0};
        struct buf content = BUF_IN(&a);
        str ignored;
        for (int i = 0; i < depth; i++)
            buf_add(&content,
                    STR("<DicomAttribute tag=\"00081140\" vr=\"SQ\"><Item number=\"1\">"));
        for (int i = 0; i < depth; i++)
            buf_add(&content, STR("</Item></DicomAttribute>"));
        buf_add_char(&content, '\0');
        err e = read_events(&a, document_of(&a, content.ptr), &ignored);
        CHECK_INT(depth <= PART10_NESTING_MAX ? ERR_OK : ERR_MALFORMED, e.code);
        arena_deinit(&a);
    }
    for (unsigned more = 0; more <= 1; more++) {
        struct arena a = {0};
        struct buf content = BUF_IN(&a);
        str ignored;
        for (unsigned i = 0; i < PART10_ELEMENT_COUNT_MAX + more; i++)
            buf_addf(&content, "<DicomAttribute tag=\"%08X\" vr=\"LO\"/>",
                     0x00110001 + i / 60000 * 0x10000 + i % 60000);
        buf_add_char(&content, '\0');
        err e = read_events(&a, document_of(&a, content.ptr), &ignored);
        CHECK_INT(more == 0 ? ERR_OK : ERR_MALFORMED, e.code);
        arena_deinit(&a);
    }
}

TEST(missing_numbers_count_as_elements)
{
    static const struct {
        const char *vr, *child;
        unsigned number;
        bool fits;
    } cases[] = {
        {"LO", "Value", PART10_ELEMENT_COUNT_MAX, true},
        {"LO", "Value", PART10_ELEMENT_COUNT_MAX + 1, false},
        {"SQ", "Item", PART10_ELEMENT_COUNT_MAX - 1, true},
        {"SQ", "Item", PART10_ELEMENT_COUNT_MAX, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena a = {0};
        str ignored;
        str content = str_format(&a,
                                 "<DicomAttribute tag=\"00091001\" vr=\"%s\"><%s number=\"%u\"/>"
                                 "</DicomAttribute>",
                                 cases[i].vr, cases[i].child, cases[i].number);
        err e = read_events(&a, document_of(&a, content.ptr), &ignored);
        CHECK_INT(cases[i].fits ? ERR_OK : ERR_MALFORMED, e.code);
        arena_deinit(&a);
    }
}

static str long_document(struct arena *a, const char *vr, const char *child, size_t size)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, HEAD "<DicomAttribute tag=\"00091001\" vr=\"%s\"><%s number=\"1\">", vr, child);
    memset(buf_reserve(&out, size), 'A', size);
    buf_added(&out, size);
    buf_addf(&out, "</%s></DicomAttribute>" TAIL, child);
    return buf_str(&out);
}

TEST(values_have_a_limit)
{
    struct arena a = {0};
    str ignored;
    size_t most = PART10_VALUE_SIZE_MAX, most_base64 = most / 3 * 4;
    CHECK_OK(read_events(&a, long_document(&a, "UT", "Value", most), &ignored));
    CHECK_ERR(TOO_LARGE, read_events(&a, long_document(&a, "UT", "Value", most + 1), &ignored));
    CHECK_ERR(TOO_LARGE, read_events(&a, long_document(&a, "UT", "Value", 2 * most + 1), &ignored));
    arena_reset(&a);
    CHECK_OK(read_events(&a, long_document(&a, "OB", "InlineBinary", most_base64), &ignored));
    CHECK_ERR(TOO_LARGE,
              read_events(&a, long_document(&a, "OB", "InlineBinary", most_base64 + 4), &ignored));
    arena_deinit(&a);
}

TEST(a_consumer_may_stop_at_any_event)
{
    struct arena a = {0};
    str document =
        document_of(&a, LO("00080060", "", "CT")
                            OF_VR("SQ", "<Item number=\"1\">" LO("00100020", "", "x") "</Item>"));
    for (int i = 1; i <= 7; i++) {
        struct recorder r = {.base = {.ops = &recorder_ops}, .text = BUF_IN(&a), .fails_in = i};
        err e = xml_model_read(&a, document, &r.base);
        CHECK_INT(i <= 6 ? ERR_NO_SPACE : ERR_OK, e.code);
    }
    struct recorder r = {.base = {.ops = &recorder_ops, .last_tag = 0x00080060},
                         .text = BUF_IN(&a)};
    CHECK_OK(xml_model_read(&a, document, &r.base));
    CHECK_STR(STR("00080060 LO CT|"), buf_str(&r.text));
    arena_deinit(&a);
}

/* What the writer makes of one data set in explicit VR. */
static str write_file(struct arena *a, str data_set)
{
    struct arena scratch = {0};
    struct xml_model m;
    struct part10_file file;
    struct memory_source source;
    memory_source_init(&source, data_set);
    xml_model_init(&m, a, &scratch);
    CHECK_OK(part10_read(a, &source.base, &m.base, &file));
    str out = xml_model_finish(&m, a, STR("/a\"&b"));
    arena_deinit(&scratch);
    return out;
}

#define CT "\x08\0\x60\0CS\2\0CT"
#define CT_XML                                                                                     \
    "<DicomAttribute tag=\"00080060\" vr=\"CS\" keyword=\"Modality\"><Value "                      \
    "number=\"1\">CT</Value></DicomAttribute>"
#define ID(size, text) "\x10\0\x20\0LO" size "\0" text
#define ID_XML(text)                                                                               \
    "<DicomAttribute tag=\"00100020\" vr=\"LO\" keyword=\"PatientID\">" text "</DicomAttribute>"
#define NAME(size, text) "\x10\0\x10\0PN" size "\0" text
#define NAME_XML(text)                                                                             \
    "<DicomAttribute tag=\"00100010\" vr=\"PN\" keyword=\"PatientName\">" text "</DicomAttribute>"
static const struct {
    str bytes;
    const char *content;
} files[] = {
    {STR_INIT(CT), CT_XML},
    {STR_INIT(CT CT), CT_XML},
    {STR_INIT(CT ID("\x04", " a  ")), CT_XML ID_XML(V("1", "a"))},
    {STR_INIT(CT ID("\x04", "a\\b ")), CT_XML ID_XML(V("1", "a") V("2", "b"))},
    {STR_INIT(CT ID("\x04", "\\\\  ")), CT_XML ID_XML(V("1", "") V("2", "") V("3", ""))},
    {STR_INIT(CT ID("\x04", "    ")), CT_XML ID_XML("")},
    {STR_INIT(CT ID("\x06", "<&>\"'x")), CT_XML ID_XML(V("1", "&lt;&amp;&gt;\"'x"))},
    {STR_INIT(CT ID("\x06", "a\0b\x1Fx\n")),
     UTF8_CHARSET CT_XML ID_XML(V("1", "a\uFFFDb\uFFFDx\n"))},
    {STR_INIT(CT ID("\x04", "\xEF\xBF\xBFx")), UTF8_CHARSET CT_XML ID_XML(V("1", "\uFFFDx"))},
    {STR_INIT("\x08\0\5\0CS\x0A\0ISO_IR 100" CT ID("\x02", "\xE9 ")),
     UTF8_CHARSET CT_XML ID_XML(V("1", "é"))},
    {STR_INIT("\x08\0\5\0CS\0\0" CT), "<DicomAttribute tag=\"00080005\" vr=\"CS\" "
                                      "keyword=\"SpecificCharacterSet\"></DicomAttribute>" CT_XML},
    {STR_INIT("\x08\0\5\0CS\0\0" CT ID("\x02", "\xE9 ")), UTF8_CHARSET CT_XML ID_XML(V("1", "é"))},
    {STR_INIT(CT NAME("\x04", "^^^^")), CT_XML NAME_XML("")},
    {STR_INIT(CT NAME("\x04", "===x")), CT_XML NAME_XML("")},
    {STR_INIT(CT NAME("\x02", "^\\")),
     CT_XML NAME_XML(
         "<PersonName number=\"1\"></PersonName><PersonName number=\"2\"></PersonName>")},
    {STR_INIT(CT NAME("\x0E", "a ^^ b^^c^d==e")),
     CT_XML NAME_XML(
         "<PersonName "
         "number=\"1\"><Alphabetic><FamilyName>a</FamilyName><MiddleName>b</MiddleName>"
         "<NameSuffix>c^d</NameSuffix></Alphabetic><Phonetic><FamilyName>e</FamilyName></"
         "Phonetic></PersonName>")},
    {STR_INIT(CT "\x09\0\x10\0LO\2\0A \x09\0\0\x10US\2\0\1\0\x09\0\1\x11LO\0\0"), CT_XML
     "<DicomAttribute tag=\"00090010\" vr=\"LO\"><Value number=\"1\">A</Value></DicomAttribute>"
     "<DicomAttribute tag=\"00090000\" vr=\"US\" privateCreator=\"A\"><Value "
     "number=\"1\">1</Value></DicomAttribute>"
     "<DicomAttribute tag=\"00091101\" vr=\"LO\"></DicomAttribute>"},
    {STR_INIT(CT "\x09\0\x10\0LO\4\0A\"\t<\x09\0\1\x10LO\0\0"),
     CT_XML "<DicomAttribute tag=\"00090010\" vr=\"LO\"><Value "
            "number=\"1\">A\"\t&lt;</Value></DicomAttribute>"
            "<DicomAttribute tag=\"00091001\" vr=\"LO\"></DicomAttribute>"},
    {STR_INIT(CT "\x09\0\x10\0LO\4\0A\"&<\x09\0\1\x10LO\0\0"),
     CT_XML "<DicomAttribute tag=\"00090010\" vr=\"LO\"><Value "
            "number=\"1\">A\"&amp;&lt;</Value></DicomAttribute>"
            "<DicomAttribute tag=\"00090001\" vr=\"LO\" "
            "privateCreator=\"A&quot;&amp;&lt;\"></DicomAttribute>"},
    {STR_INIT(CT "\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0\xFE\xFF\0\xE0\x10"
                 "\0\0\0\x08\0\x50\x11UI\x08\0"
                 "1.2.3.4\0"
                 "\xFE\xFF\xDD\xE0\0\0\0\0"),
     CT_XML "<DicomAttribute tag=\"00081140\" vr=\"SQ\" keyword=\"ReferencedImageSequence\"><Item "
            "number=\"1\"></Item><Item number=\"2\">"
            "<DicomAttribute tag=\"00081150\" vr=\"UI\" keyword=\"ReferencedSOPClassUID\"><Value "
            "number=\"1\">1.2.3.4</Value></DicomAttribute></Item></DicomAttribute>"},
    {STR_INIT(CT "\xE0\x7F\x10\0OW\0\0\4\0\0\0abcd"),
     CT_XML "<DicomAttribute tag=\"7FE00010\" vr=\"OW\" keyword=\"PixelData\"><BulkData "
            "uri=\"/a&quot;&amp;b/bulkdata/7FE00010\"/></DicomAttribute>"},
    {STR_INIT(CT
              "\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0"),
     CT_XML "<DicomAttribute tag=\"7FE00010\" vr=\"OB\" keyword=\"PixelData\"><BulkData "
            "uri=\"/a&quot;&amp;b/bulkdata/7FE00010\"/></DicomAttribute>"},
    {STR_INIT("\0\x08\0\x60"
              "CS\0\2CT\0\x28\0\x10US\0\2\2\1\x60\0\x30\0OW\0\0\0\0\0\4\1\2\3\4"),
     CT_XML "<DicomAttribute tag=\"00280010\" vr=\"US\" keyword=\"Rows\"><Value "
            "number=\"1\">513</Value></DicomAttribute>"
            "<DicomAttribute tag=\"60003000\" vr=\"OW\" "
            "keyword=\"OverlayData\"><InlineBinary>AgEEAw==</InlineBinary></DicomAttribute>"},
};

TEST(files_become_documents)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct arena a = {0};
        str document = write_file(&a, files[i].bytes);
        if (!str_eq(document_of(&a, files[i].content), document))
            fail_msg("case %zu: %.*s", i, STR_ARG(document));
        CHECK_STR(document, write_again(&a, document));
        arena_deinit(&a);
    }
}

static void add_bytes(struct buf *out, str head, uint32_t size)
{
    const unsigned char length[] = {size & 0xFF, size >> 8 & 0xFF, size >> 16 & 0xFF, 0};
    buf_add(out, head);
    buf_add_bytes(out, length, sizeof length);
    memset(buf_reserve(out, size), 'A', size);
    buf_added(out, size);
}

TEST(long_values_stand_elsewhere)
{
    static const struct {
        str head; /* without its length */
        uint32_t most;
        const char *uri;
    } cases[] = {
        {STR_INIT("\x42\0\x11\0OB\0\0"), 1024, "00420011"},
        {STR_INIT("\x08\0\x19\x01UC\0\0"), 65536, "00080119"},
        {STR_INIT("\x18\0\x73\x90SV\0\0"), 65536, "00189073"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (uint32_t more = 0; more <= 8; more += 8) {
            struct arena a = {0};
            struct buf file = BUF_IN(&a);
            buf_add(&file, STR(CT "\x09\0\1\x10SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0\xFE\xFF"
                                  "\0\xE0\xFF\xFF\xFF\xFF"));
            add_bytes(&file, cases[i].head, cases[i].most + more);
            buf_add(&file, STR("\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0"));
            str document = write_file(&a, buf_str(&file));
            str uri = str_format(&a, "<BulkData uri=\"/a&quot;&amp;b/bulkdata/00091001/2/%s\"/>",
                                 cases[i].uri);
            CHECK((str_find(document, uri) != SIZE_MAX) == (more != 0));
            CHECK_STR(document, write_again(&a, document));
            arena_deinit(&a);
        }
}

TEST(a_creator_that_comes_again_does_not_count)
{
    struct arena a = {0};
    str document =
        write_file(&a, STR(CT "\x09\0\x10\0LO\2\0A \x09\0\x11\0LO\2\0B \x09\0\x10\0LO\2\0C "
                              "\x09\0\1\x10LO\0\0"));
    CHECK(str_find(document, STR("tag=\"00090001\" vr=\"LO\" privateCreator=\"A\"")) != SIZE_MAX);
    CHECK(str_find(document, STR(">C<")) == SIZE_MAX);
    arena_deinit(&a);
}
