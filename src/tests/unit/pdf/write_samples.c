/* Writes every sample as FOLDER/NAME.pdf, and what it says as FOLDER/NAME.txt, for
 * test_pdf_files.py; with a count, renders the first that often and prints how many a second of
 * a processor makes, for the bench.
 *
 *     write_samples FOLDER
 *     write_samples --bench COUNT [SAMPLE] */
#include "infrastructure/pdf_cairo.h"
#include "tests/unit/pdf/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct pdf_cairo service;

static bool write_file(struct arena *a, const char *folder, const char *name, const char *kind,
                       str content)
{
    FILE *file = fopen(str_format(a, "%s/%s.%s", folder, name, kind).ptr, "wb");
    if (file == NULL)
        return false;
    bool is_written = fwrite(content.ptr, 1, content.len, file) == content.len;
    return fclose(file) == 0 && is_written;
}

static err render(struct arena *a, const struct pdf_document *document, struct buf *out,
                  struct pdf_facts *facts)
{
    struct memory_sink sink;
    memory_sink_init(&sink, out);
    return pdf_render(&service.base, a, document, &sink.base, facts);
}

static int write_all(const char *folder)
{
    for (size_t i = 0; i < PDF_SAMPLE_COUNT; i++) {
        struct arena a = {0};
        struct buf out = BUF_IN(&a);
        struct pdf_facts facts;
        const char *name = pdf_sample_name(i);
        struct pdf_document document = pdf_sample(&a, i);
        err e = render(&a, &document, &out, &facts);
        if (failed(e) || !write_file(&a, folder, name, "pdf", buf_str(&out)) ||
            !write_file(&a, folder, name, "txt", pdf_sample_texts(&a, &document))) {
            fprintf(stderr, "%s: %s\n", name, failed(e) ? e.text : "not written");
            return 1;
        }
        printf("%s pages=%u missing=%u\n", name, facts.page_count, facts.missing_glyph_count);
        arena_deinit(&a);
    }
    return 0;
}

/* Of the processors, so that other work on the machine does not count. */
static double processor_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int measure(unsigned long count, size_t number)
{
    struct arena a = {0}, kept = {0};
    struct pdf_document document = pdf_sample(&kept, number);
    double start = 0;
    for (unsigned long i = 0; i <= count; i++) { /* the first looks for the fonts */
        struct buf out = BUF_IN(&a);
        err e = render(&a, &document, &out, NULL);
        if (failed(e)) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
        arena_reset(&a);
        if (i == 0)
            start = processor_seconds();
    }
    printf("rate=%.1f\n", (double)count / (processor_seconds() - start));
    arena_deinit(&a);
    arena_deinit(&kept);
    return 0;
}

int main(int count, char **arguments)
{
    int code = 2;
    pdf_cairo_init(&service, NULL);
    if (count >= 3 && strcmp(arguments[1], "--bench") == 0)
        code = measure(strtoul(arguments[2], NULL, 10),
                       count == 4 ? strtoul(arguments[3], NULL, 10) % PDF_SAMPLE_COUNT : 0);
    else if (count == 2)
        code = write_all(arguments[1]);
    pdf_cairo_deinit(&service);
    return code;
}
