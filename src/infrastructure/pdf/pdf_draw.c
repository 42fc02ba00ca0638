/* Pages as drawings: what the pieces have, and what every page has. */
#include "infrastructure/pdf/pdf_flow.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>

enum { NODE_DEPTH_MAX = 8 };

struct pencil {
    struct layout *layout;
    cairo_t *cairo;
    size_t page, page_count;
    const struct node *open[NODE_DEPTH_MAX]; /* from the root on */
    size_t open_count;
};

static void set_color(cairo_t *cr, struct color color)
{
    cairo_set_source_rgb(cr, color.red, color.green, color.blue);
}

static void close_nodes(struct pencil *p, size_t count)
{
    while (p->open_count > count)
        cairo_tag_end(p->cairo, p->open[--p->open_count]->tag);
}

/* Closes what the node is not in, and opens what it is in. */
static void enter(struct pencil *p, const struct node *node)
{
    const struct node *path[NODE_DEPTH_MAX];
    size_t depth = 0, same = 0;
    for (const struct node *n = node; n != NULL; n = n->parent)
        depth++;
    size_t at = depth;
    for (const struct node *n = node; n != NULL; n = n->parent)
        path[--at] = n;
    while (same < depth && same < p->open_count && p->open[same] == path[same])
        same++;
    close_nodes(p, same);
    for (; p->open_count < depth; p->open_count++) {
        const struct node *next = path[p->open_count];
        cairo_tag_begin(p->cairo, next->tag, next->attributes);
        p->open[p->open_count] = next;
    }
}

static double mirrored(const struct pencil *p, double x, double width)
{
    return p->layout->is_rtl ? p->layout->page_width - x - width : x;
}

static void round_rectangle(cairo_t *cr, double x, double y, double width, double height,
                            double radius)
{
    double r = radius < height / 2 ? radius : height / 2;
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + width - r, y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, x + width - r, y + height - r, r, 0, M_PI / 2);
    cairo_arc(cr, x + r, y + height - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, x + r, y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

static void draw_image(cairo_t *cr, const struct mark *mark, double x, double y)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, mark->width / cairo_image_surface_get_width(mark->image),
                mark->height / cairo_image_surface_get_height(mark->image));
    cairo_set_source_surface(cr, mark->image, 0, 0);
    cairo_rectangle(cr, 0, 0, cairo_image_surface_get_width(mark->image),
                    cairo_image_surface_get_height(mark->image));
    cairo_fill(cr);
    cairo_restore(cr);
}

/* One path of all dark modules, a run of them a rectangle: no seams between them when printed. */
static void draw_code(cairo_t *cr, const struct mark *mark, double x, double y)
{
    double unit = mark->width / mark->side;
    set_color(cr, mark->color);
    for (uint32_t row = 0; row < mark->side; row++) {
        const uint8_t *modules = mark->modules + (size_t)row * mark->side;
        for (uint32_t from = 0, to; from < mark->side; from = to) {
            for (to = from; to < mark->side && modules[to] == modules[from]; to++) {
            }
            if (modules[from] != 0)
                cairo_rectangle(cr, x + from * unit, y + row * unit, (to - from) * unit, unit);
        }
    }
    cairo_fill(cr);
}

static void draw_mark(struct pencil *p, const struct mark *mark, double top)
{
    cairo_t *cr = p->cairo;
    double x = mirrored(p, MARGIN_SIDE + mark->x, mark->width), y = top + mark->y;
    enter(p, mark->node);
    switch (mark->kind) {
    case MARK_LINE:
        set_color(cr, mark->color);
        cairo_move_to(cr, x, y);
        pango_cairo_show_layout_line(cr, mark->line);
        break;
    case MARK_IMAGE:
        draw_image(cr, mark, x, y);
        break;
    case MARK_QR:
        draw_code(cr, mark, x, y);
        break;
    default:
        if (mark->radius > 0)
            round_rectangle(cr, x, y, mark->width, mark->height, mark->radius);
        else
            cairo_rectangle(cr, x, y, mark->width, mark->height);
        set_color(cr, mark->color);
        if (mark->kind == MARK_FRAME) {
            cairo_set_line_width(cr, 0.8);
            cairo_stroke(cr);
        } else {
            cairo_fill(cr);
        }
        break;
    }
}

static void draw_placed(struct pencil *p, const struct placed *placed, bool is_decoration)
{
    cairo_save(p->cairo);
    if (placed->scale < 1) {
        cairo_translate(p->cairo, 0, placed->y);
        cairo_scale(p->cairo, 1, placed->scale);
    }
    for (size_t i = 0; i < placed->piece->marks.len; i++) {
        const struct mark *mark = &placed->piece->marks.at[i];
        if ((mark->node == NULL) == is_decoration)
            draw_mark(p, mark, placed->scale < 1 ? 0 : placed->y);
    }
    cairo_restore(p->cairo);
}

/* A line of text of its own, at a baseline. It is on every page, so it is no part of the structure.
 */
static void draw_text(struct pencil *p, str text, double x, double width, double baseline,
                      enum alignment alignment, const struct text_style *style)
{
    struct text_line_slice lines = text_set(&p->layout->setter, text, style, width);
    if (lines.len == 0 || lines.at[0].line == NULL)
        return;
    double line = lines.at[0].width;
    set_color(p->cairo, GREY);
    cairo_move_to(p->cairo, mirrored(p, alignment == ALIGN_END ? x + width - line : x, line),
                  baseline);
    pango_cairo_show_layout_line(p->cairo, lines.at[0].line);
}

static void draw_rule(struct pencil *p, double y)
{
    cairo_rectangle(p->cairo, MARGIN_SIDE, y, p->layout->width, 0.6);
    set_color(p->cairo, FAINT);
    cairo_fill(p->cairo);
}

static str with_number(struct arena *a, str text, str name, size_t number)
{
    size_t at = str_find(text, name);
    return str_format(a, "%.*s%zu%.*s", (int)at, text.ptr, number, (int)(text.len - at - name.len),
                      text.ptr + at + name.len);
}

static void draw_footer(struct pencil *p)
{
    const struct layout *l = p->layout;
    const struct text_style style = {.size = 7.5, .is_one_line = true};
    double y = l->page_height - BOTTOM + 22;
    str page = with_number(l->arena, l->document->words.page, STR("{page}"), p->page + 1);
    page = with_number(l->arena, page, STR("{pages}"), p->page_count);
    draw_rule(p, y);
    draw_text(p, l->document->footer, MARGIN_SIDE, l->width - 120, y + 13, ALIGN_START, &style);
    draw_text(p, page, MARGIN_SIDE + l->width - 110, 110, y + 13, ALIGN_END, &style);
}

/* From the second page on: whose report it is, should pages be parted. */
static void draw_running_head(struct pencil *p)
{
    const struct layout *l = p->layout;
    const struct pdf_document *d = l->document;
    const struct text_style style = {.size = 8, .is_one_line = true};
    str who = STR("");
    for (size_t i = 0; i < d->patient.len && i < 2; i++)
        who = str_format(l->arena, "%.*s%s%.*s", STR_ARG(who), i == 0 ? "" : "  ·  ",
                         STR_ARG(d->patient.at[i].value));
    str what = d->status_text.len == 0 ? d->title
                                       : str_format(l->arena, "%.*s  ·  %.*s", STR_ARG(d->title),
                                                    STR_ARG(d->status_text));
    draw_text(p, who, MARGIN_SIDE, l->width / 2 - 8, 46, ALIGN_START, &style);
    draw_text(p, what, MARGIN_SIDE + l->width / 2 + 8, l->width / 2 - 8, 46, ALIGN_END, &style);
    draw_rule(p, 53);
}

/* Over what is there, so that no area covers it, and as outlines, so that it is not in the way when
 * text is copied or searched: the status line says it in words. */
static void draw_watermark(struct pencil *p)
{
    const struct layout *l = p->layout;
    const struct text_style style = {.size = 60, .is_bold = true, .is_one_line = true};
    struct text_line_slice lines =
        text_set(&p->layout->setter, l->document->watermark, &style, 4000);
    if (lines.len == 0 || lines.at[0].line == NULL || lines.at[0].width <= 0)
        return;
    double diagonal = hypot(l->page_width, l->page_height) * 0.72,
           scale = diagonal / lines.at[0].width;
    scale = scale > 1.7 ? 1.7 : scale;
    cairo_save(p->cairo);
    cairo_translate(p->cairo, l->page_width / 2, l->page_height / 2);
    cairo_rotate(p->cairo, -atan2(l->page_height, l->page_width));
    cairo_scale(p->cairo, scale, scale);
    cairo_move_to(p->cairo, -lines.at[0].width / 2, 20);
    pango_cairo_layout_line_path(p->cairo, lines.at[0].line);
    cairo_set_source_rgba(p->cairo, 0.55, 0.10, 0.10, 0.09);
    cairo_fill(p->cairo);
    cairo_restore(p->cairo);
}

static void draw_page(struct pencil *p, const struct page *page)
{
    if (p->page > 0)
        draw_running_head(p);
    /* all decoration first, so that what belongs together in the structure stays so */
    for (size_t i = 0; i < page->placed.len; i++)
        draw_placed(p, &page->placed.at[i], true);
    for (size_t i = 0; i < page->placed.len; i++)
        draw_placed(p, &page->placed.at[i], false);
    close_nodes(p, 0);
    draw_watermark(p);
    draw_footer(p);
    cairo_show_page(p->cairo);
}

/* To the page, not to the place on it. Only when all pages are there: Cairo 1.16 does not look
 * whether it has the page that an entry leads to. */
static void add_outline(const struct page_slice *pages, cairo_surface_t *surface)
{
    char where[32];
    for (size_t page = 0; page < pages->len; page++) {
        snprintf(where, sizeof where, "page=%zu", page + 1);
        for (size_t i = 0; i < pages->at[page].placed.len; i++) {
            const char *text = pages->at[page].placed.at[i].piece->outline;
            if (text != NULL)
                cairo_pdf_surface_add_outline(surface, CAIRO_PDF_OUTLINE_ROOT, text, where, 0);
        }
    }
}

void pdf_draw(struct layout *l, const struct page_slice *pages, cairo_surface_t *surface)
{
    struct pencil p = {.layout = l, .cairo = cairo_create(surface), .page_count = pages->len};
    for (; p.page < pages->len && cairo_status(p.cairo) == CAIRO_STATUS_SUCCESS; p.page++)
        draw_page(&p, &pages->at[p.page]);
    if (cairo_status(p.cairo) == CAIRO_STATUS_SUCCESS)
        add_outline(pages, surface);
    cairo_destroy(p.cairo);
}
