/* Sections: paragraphs, lists and tables. */
#include "infrastructure/pdf/pdf_flow.h"

enum { BULLET_WIDTH = 13, CELL_PADDING = 6, COLUMN_WIDTH_MIN = 44, MEASURED_ROW_COUNT = 20 };

static const struct text_style BODY = {.size = 10, .advance = 14.6};
static const struct text_style CELL = {.size = 9, .advance = 12.6};
static const struct text_style CELL_HEAD = {.size = 8.5, .advance = 12.2, .is_bold = true};

/* Lines in pieces so that neither one alone ends a page nor one alone begins the next. */
static void add_lines(struct layout *l, struct text_line_slice lines, const struct place *place,
                      double gap, const struct node *bullet)
{
    for (size_t from = 0, to; from < lines.len; from = to) {
        size_t rest = lines.len - from;
        to = from + (rest <= 3 ? rest : from == 0 ? 2 : rest == 2 ? 2 : 1);
        struct piece *piece = piece_add(l, from == 0 ? gap : 0);
        if (from == 0 && bullet != NULL) {
            struct place at = {2, 0, BULLET_WIDTH, ALIGN_START, ACCENT, bullet};
            text_add(l, piece, STR("•"), &BODY, &at);
        }
        piece->height = lines_add(l, piece, lines, from, to, place);
    }
}

static void add_paragraph(struct layout *l, str text)
{
    struct text_line_slice lines = text_set(&l->setter, text, &BODY, l->width);
    struct place place = {0, 0, l->width, ALIGN_BY_TEXT, INK, node_make(l, NULL, "P")};
    add_lines(l, lines, &place, 5, NULL);
}

static void add_list(struct layout *l, const struct str_slice *items)
{
    const struct node *list = node_make(l, NULL, "L");
    for (size_t i = 0; i < items->len; i++) {
        const struct node *item = node_make(l, list, "LI");
        double width = l->width - BULLET_WIDTH;
        struct text_line_slice lines = text_set(&l->setter, items->at[i], &BODY, width);
        struct place place = {BULLET_WIDTH, 0,   width,
                              ALIGN_START,  INK, node_make(l, item, "LBody")};
        add_lines(l, lines, &place, i == 0 ? 5 : 2, node_make(l, item, "Lbl"));
    }
}

static double natural_width(struct layout *l, str text, const struct text_style *style)
{
    struct text_line_slice lines = text_set(&l->setter, text, style, l->width);
    double width = 0;
    for (size_t i = 0; i < lines.len; i++)
        width = lines.at[i].width > width ? lines.at[i].width : width;
    return width + 2 * CELL_PADDING + 1;
}

/* As wide as what is in them asks for; what is left, or lacking, is shared out. */
static void measure_columns(struct layout *l, const struct pdf_block *table, double *widths)
{
    size_t count = table->head.len, row_count = table->cells.len / count;
    double sum = 0;
    for (size_t c = 0; c < count; c++) {
        widths[c] = natural_width(l, table->head.at[c], &CELL_HEAD);
        for (size_t r = 0; r < row_count && r < MEASURED_ROW_COUNT; r++) {
            double width = natural_width(l, table->cells.at[r * count + c], &CELL);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        widths[c] = widths[c] < COLUMN_WIDTH_MIN ? COLUMN_WIDTH_MIN : widths[c];
        sum += widths[c];
    }
    double wanted = sum - COLUMN_WIDTH_MIN * (double)count,
           room = l->width - COLUMN_WIDTH_MIN * (double)count;
    for (size_t c = 0; c < count && sum > l->width; c++)
        widths[c] = COLUMN_WIDTH_MIN + (widths[c] - COLUMN_WIDTH_MIN) * room / wanted;
    for (size_t c = 0; c < count && sum <= l->width; c++)
        widths[c] *= l->width / sum;
}

static double add_row(struct layout *l, struct piece *piece, const str *cells, const double *widths,
                      const struct node *row, bool is_head)
{
    double x = 0, height = 0;
    for (size_t c = 0; widths[c] > 0; c++) {
        struct place place = {x + CELL_PADDING,
                              4,
                              widths[c] - 2 * CELL_PADDING,
                              ALIGN_START,
                              is_head ? ACCENT : INK,
                              node_make(l, row, is_head ? "TH" : "TD")};
        double cell = text_add(l, piece, cells[c], is_head ? &CELL_HEAD : &CELL, &place);
        height = cell > height ? cell : height;
        x += widths[c];
    }
    piece->height = height + 8;
    struct mark *rule = mark_add(l, piece, MARK_AREA, NULL);
    rule->y = piece->height - (is_head ? 1 : 0.5);
    rule->width = l->width;
    rule->height = is_head ? 1 : 0.5;
    rule->color = is_head ? ACCENT : FAINT;
    return piece->height;
}

static void add_table(struct layout *l, const struct pdf_block *table)
{
    double widths[PDF_COLUMN_COUNT_MAX + 1] = {0};
    size_t count = table->head.len, row_count = table->cells.len / count;
    const struct node *node = node_make(l, NULL, "Table");
    measure_columns(l, table, widths);
    struct piece *head =
        NEW(l->arena, struct piece); /* its address stays, unlike those in the list */
    struct mark *panel = mark_add(l, head, MARK_AREA, NULL);
    panel->width = l->width;
    panel->color = PANEL;
    double height = add_row(l, head, table->head.at, widths, node_make(l, node, "TR"), true);
    head->marks.at[0].height = height;
    struct piece *first = piece_add(l, 8);
    first->marks = head->marks;
    first->height = height;
    first->keeps_next = row_count != 0;
    for (size_t r = 0; r < row_count; r++) {
        struct piece *piece = piece_add(l, 0);
        add_row(l, piece, table->cells.at + r * count, widths, node_make(l, node, "TR"), false);
        piece->table_head = head;
    }
}

static void add_block(struct layout *l, const struct pdf_block *block)
{
    switch (block->kind) {
    case PDF_LIST:
        add_list(l, &block->items);
        break;
    case PDF_TABLE:
        add_table(l, block);
        break;
    default:
        add_paragraph(l, block->text);
        break;
    }
}

static void add_heading(struct layout *l, str text)
{
    if (text.len == 0)
        return;
    struct piece *piece = piece_add(l, 15);
    struct place place = {0, 0, l->width, ALIGN_START, ACCENT, node_make(l, NULL, "H2")};
    piece->height = text_add(
        l, piece, text, &(struct text_style){.size = 11.5, .advance = 16, .is_bold = true}, &place);
    piece->keeps_next = true;
    piece->outline = text.ptr;
}

err pdf_pieces_make(struct layout *l)
{
    const struct pdf_document *d = l->document;
    TRY(pdf_head_add(l));
    for (size_t i = 0; i < d->sections.len; i++) {
        add_heading(l, d->sections.at[i].heading);
        for (size_t b = 0; b < d->sections.at[i].blocks.len; b++)
            add_block(l, &d->sections.at[i].blocks.at[b]);
    }
    if (d->key_images.len != 0)
        add_heading(l, d->words.key_images);
    TRY(pdf_key_images_add(l));
    return pdf_signatures_add(l);
}
