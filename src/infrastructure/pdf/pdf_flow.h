/* A document on its way to pages: marks (lines of text, areas, images) in pieces, which stay whole,
 * and pieces on pages. Measures are points; x runs from where reading begins, so that for a
 * language that runs from the right only the drawing mirrors it. */
#ifndef INFRASTRUCTURE_PDF_PDF_FLOW_H
#define INFRASTRUCTURE_PDF_PDF_FLOW_H

#include "application/services/pdf_service.h"
#include "infrastructure/pdf/pdf_image.h"
#include "infrastructure/pdf/pdf_text.h"

#include <cairo.h>

struct color {
    double red, green, blue;
};
extern const struct color INK, GREY, FAINT, ACCENT, PANEL, WHITE;
struct color status_color(enum pdf_status status);

/* What a mark is in the structure of the document (PDF 32000-1, 14.8.4), up to the root. */
struct node {
    const struct node *parent;
    const char *tag;
    const char *attributes; /* of Cairo's tag; "" */
};

enum mark_kind { MARK_LINE, MARK_AREA, MARK_FRAME, MARK_IMAGE, MARK_QR };
struct mark {
    enum mark_kind kind;
    double x, y, width, height; /* in its piece; y of a line is its baseline, x where it begins */
    double radius;
    struct color color;
    const struct node *node; /* NULL: decoration */
    PangoLayoutLine *line;
    cairo_surface_t *image;
    const uint8_t *modules;
    uint32_t side; /* of modules */
};
SLICE(mark);

struct piece {
    struct mark_slice marks;
    double height;
    double gap;                     /* above it, but not at the top of a page */
    bool keeps_next;                /* is never the last on its page */
    const struct piece *table_head; /* comes again at the top of a page */
    const char *outline;            /* a heading's text */
};
SLICE(piece);

struct placed {
    const struct piece *piece;
    double y;
    double scale; /* below 1: it is higher than a page */
};
SLICE(placed);
struct page {
    struct placed_slice placed;
};
SLICE(page);

struct layout {
    struct arena *arena;
    const struct pdf_document *document; /* all its texts clean */
    struct text_setter setter;
    uint64_t pixel_budget;
    SLICE_OF(cairo_surface_t *, surface) surfaces; /* of images, to be destroyed */
    bool is_rtl;
    double page_width, page_height;
    double width; /* of what is between the margins */
    struct piece_slice pieces;
};

enum {
    MARGIN_SIDE = 51,
    TOP_FIRST = 46,
    TOP_OTHER = 72, /* below the line that is repeated */
    BOTTOM = 64     /* above the footer */
};

struct piece *piece_add(struct layout *l, double gap);
struct mark *mark_add(struct layout *l, struct piece *piece, enum mark_kind kind,
                      const struct node *node);
const struct node *node_make(struct layout *l, const struct node *parent, const char *tag);

enum alignment { ALIGN_START, ALIGN_END, ALIGN_CENTER, ALIGN_BY_TEXT };
struct place {
    double x, y, width;
    enum alignment alignment;
    struct color color;
    const struct node *node;
};
/* Adds lines [from, to) below each other. Gives their height. */
double lines_add(struct layout *l, struct piece *piece, struct text_line_slice lines, size_t from,
                 size_t to, const struct place *place);
/* Sets a text and adds it whole. */
double text_add(struct layout *l, struct piece *piece, str text, const struct text_style *style,
                const struct place *place);

/* The pieces of the document, in order. Errors: as pdf_render. */
err pdf_pieces_make(struct layout *l);
err pdf_head_add(struct layout *l); /* letterhead, title, headers */
err pdf_key_images_add(struct layout *l);
err pdf_signatures_add(struct layout *l);

/* Places them. Errors: TOO_LARGE (PDF_PAGE_COUNT_MAX). */
err pdf_flow(struct layout *l, struct page_slice *out);

/* Draws all pages. The surface's status says what went wrong. */
void pdf_draw(struct layout *l, const struct page_slice *pages, cairo_surface_t *surface);

#endif
