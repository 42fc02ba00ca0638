#include "application/services/pdf_service.h"

/* What all texts and images add up to. */
struct sums {
    uint64_t text_size, line_count, pixel_count, block_count;
};

static bool within(struct sums *sums, str text, size_t size_max)
{
    sums->text_size += text.len;
    for (size_t i = 0; i < text.len; i++)
        sums->line_count += text.ptr[i] == '\n' || text.ptr[i] == '\r';
    return text.len <= size_max;
}

static bool all_within(struct sums *sums, struct str_slice texts)
{
    for (size_t i = 0; i < texts.len; i++)
        if (!within(sums, texts.at[i], PDF_LABEL_SIZE_MAX))
            return false;
    return true;
}

static err check_fields(struct sums *sums, struct pdf_field_slice fields)
{
    if (fields.len > PDF_FIELD_COUNT_MAX)
        return ERR(INVALID, "too many fields in a header");
    for (size_t i = 0; i < fields.len; i++)
        if (!within(sums, fields.at[i].label, PDF_LABEL_SIZE_MAX) ||
            !within(sums, fields.at[i].value, PDF_LABEL_SIZE_MAX))
            return ERR(INVALID, "a field of a header is too long");
    return OK;
}

/* What a PNG has inside is seen when it is read. */
static err check_image(struct sums *sums, const struct pdf_image *image)
{
    if (image->png.len > PDF_IMAGE_SIZE_MAX)
        return ERR(INVALID, "an image has too many bytes");
    if (!within(sums, image->caption, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "a caption is too long");
    if (image->pixels == NULL)
        return OK;
    if (image->png.len != 0)
        return ERR(INVALID, "an image is a PNG or pixels, not both");
    if (image->width == 0 || image->height == 0 || image->width > PDF_IMAGE_SIDE_MAX ||
        image->height > PDF_IMAGE_SIDE_MAX ||
        (uint64_t)image->width * image->height > PDF_IMAGE_PIXEL_COUNT_MAX)
        return ERR(INVALID, "an image has too many pixels or none");
    if (image->channel_count != 1 && image->channel_count != 3)
        return ERR(INVALID, "an image has one channel or three");
    sums->pixel_count += (uint64_t)image->width * image->height;
    return OK;
}

static err check_block(struct sums *sums, const struct pdf_block *block)
{
    switch (block->kind) {
    case PDF_PARAGRAPH:
        within(sums, block->text, 0); /* counts: only the sum of all has a limit */
        return OK;
    case PDF_LIST:
        if (block->items.len > PDF_ITEM_COUNT_MAX)
            return ERR(INVALID, "a list has too many items");
        for (size_t i = 0; i < block->items.len; i++)
            within(sums, block->items.at[i], 0);
        return OK;
    case PDF_TABLE:
        if (block->head.len == 0 || block->head.len > PDF_COLUMN_COUNT_MAX)
            return ERR(INVALID, "a table has too many columns or none");
        if (block->cells.len % block->head.len != 0)
            return ERR(INVALID, "the cells of a table do not fill its rows");
        if (block->cells.len / block->head.len > PDF_ROW_COUNT_MAX)
            return ERR(INVALID, "a table has too many rows");
        if (!all_within(sums, block->head) || !all_within(sums, block->cells))
            return ERR(INVALID, "a cell of a table is too long");
        return OK;
    default:
        return ERR(INVALID, "a block of an unknown kind");
    }
}

static err check_section(struct sums *sums, const struct pdf_section *section)
{
    if (!within(sums, section->heading, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "a heading is too long");
    sums->block_count += section->blocks.len;
    if (sums->block_count > PDF_BLOCK_COUNT_MAX)
        return ERR(INVALID, "too many blocks");
    for (size_t i = 0; i < section->blocks.len; i++)
        TRY(check_block(sums, &section->blocks.at[i]));
    return OK;
}

/* It becomes an address in the document: nothing that could end it there, and only the web. */
static bool url_is_allowed(str url)
{
    if (url.len > PDF_URL_SIZE_MAX ||
        (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://"))))
        return false;
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || strchr("'\"\\()<>[]{}", url.ptr[i]) != NULL)
            return false;
    return true;
}

static err check_signature(struct sums *sums, const struct pdf_signature *signature)
{
    if (!within(sums, signature->heading, PDF_LABEL_SIZE_MAX) ||
        !within(sums, signature->who, PDF_LABEL_SIZE_MAX) ||
        !within(sums, signature->role, PDF_LABEL_SIZE_MAX) ||
        !within(sums, signature->when, PDF_LABEL_SIZE_MAX) ||
        !within(sums, signature->hash, PDF_LABEL_SIZE_MAX) ||
        !within(sums, signature->verification_text, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "a text of a signature is too long");
    if (signature->verification_url.len != 0 && !url_is_allowed(signature->verification_url))
        return ERR(INVALID, "the address for verification is no plain http or https URL");
    return OK;
}

static err check_words(struct sums *sums, const struct pdf_words *words)
{
    if (!within(sums, words->page, PDF_LABEL_SIZE_MAX) ||
        !within(sums, words->key_images, PDF_LABEL_SIZE_MAX) ||
        !within(sums, words->hash, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "one of the words is too long");
    if (words->page.len != 0 && (str_find(words->page, STR("{page}")) == SIZE_MAX ||
                                 str_find(words->page, STR("{pages}")) == SIZE_MAX))
        return ERR(INVALID, "the words for the page lack {page} or {pages}");
    return OK;
}

static err check_frame(struct sums *sums, const struct pdf_document *d)
{
    if ((unsigned)d->page_size >= PDF_PAGE_SIZE_COUNT || (unsigned)d->status >= PDF_STATUS_COUNT)
        return ERR(INVALID, "an unknown page size or status");
    if (d->address_lines.len > PDF_ADDRESS_COUNT_MAX)
        return ERR(INVALID, "too many lines of the address");
    if (!all_within(sums, d->address_lines) ||
        !within(sums, d->organization_name, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "a line of the letterhead is too long");
    if (!within(sums, d->title, PDF_TITLE_SIZE_MAX))
        return ERR(INVALID, "the title is too long");
    if (!within(sums, d->language, PDF_LABEL_SIZE_MAX) ||
        !within(sums, d->status_text, PDF_LABEL_SIZE_MAX) ||
        !within(sums, d->watermark, PDF_LABEL_SIZE_MAX) ||
        !within(sums, d->footer, PDF_LABEL_SIZE_MAX))
        return ERR(INVALID, "the language, status, watermark or footer is too long");
    if (!within(sums, d->author, PDF_TITLE_SIZE_MAX) ||
        !within(sums, d->subject, PDF_TITLE_SIZE_MAX) ||
        !within(sums, d->keywords, PDF_TITLE_SIZE_MAX))
        return ERR(INVALID, "a line of metadata is too long");
    return OK;
}

err pdf_document_check(const struct pdf_document *d)
{
    struct sums sums = {0};
    TRY(check_frame(&sums, d));
    TRY(check_words(&sums, &d->words));
    TRY(check_image(&sums, &d->logo));
    TRY(check_fields(&sums, d->patient));
    TRY(check_fields(&sums, d->study));
    if (d->sections.len > PDF_SECTION_COUNT_MAX)
        return ERR(INVALID, "too many sections");
    for (size_t i = 0; i < d->sections.len; i++)
        TRY(check_section(&sums, &d->sections.at[i]));
    if (d->key_images.len > PDF_IMAGE_COUNT_MAX)
        return ERR(INVALID, "too many key images");
    for (size_t i = 0; i < d->key_images.len; i++)
        TRY(check_image(&sums, &d->key_images.at[i]));
    if (d->signatures.len > PDF_SIGNATURE_COUNT_MAX)
        return ERR(INVALID, "too many signatures");
    for (size_t i = 0; i < d->signatures.len; i++)
        TRY(check_signature(&sums, &d->signatures.at[i]));
    if (sums.text_size > PDF_TEXT_SIZE_MAX)
        return ERR(TOO_LARGE, "the texts together are too long");
    if (sums.line_count > PDF_LINE_COUNT_MAX)
        return ERR(TOO_LARGE, "the texts together have too many lines");
    if (sums.pixel_count > 4 * (uint64_t)PDF_IMAGE_PIXEL_COUNT_MAX)
        return ERR(TOO_LARGE, "the images together have too many pixels");
    return OK;
}
