#include "infrastructure/pdf/pdf_flow.h"

const struct color INK = {0.11, 0.13, 0.16}, GREY = {0.40, 0.44, 0.49}, FAINT = {0.80, 0.83, 0.86},
                   ACCENT = {0.05, 0.30, 0.45}, PANEL = {0.949, 0.961, 0.972}, WHITE = {1, 1, 1};

struct color status_color(enum pdf_status status)
{
    static const struct color colors[] = {[PDF_DRAFT] = {0.45, 0.48, 0.52},
                                          [PDF_PRELIMINARY] = {0.72, 0.42, 0.02},
                                          [PDF_FINAL] = {0.08, 0.43, 0.27},
                                          [PDF_AMENDED] = {0.10, 0.33, 0.62},
                                          [PDF_WITHDRAWN] = {0.66, 0.13, 0.13}};
    return colors[status];
}

struct piece *piece_add(struct layout *l, double gap)
{
    struct piece *piece = SLICE_PUSH(l->arena, &l->pieces);
    piece->gap = gap;
    return piece;
}

struct mark *mark_add(struct layout *l, struct piece *piece, enum mark_kind kind,
                      const struct node *node)
{
    struct mark *mark = SLICE_PUSH(l->arena, &piece->marks);
    mark->kind = kind;
    mark->node = node;
    return mark;
}

const struct node *node_make(struct layout *l, const struct node *parent, const char *tag)
{
    struct node *node = NEW(l->arena, struct node);
    *node = (struct node){parent, tag, ""};
    return node;
}

double lines_add(struct layout *l, struct piece *piece, struct text_line_slice lines, size_t from,
                 size_t to, const struct place *place)
{
    double y = place->y;
    for (size_t i = from; i < to; i++) {
        const struct text_line *line = &lines.at[i];
        if (line->line != NULL) {
            bool is_end = place->alignment == ALIGN_END ||
                          (place->alignment == ALIGN_BY_TEXT && line->is_rtl != l->is_rtl);
            double rest = place->width - line->width;
            struct mark *mark = mark_add(l, piece, MARK_LINE, place->node);
            mark->x = place->x + (is_end ? rest : place->alignment == ALIGN_CENTER ? rest / 2 : 0);
            mark->y = y + line->baseline;
            mark->width = line->width;
            mark->color = place->color;
            mark->line = line->line;
        }
        y += line->advance;
    }
    return y - place->y;
}

double text_add(struct layout *l, struct piece *piece, str text, const struct text_style *style,
                const struct place *place)
{
    struct text_line_slice lines = text_set(&l->setter, text, style, place->width);
    return lines_add(l, piece, lines, 0, lines.len, place);
}

/* Where pieces are being placed. */
struct pen {
    struct layout *layout;
    struct page_slice *pages;
    double y, bottom;
};

static bool page_is_empty(const struct pen *pen)
{
    return pen->pages->at[pen->pages->len - 1].placed.len == 0;
}

static err new_page(struct pen *pen)
{
    if (pen->pages->len == PDF_PAGE_COUNT_MAX)
        return ERR(TOO_LARGE, "the report has too many pages");
    pen->y = pen->pages->len == 0 ? TOP_FIRST : TOP_OTHER;
    SLICE_PUSH(pen->layout->arena, pen->pages);
    return OK;
}

static void put(struct pen *pen, const struct piece *piece)
{
    struct page *page = &pen->pages->at[pen->pages->len - 1];
    double room = pen->bottom - pen->y;
    struct placed *placed = SLICE_PUSH(pen->layout->arena, &page->placed);
    *placed = (struct placed){piece, pen->y, piece->height > room ? room / piece->height : 1};
    pen->y += piece->height * placed->scale;
}

/* How many pieces from the first on may not be parted, and their height. */
static size_t measure(const struct piece_slice *pieces, size_t first, double *height)
{
    size_t count = 0;
    *height = 0;
    for (size_t i = first; i < pieces->len; i++) {
        *height += pieces->at[i].height + (i > first ? pieces->at[i].gap : 0);
        count++;
        if (!pieces->at[i].keeps_next)
            break;
    }
    return count;
}

/* A piece at the current place or, where it does not fit, on the next page. */
static err place(struct pen *pen, const struct piece *piece, double height_together)
{
    double gap = page_is_empty(pen) ? 0 : piece->gap;
    if (pen->y + gap + height_together > pen->bottom + 0.01 && !page_is_empty(pen)) {
        TRY(new_page(pen));
        gap = 0;
        if (piece->table_head != NULL)
            put(pen, piece->table_head);
    }
    pen->y += gap;
    put(pen, piece);
    return OK;
}

err pdf_flow(struct layout *l, struct page_slice *out)
{
    struct page_slice pages = {0};
    struct pen pen = {l, &pages, 0, l->page_height - BOTTOM};
    double page_room = l->page_height - BOTTOM - TOP_OTHER;
    TRY(new_page(&pen));
    for (size_t first = 0; first < l->pieces.len;) {
        double height;
        size_t count = measure(&l->pieces, first, &height);
        bool is_whole = height <= page_room; /* else they are parted after all */
        for (size_t i = 0; i < count; i++) {
            const struct piece *piece = &l->pieces.at[first + i];
            TRY(place(&pen, piece, is_whole && i == 0 ? height : piece->height));
        }
        first += count;
    }
    *out = pages;
    return OK;
}
