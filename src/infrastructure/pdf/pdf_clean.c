/* A copy of a document all of whose texts are fit to be set. */
#include "infrastructure/pdf/pdf_clean.h"

#include "infrastructure/pdf/pdf_text.h"

static void clean_line(struct arena *a, str *text)
{
    *text = pdf_text_clean(a, *text, true);
}

static struct str_slice clean_texts(struct arena *a, struct str_slice texts, bool is_line)
{
    struct str_slice out = {NEW_ARRAY(a, str, texts.len), texts.len};
    for (size_t i = 0; i < texts.len; i++)
        out.at[i] = pdf_text_clean(a, texts.at[i], is_line);
    return out;
}

static struct pdf_field_slice clean_fields(struct arena *a, struct pdf_field_slice fields)
{
    struct pdf_field_slice out = {NEW_ARRAY(a, struct pdf_field, fields.len), fields.len};
    for (size_t i = 0; i < fields.len; i++) {
        out.at[i].label = pdf_text_clean(a, fields.at[i].label, true);
        out.at[i].value = pdf_text_clean(a, fields.at[i].value, false);
    }
    return out;
}

static struct pdf_section_slice clean_sections(struct arena *a, struct pdf_section_slice sections)
{
    struct pdf_section_slice out = {NEW_ARRAY(a, struct pdf_section, sections.len), sections.len};
    for (size_t i = 0; i < sections.len; i++) {
        const struct pdf_block_slice *from = &sections.at[i].blocks;
        struct pdf_block_slice blocks = {NEW_ARRAY(a, struct pdf_block, from->len), from->len};
        for (size_t b = 0; b < blocks.len; b++)
            blocks.at[b] = (struct pdf_block){
                .kind = from->at[b].kind,
                .text = pdf_text_clean(a, from->at[b].text, false),
                .items = clean_texts(a, from->at[b].items, false),
                .head = clean_texts(a, from->at[b].head, false),
                .cells = clean_texts(a, from->at[b].cells, false),
            };
        out.at[i] = (struct pdf_section){pdf_text_clean(a, sections.at[i].heading, true), blocks};
    }
    return out;
}

static struct pdf_signature_slice clean_signatures(struct arena *a,
                                                   struct pdf_signature_slice signatures)
{
    struct pdf_signature_slice out = {
        arena_copy(a, signatures.at, signatures.len * sizeof *signatures.at), signatures.len};
    for (size_t i = 0; i < out.len; i++) {
        clean_line(a, &out.at[i].heading);
        clean_line(a, &out.at[i].who);
        clean_line(a, &out.at[i].role);
        clean_line(a, &out.at[i].when);
        clean_line(a, &out.at[i].hash);
        out.at[i].verification_text = pdf_text_clean(a, out.at[i].verification_text, false);
    }
    return out;
}

static void clean_words(struct arena *a, struct pdf_words *words)
{
    if (words->page.len == 0)
        words->page = STR("Page {page} of {pages}");
    if (words->key_images.len == 0)
        words->key_images = STR("Key images");
    if (words->hash.len == 0)
        words->hash = STR("SHA-256");
    clean_line(a, &words->page);
    clean_line(a, &words->key_images);
    clean_line(a, &words->hash);
}

struct pdf_document *pdf_document_clean(struct arena *a, const struct pdf_document *document)
{
    struct pdf_document *d = arena_copy(a, document, sizeof *document);
    str *const lines[] = {&d->organization_name, &d->title,   &d->status_text,
                          &d->watermark,         &d->footer,  &d->author,
                          &d->subject,           &d->keywords};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        clean_line(a, lines[i]);
    d->address_lines = clean_texts(a, d->address_lines, true);
    d->patient = clean_fields(a, d->patient);
    d->study = clean_fields(a, d->study);
    d->sections = clean_sections(a, d->sections);
    d->key_images.at =
        arena_copy(a, d->key_images.at, d->key_images.len * sizeof *d->key_images.at);
    for (size_t i = 0; i < d->key_images.len; i++)
        d->key_images.at[i].caption = pdf_text_clean(a, d->key_images.at[i].caption, false);
    d->signatures = clean_signatures(a, d->signatures);
    clean_words(a, &d->words);
    return d;
}

/* Names and what is written of them: enough to tell Japanese from Korean. */
void pdf_document_scripts(const struct pdf_document *d, bool *has_kana, bool *has_hangul)
{
    const struct pdf_field_slice *headers[] = {&d->patient, &d->study};
    pdf_text_scripts(d->organization_name, has_kana, has_hangul);
    pdf_text_scripts(d->title, has_kana, has_hangul);
    for (size_t h = 0; h < COUNT_OF(headers); h++)
        for (size_t i = 0; i < headers[h]->len; i++)
            pdf_text_scripts(headers[h]->at[i].value, has_kana, has_hangul);
    for (size_t i = 0; i < d->sections.len; i++) {
        pdf_text_scripts(d->sections.at[i].heading, has_kana, has_hangul);
        for (size_t b = 0; b < d->sections.at[i].blocks.len; b++) {
            const struct pdf_block *block = &d->sections.at[i].blocks.at[b];
            pdf_text_scripts(block->text, has_kana, has_hangul);
            for (size_t n = 0; n < block->items.len; n++)
                pdf_text_scripts(block->items.at[n], has_kana, has_hangul);
            for (size_t n = 0; n < block->cells.len; n++)
                pdf_text_scripts(block->cells.at[n], has_kana, has_hangul);
        }
    }
}
