/* What a document must not be is refused here too. */
#include "tests/support/fake_pdf.h"

#include "base/arena.h"

static void add_line(struct buf *out, str text)
{
    if (text.len != 0)
        buf_addf(out, "%.*s\n", STR_ARG(text));
}

static void add_fields(struct buf *out, struct pdf_field_slice fields)
{
    for (size_t i = 0; i < fields.len; i++)
        buf_addf(out, "%.*s: %.*s\n", STR_ARG(fields.at[i].label), STR_ARG(fields.at[i].value));
}

static void add_block(struct buf *out, const struct pdf_block *block)
{
    add_line(out, block->text);
    for (size_t i = 0; i < block->items.len; i++)
        add_line(out, block->items.at[i]);
    for (size_t i = 0; i < block->cells.len; i++)
        add_line(out, block->cells.at[i]);
}

static err fake_render(struct pdf_service *base, struct arena *a,
                       const struct pdf_document *document, struct byte_sink *to,
                       struct pdf_facts *out)
{
    struct fake_pdf *p = container_of(base, struct fake_pdf, base);
    struct buf text = BUF_IN(a);
    TRY(fault_pass(p->fault, "render"));
    TRY(pdf_document_check(document));
    buf_add(&text, STR("%PDF-fake\n"));
    add_line(&text, document->organization_name);
    add_line(&text, document->title);
    add_line(&text, document->status_text);
    if (document->watermark.len != 0)
        buf_addf(&text, "across: %.*s\n", STR_ARG(document->watermark));
    add_fields(&text, document->patient);
    add_fields(&text, document->study);
    for (size_t i = 0; i < document->sections.len; i++) {
        add_line(&text, document->sections.at[i].heading);
        for (size_t n = 0; n < document->sections.at[i].blocks.len; n++)
            add_block(&text, &document->sections.at[i].blocks.at[n]);
    }
    for (size_t i = 0; i < document->signatures.len; i++) {
        add_line(&text, document->signatures.at[i].who);
        add_line(&text, document->signatures.at[i].verification_url);
    }
    if (out != NULL)
        *out = (struct pdf_facts){.page_count = 1};
    return byte_sink_write(to, text.ptr, text.len);
}

static const struct pdf_service_ops fake_ops = {.render = fake_render};

void fake_pdf_init(struct fake_pdf *p, struct fault *fault)
{
    *p = (struct fake_pdf){{&fake_ops}, fault};
}
