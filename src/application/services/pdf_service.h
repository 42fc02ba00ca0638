/* A report as PDF: what it says is a plain document, how it looks is the service's (docs/PDF.md).
 *
 *     struct pdf_document document = {.language = STR("de-AT"), .title = …, .sections = …};
 *     struct pdf_facts facts;
 *     TRY(pdf_render(services->pdf, arena, &document, &sink.base, &facts));
 *
 * All texts are UTF-8 in logical order; an absent text leaves out what it belongs to. What is no
 * UTF-8 becomes U+FFFD, control characters and those that override the direction are taken out, and
 * all is brought to NFC. LF (and CR LF) breaks a line. Nothing in a text is a command, an address
 * to open or a file to read. The same document gives the same bytes, on every thread. */
#ifndef APPLICATION_SERVICES_PDF_SERVICE_H
#define APPLICATION_SERVICES_PDF_SERVICE_H

#include "base/byte_sink.h"
#include "base/clock.h"
#include "base/str.h"

enum {
    PDF_LABEL_SIZE_MAX = 400,      /* of one label, value, heading, caption, cell, in bytes */
    PDF_TITLE_SIZE_MAX = 1000,     /* of the title, a line of metadata */
    PDF_URL_SIZE_MAX = 512,        /* http or https, ASCII */
    PDF_ADDRESS_COUNT_MAX = 8,     /* lines of the letterhead */
    PDF_FIELD_COUNT_MAX = 16,      /* of each header */
    PDF_SECTION_COUNT_MAX = 200,   /* sections */
    PDF_BLOCK_COUNT_MAX = 2000,    /* blocks of all sections together */
    PDF_ITEM_COUNT_MAX = 1000,     /* items of one list */
    PDF_COLUMN_COUNT_MAX = 6,      /* of a table */
    PDF_ROW_COUNT_MAX = 500,       /* of a table, the one of headings not counted */
    PDF_IMAGE_COUNT_MAX = 50,      /* key images */
    PDF_IMAGE_SIZE_MAX = 16 << 20, /* bytes of a PNG */
    PDF_IMAGE_SIDE_MAX = 8192,     /* pixels */
    PDF_IMAGE_PIXEL_COUNT_MAX = 16 << 20, /* of one image, and of all together four times that */
    PDF_SIGNATURE_COUNT_MAX = 10,
    PDF_TEXT_SIZE_MAX = 1 << 20, /* of all texts together */
    PDF_LINE_COUNT_MAX = 20000,  /* line breaks in all texts together */
    PDF_PAGE_COUNT_MAX = 500
};

enum pdf_page_size { PDF_A4, PDF_LETTER, PDF_PAGE_SIZE_COUNT };

/* Where the report stands: the colour of its status line. */
enum pdf_status {
    PDF_DRAFT,
    PDF_PRELIMINARY,
    PDF_FINAL,
    PDF_AMENDED,
    PDF_WITHDRAWN,
    PDF_STATUS_COUNT
};

struct pdf_field {
    str label, value;
};
SLICE(pdf_field);

/* Either the bytes of a PNG or pixels. Neither: there is no image. */
struct pdf_image {
    str png;
    const uint8_t *pixels;  /* rows × columns × channels, row-major, 8 bits each */
    uint32_t width, height; /* of pixels */
    uint32_t channel_count; /* 1: grey, 3: RGB */
    str caption;            /* of a key image */
};
SLICE(pdf_image);

enum pdf_block_kind { PDF_PARAGRAPH, PDF_LIST, PDF_TABLE, PDF_BLOCK_KIND_COUNT };
struct pdf_block {
    enum pdf_block_kind kind;
    str text;               /* of a paragraph; an empty line in it is kept as a small distance */
    struct str_slice items; /* of a list */
    struct str_slice head;  /* of a table: one a column, repeated on each page */
    struct str_slice cells; /* of a table: row by row, as many in each as head has */
};
SLICE(pdf_block);

struct pdf_section {
    str heading;
    struct pdf_block_slice blocks;
};
SLICE(pdf_section);

struct pdf_signature {
    str heading; /* "Signed electronically by" */
    str who, role;
    str when;              /* as it is to be read */
    str hash;              /* of what was signed */
    str verification_url;  /* shown as text, as a link and as a QR code */
    str verification_text; /* beside the code: what it is for */
};
SLICE(pdf_signature);

/* The few words that are the service's own; absent: English. */
struct pdf_words {
    str page;       /* "Page {page} of {pages}", both of which must be in it */
    str key_images; /* the heading above them */
    str hash;       /* "SHA-256" */
};

struct pdf_document {
    enum pdf_page_size page_size;
    str language; /* BCP 47: which forms of Han characters, and whether pages run from the right */

    str organization_name;
    struct str_slice address_lines;
    struct pdf_image logo; /* its caption is not shown */

    str title;
    enum pdf_status status;
    str status_text; /* "Final" */
    str watermark;   /* large, behind each page: of what is not signed */

    struct pdf_field_slice patient; /* the first two are repeated at the top of each page */
    struct pdf_field_slice study;
    struct pdf_section_slice sections;
    struct pdf_image_slice key_images;
    struct pdf_signature_slice signatures;
    str footer;
    struct pdf_words words;

    /* Metadata; those of title and language are the document's. */
    str author, subject, keywords;
    instant created_at; /* to the second; absent: 1970. Never the time of rendering */
};

struct pdf_facts {
    uint32_t page_count;
    uint32_t missing_glyph_count; /* characters that no installed font has; boxes stand for them */
};

/* Whether all of it is within the limits and what must be there is.
 * Errors: INVALID (a count, a length, a side or an address that is not allowed, by name; a table
 * whose cells do not fill its rows), TOO_LARGE (all texts or all pixels together). */
err pdf_document_check(const struct pdf_document *document);

struct pdf_service;
struct pdf_service_ops {
    err (*render)(struct pdf_service *p, struct arena *a, const struct pdf_document *document,
                  struct byte_sink *to, struct pdf_facts *out);
};
struct pdf_service {
    const struct pdf_service_ops *ops;
};

/* Writes it to to, once it is whole. a holds it, and what is needed on the way; out may be NULL.
 * Safe on several threads, each with its arena.
 * Errors: those of pdf_document_check and of the sink; MALFORMED (a PNG that cannot be read),
 * TOO_LARGE (PDF_PAGE_COUNT_MAX, an image), UNAVAILABLE (no fonts are installed), INTERNAL. */
static inline err pdf_render(struct pdf_service *p, struct arena *a,
                             const struct pdf_document *document, struct byte_sink *to,
                             struct pdf_facts *out)
{
    return p->ops->render(p, a, document, to, out);
}

#endif
