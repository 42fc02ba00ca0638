/* Reports as PDF: limits, hostile texts and images, the same bytes always, several threads at once.
 * What the files hold is looked at by test_pdf_files.py. */
#include "infrastructure/pdf/pdf_image.h"
#include "infrastructure/pdf/pdf_text.h"
#include "infrastructure/pdf_cairo.h"
#include "tests/test.h"
#include "tests/unit/pdf/samples.h"

#include <pthread.h>

enum { THREAD_COUNT = 3, ROUND_COUNT = 4 };

static struct pdf_cairo service;

__attribute__((constructor)) static void open_service(void)
{
    pdf_cairo_init(&service, NULL);
}

static err render(struct arena *a, const struct pdf_document *d, str *out, struct pdf_facts *facts)
{
    struct buf bytes = BUF_IN(a);
    struct memory_sink sink;
    memory_sink_init(&sink, &bytes);
    TRY(pdf_render(&service.base, a, d, &sink.base, facts));
    *out = buf_str(&bytes);
    return OK;
}

static struct pdf_document with_text(struct arena *a, str text)
{
    struct pdf_document d = {.title = STR("T")};
    struct pdf_section *section = SLICE_PUSH(a, &d.sections);
    struct pdf_block *block = SLICE_PUSH(a, &section->blocks);
    block->text = text;
    return d;
}

static str repeated(struct arena *a, str text, size_t count)
{
    struct buf b = BUF_IN(a);
    for (size_t i = 0; i < count; i++)
        buf_add(&b, text);
    return buf_str(&b);
}

TEST(same_document_same_bytes)
{
    struct arena a = {0};
    for (size_t i = 0; i < PDF_SAMPLE_COUNT; i += 3) {
        struct pdf_document d = pdf_sample(&a, i);
        struct pdf_facts facts = {0};
        str first = STR(""), second = STR("");
        CHECK_OK(render(&a, &d, &first, &facts));
        CHECK_OK(render(&a, &d, &second, NULL));
        CHECK(str_eq(first, second));
        CHECK_INT(2, facts.page_count);
        CHECK_INT(0, facts.missing_glyph_count);
        CHECK(str_starts(first, STR("%PDF-")));
        d.created_at.us += SECONDS(1);
        CHECK_OK(render(&a, &d, &second, NULL));
        CHECK(!str_eq(first, second)); /* it is in there, so no other time is */
    }
    arena_deinit(&a);
}

struct job {
    pthread_t thread;
    size_t sample;
    str expected;
    bool is_same;
};

static void *work(void *context)
{
    struct job *job = context;
    job->is_same = true;
    for (size_t i = 0; i < ROUND_COUNT; i++) {
        struct arena a = {0};
        struct pdf_document d = pdf_sample(&a, job->sample);
        str bytes = STR("");
        err e = render(&a, &d, &bytes, NULL);
        job->is_same &= !failed(e) && str_eq(bytes, job->expected);
        arena_deinit(&a);
    }
    return NULL;
}

TEST(threads_at_once)
{
    struct arena a = {0};
    struct job jobs[THREAD_COUNT] = {{.sample = 0}, {.sample = 4}, {.sample = 6}};
    for (size_t i = 0; i < THREAD_COUNT; i++) {
        struct pdf_document d = pdf_sample(&a, jobs[i].sample);
        CHECK_OK(render(&a, &d, &jobs[i].expected, NULL));
    }
    for (size_t i = 0; i < THREAD_COUNT; i++)
        CHECK_INT(0, pthread_create(&jobs[i].thread, NULL, work, &jobs[i]));
    for (size_t i = 0; i < THREAD_COUNT; i++)
        pthread_join(jobs[i].thread, NULL);
    for (size_t i = 0; i < THREAD_COUNT; i++)
        CHECK(jobs[i].is_same);
    arena_deinit(&a);
}

TEST(texts_are_made_fit)
{
    struct arena a = {0};
    CHECK_STR(STR("ab\nc d"), pdf_text_clean(&a,
                                             STR("a\x01"
                                                 "b\r\nc\td\x7F"),
                                             false));
    CHECK_STR(STR("a b"), pdf_text_clean(&a, STR("a\nb"), true));
    CHECK_STR(STR("\u00E9"), pdf_text_clean(&a, STR("e\u0301"), false)); /* NFC */
    /* an override would show exe.gpj as jpg.exe */
    CHECK_STR(STR("exe.gpj\u05D0"), pdf_text_clean(&a, STR("\u202Eexe.gpj\u202C\u05D0"), false));
    CHECK_STR(STR("a\uFFFD\uFFFD\uFFFDz"), pdf_text_clean(&a, STR("a\xED\xA0\x80z"), false));
    CHECK_STR(STR("\uFFFD\uFFFD"), pdf_text_clean(&a, STR("\xC0\xAF"), false)); /* overlong */
    CHECK_STR(STR("\u00E4\uFFFD\uFFFD"),
              pdf_text_clean(&a, STR("\u00E4\xE2\x82"), false)); /* cut off */
    CHECK_STR(STR("\u05D0\u200F!"),
              pdf_text_clean(&a, STR("\u05D0\u200F!"), false)); /* a mark stays */
    CHECK(!str_is_set(pdf_text_clean(&a, STR_NONE, false)));
    arena_deinit(&a);
}

TEST(hostile_texts)
{
    struct arena a = {0};
    const str texts[] = {
        STR("\0\x1B[31m\x08\xFF\xFE\xED\xBF\xBF\xF4\x90\x80\x80"),
        STR("\u202E\u2066\u2067\u202D\u05D0\u0627 abc \u2069\u202C"),
        STR("(\\) Tj ET /JavaScript << /S /Launch >> endstream endobj %%EOF"),
        STR("<b>&amp;</b> <span font='x'>"),
        repeated(&a, STR("a\u0301\u0302\u0303\u0304"), 2000),
        repeated(&a, STR("W"), 100 * 1000),
        repeated(&a, STR("\u0627\u0644\u0644\u0647"), 8000),
        repeated(&a, STR("\xF0\x9F\x91\xA8\xE2\x80\x8D"), 2000),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct pdf_document d = with_text(&a, texts[i]);
        str bytes = STR("");
        CHECK_OK(render(&a, &d, &bytes, NULL));
        CHECK(str_find(bytes, STR("/JavaScript")) == SIZE_MAX);
        CHECK(str_find(bytes, STR("/Launch")) == SIZE_MAX);
        d = (struct pdf_document){.title = str_sub(texts[i], 0, PDF_LABEL_SIZE_MAX)};
        d.organization_name = d.author = d.watermark = d.footer = d.status_text = d.title;
        CHECK_OK(render(&a, &d, &bytes, NULL));
        CHECK(str_find(bytes, STR("/JavaScript")) == SIZE_MAX);
    }
    arena_deinit(&a);
}

TEST(glyphs_without_a_font_are_told)
{
    struct arena a = {0};
    struct pdf_facts facts = {0};
    str bytes = STR("");
    struct pdf_document d = with_text(&a, STR("a\U000F0000b")); /* of private use */
    CHECK_OK(render(&a, &d, &bytes, &facts));
    CHECK_INT(1, facts.missing_glyph_count);
    arena_deinit(&a);
}

TEST(no_fonts)
{
    struct arena a = {0};
    struct pdf_cairo without;
    struct buf bytes = BUF_IN(&a);
    struct memory_sink sink;
    memory_sink_init(&sink, &bytes);
    pdf_cairo_init(&without, "/nonexistent");
    struct pdf_document d = with_text(&a, STR("a"));
    CHECK_ERR(UNAVAILABLE, pdf_render(&without.base, &a, &d, &sink.base, NULL));
    pdf_cairo_deinit(&without);
    arena_deinit(&a);
}

TEST(an_empty_document_is_a_page)
{
    struct arena a = {0};
    struct pdf_document d = {0};
    struct pdf_facts facts;
    str bytes = STR("");
    CHECK_OK(render(&a, &d, &bytes, &facts));
    CHECK_INT(1, facts.page_count);
    arena_deinit(&a);
}

TEST(counts_and_lengths)
{
    struct arena a = {0};
    str long_label = repeated(&a, STR("x"), PDF_LABEL_SIZE_MAX + 1), bytes = STR("");
    struct pdf_document d = {.title = repeated(&a, STR("x"), PDF_TITLE_SIZE_MAX + 1)};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d = (struct pdf_document){.footer = long_label};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d = (struct pdf_document){.patient = {NEW_ARRAY(&a, struct pdf_field, 17), 17}};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d = (struct pdf_document){.page_size = PDF_PAGE_SIZE_COUNT};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d = (struct pdf_document){.words.page = STR("Page {page}")};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d = with_text(&a, STR("x"));
    d.sections.at[0].blocks.at[0].kind = PDF_TABLE;
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL)); /* no columns */
    d.sections.at[0].blocks.at[0].head = (struct str_slice){NEW_ARRAY(&a, str, 2), 2};
    d.sections.at[0].blocks.at[0].cells = (struct str_slice){NEW_ARRAY(&a, str, 3), 3};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL)); /* a row and a half */
    d = with_text(&a, repeated(&a, STR("x"), PDF_TEXT_SIZE_MAX + 1));
    CHECK_ERR(TOO_LARGE, render(&a, &d, &bytes, NULL));
    d = with_text(&a, repeated(&a, STR("x\n"), 100 * 1000));
    CHECK_ERR(TOO_LARGE, render(&a, &d, &bytes, NULL));
    d = with_text(&a, repeated(&a, STR("x\n"), PDF_LINE_COUNT_MAX));
    struct pdf_facts facts = {0};
    CHECK_OK(render(&a, &d, &bytes, &facts));
    CHECK_INT(417, facts.page_count);
    arena_deinit(&a);
}

TEST(too_many_pages)
{
    struct arena a = {0};
    struct pdf_document d = with_text(&a, STR("x"));
    struct pdf_block *block = &d.sections.at[0].blocks.at[0];
    *block = (struct pdf_block){.kind = PDF_LIST, .items = {NEW_ARRAY(&a, str, 1000), 1000}};
    for (size_t i = 0; i < 1000; i++)
        block->items.at[i] = repeated(&a, STR("w\n"), 19);
    struct pdf_section *second = SLICE_PUSH(&a, &d.sections);
    *SLICE_PUSH(&a, &second->blocks) =
        with_text(&a, repeated(&a, STR("y "), 300 * 1000)).sections.at[0].blocks.at[0];
    str bytes = STR("");
    CHECK_ERR(TOO_LARGE, render(&a, &d, &bytes, NULL));
    arena_deinit(&a);
}

TEST(addresses_that_are_refused)
{
    struct arena a = {0};
    const str urls[] = {
        STR("javascript:alert(1)"), STR("file:///etc/passwd"), STR("https://a/' rect=[0 0 1 1]"),
        STR("https://a/\n"),        STR("https://a/(b"),       STR("https://\u00E4/")};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct pdf_document d = {0};
        str bytes = STR("");
        SLICE_PUSH(&a, &d.signatures)->verification_url = urls[i];
        CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    }
    arena_deinit(&a);
}

/* Its size in the header changed, which the checksum does not matter for: it is refused before. */
static str png_of_size(struct arena *a, uint32_t width, uint32_t height)
{
    str png = pdf_sample_png(a, 8, 8, false);
    unsigned char *bytes = (unsigned char *)arena_copy(a, png.ptr, png.len);
    for (size_t i = 0; i < 4; i++) {
        bytes[16 + i] = (unsigned char)(width >> (24 - 8 * i));
        bytes[20 + i] = (unsigned char)(height >> (24 - 8 * i));
    }
    return (str){(char *)bytes, png.len};
}

TEST(hostile_images)
{
    struct arena a = {0};
    struct pdf_document d = {0};
    str bytes = STR(""), good = pdf_sample_png(&a, 40, 20, true);
    d.logo.png = STR("GIF89a");
    CHECK_ERR(MALFORMED, render(&a, &d, &bytes, NULL));
    d.logo.png = png_of_size(&a, 30000, 30000);
    CHECK_ERR(TOO_LARGE, render(&a, &d, &bytes, NULL));
    d.logo.png = png_of_size(&a, 0xFFFFFFFFu, 1);
    CHECK_ERR(TOO_LARGE, render(&a, &d, &bytes, NULL));
    d.logo.png = png_of_size(&a, 0, 8);
    CHECK_ERR(MALFORMED, render(&a, &d, &bytes, NULL));
    d.logo.png = png_of_size(&a, 8, 9); /* its checksum is wrong now */
    CHECK_ERR(MALFORMED, render(&a, &d, &bytes, NULL));
    for (size_t cut = 0; cut < good.len - 12; cut += 7) {
        d.logo.png = str_sub(good, 0, cut);
        if (cut != 0)
            CHECK_ERR(MALFORMED, render(&a, &d, &bytes, NULL));
    }
    d.logo.png = good;
    CHECK_OK(render(&a, &d, &bytes, NULL));
    SLICE_PUSH(&a, &d.key_images);
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL)); /* no image */
    d.key_images.at[0] = (struct pdf_image){
        .pixels = (const uint8_t *)"12", .width = 1, .height = 1, .channel_count = 2};
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d.key_images.at[0].width = PDF_IMAGE_SIDE_MAX + 1;
    CHECK_ERR(INVALID, render(&a, &d, &bytes, NULL));
    d.key_images.at[0] = (struct pdf_image){
        .pixels = (const uint8_t *)"123", .width = 1, .height = 1, .channel_count = 3};
    CHECK_OK(render(&a, &d, &bytes, NULL));
    arena_deinit(&a);
}

struct full_sink {
    struct byte_sink base;
    size_t room;
};
static err full_write(struct byte_sink *s, const void *bytes, size_t size)
{
    struct full_sink *sink = container_of(s, struct full_sink, base);
    (void)bytes;
    if (size > sink->room)
        return ERR(NO_SPACE, "full");
    sink->room -= size;
    return OK;
}

TEST(a_sink_that_fails)
{
    static const struct byte_sink_ops full_ops = {full_write};
    struct arena a = {0};
    struct pdf_document d = pdf_sample(&a, 0);
    for (size_t room = 0; room < 60000; room += 30000) {
        struct full_sink sink = {{&full_ops}, room};
        CHECK_ERR(NO_SPACE, pdf_render(&service.base, &a, &d, &sink.base, NULL));
    }
    arena_deinit(&a);
}

TEST(families_by_language)
{
    const struct {
        str language;
        bool kana, hangul;
        const char *first;
    } rows[] = {{STR("ja"), false, false, "Noto Sans CJK JP"},
                {STR("zh-Hant-HK"), false, false, "Noto Sans CJK HK"},
                {STR("zh-TW"), false, false, "Noto Sans CJK TC"},
                {STR("zh"), true, false, "Noto Sans CJK SC"},
                {STR("ko-KR"), false, false, "Noto Sans CJK KR"},
                {STR("en"), true, false, "Noto Sans,Noto Sans CJK JP"},
                {STR("en"), false, true, "Noto Sans,Noto Sans CJK KR"},
                {STR("jam"), false, false, "Noto Sans,Noto Sans CJK SC"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(str_starts(str_of(pdf_families(rows[i].language, rows[i].kana, rows[i].hangul)),
                         str_of(rows[i].first)));
    CHECK(pdf_language_is_rtl(STR("ar-EG")));
    CHECK(!pdf_language_is_rtl(STR("arn")));
    CHECK(!pdf_language_is_rtl(STR("uz")));
}

TEST_MAIN("pdf")
