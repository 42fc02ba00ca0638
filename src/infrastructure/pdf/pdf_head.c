/* What a report begins with: the letterhead, its title and status, the patient and the study. */
#include "infrastructure/pdf/pdf_flow.h"

enum { LOGO_WIDTH_MAX = 150, LOGO_HEIGHT_MAX = 46, PILL_WIDTH = 150, LABEL_WIDTH = 84 };

static err open_logo(struct layout *l, cairo_surface_t **out)
{
    TRY(pdf_image_open(l->arena, &l->document->logo, &l->pixel_budget, out));
    if (*out != NULL)
        *SLICE_PUSH(l->arena, &l->surfaces) = *out;
    return OK;
}

static double add_logo(struct layout *l, struct piece *piece, cairo_surface_t *logo)
{
    double width = cairo_image_surface_get_width(logo),
           height = cairo_image_surface_get_height(logo);
    double scale = LOGO_HEIGHT_MAX / height;
    if (width * scale > LOGO_WIDTH_MAX)
        scale = LOGO_WIDTH_MAX / width;
    struct mark *mark = mark_add(l, piece, MARK_IMAGE, node_make(l, NULL, "Figure"));
    mark->image = logo;
    mark->width = width * scale;
    mark->height = height * scale;
    return mark->height;
}

static err add_letterhead(struct layout *l)
{
    const struct pdf_document *d = l->document;
    cairo_surface_t *logo;
    TRY(open_logo(l, &logo));
    if (logo == NULL && d->organization_name.len == 0 && d->address_lines.len == 0)
        return OK;
    struct piece *piece = piece_add(l, 0);
    double logo_height = logo != NULL ? add_logo(l, piece, logo) : 0;
    double x = logo != NULL ? LOGO_WIDTH_MAX + 20 : 0;
    struct place place = {x,
                          0,
                          l->width - x,
                          logo != NULL ? ALIGN_END : ALIGN_START,
                          ACCENT,
                          node_make(l, NULL, "P")};
    double y = text_add(l, piece, d->organization_name,
                        &(struct text_style){.size = 14, .advance = 19, .is_bold = true}, &place);
    place.color = GREY;
    for (size_t i = 0; i < d->address_lines.len; i++) {
        place.y = y;
        y += text_add(l, piece, d->address_lines.at[i],
                      &(struct text_style){.size = 8.5, .advance = 11.5}, &place);
    }
    y = (y > logo_height ? y : logo_height) + 9;
    struct mark *rule = mark_add(l, piece, MARK_AREA, NULL);
    *rule =
        (struct mark){.kind = MARK_AREA, .y = y, .width = l->width, .height = 1.4, .color = ACCENT};
    piece->height = y + 1.4;
    piece->keeps_next = true;
    return OK;
}

static void add_status(struct layout *l, struct piece *piece)
{
    const struct text_style style = {.size = 9, .advance = 13, .is_bold = true};
    struct text_line_slice lines =
        text_set(&l->setter, l->document->status_text, &style, PILL_WIDTH - 20);
    double width = 0, height = 0;
    for (size_t i = 0; i < lines.len; i++) {
        width = lines.at[i].width > width ? lines.at[i].width : width;
        height += lines.at[i].advance;
    }
    double x = l->width - width - 20;
    struct mark *pill = mark_add(l, piece, MARK_AREA, NULL);
    *pill = (struct mark){.kind = MARK_AREA,
                          .x = x,
                          .y = 3,
                          .width = width + 20,
                          .height = height + 6,
                          .radius = 9.5,
                          .color = status_color(l->document->status)};
    struct place place = {x + 10, 6, width, ALIGN_CENTER, WHITE, node_make(l, NULL, "P")};
    lines_add(l, piece, lines, 0, lines.len, &place);
    piece->height = height + 12;
}

static void add_title(struct layout *l)
{
    const struct pdf_document *d = l->document;
    if (d->title.len == 0 && d->status_text.len == 0)
        return;
    struct piece *piece = piece_add(l, 16);
    double width = l->width;
    /* the title first, as it is read; the pill beside it */
    if (d->status_text.len != 0)
        width -= PILL_WIDTH + 10;
    struct place place = {0, 0, width, ALIGN_START, INK, node_make(l, NULL, "H1")};
    double height =
        text_add(l, piece, d->title,
                 &(struct text_style){.size = 18, .advance = 25, .is_bold = true}, &place);
    if (d->status_text.len != 0)
        add_status(l, piece);
    piece->height = height > piece->height ? height : piece->height;
    piece->keeps_next = true;
    piece->outline = d->title.len != 0 ? d->title.ptr : NULL;
}

static double add_field(struct layout *l, struct piece *piece, const struct pdf_field *field,
                        const struct node *node, struct place place, bool is_bold)
{
    double width = place.width;
    place.width = LABEL_WIDTH - 8;
    place.color = GREY;
    place.node = node_make(l, node, "Span");
    double label =
        text_add(l, piece, field->label, &(struct text_style){.size = 8, .advance = 14}, &place);
    place.x += LABEL_WIDTH;
    place.width = width - LABEL_WIDTH;
    place.color = INK;
    place.node = node_make(l, node, "Span");
    double value =
        text_add(l, piece, field->value,
                 &(struct text_style){.size = 9.5, .advance = 14, .is_bold = is_bold}, &place);
    return label > value ? label : value;
}

/* Where only one of them has fields, they go side by side. */
static void pair_fields(const struct pdf_document *d, struct pdf_field_slice *left,
                        struct pdf_field_slice *right)
{
    *left = d->patient.len != 0 ? d->patient : d->study;
    *right = d->patient.len != 0 ? d->study : (struct pdf_field_slice){0};
    if (right->len == 0) {
        size_t half = (left->len + 1) / 2;
        *right = (struct pdf_field_slice){left->at + half, left->len - half};
        left->len = half;
    }
}

static void add_headers(struct layout *l)
{
    struct pdf_field_slice left, right;
    pair_fields(l->document, &left, &right);
    size_t count = left.len > right.len ? left.len : right.len;
    double half = l->width / 2;
    for (size_t i = 0; i < count; i++) {
        struct piece *piece = piece_add(l, i == 0 ? 12 : 0);
        struct mark *panel = mark_add(l, piece, MARK_AREA, NULL);
        double top = i == 0 ? 8 : 0, bottom = i + 1 == count ? 8 : 1.5, a = 0, b = 0;
        size_t at = piece->marks.len - 1;
        *panel = (struct mark){.kind = MARK_AREA, .width = l->width, .color = PANEL};
        struct place place = {.x = 12, .y = top, .width = half - 24, .alignment = ALIGN_START};
        if (i < left.len)
            a = add_field(l, piece, &left.at[i], node_make(l, NULL, "P"), place, i == 0);
        place.x = half + 12;
        if (i < right.len)
            b = add_field(l, piece, &right.at[i], node_make(l, NULL, "P"), place, i == 0);
        piece->height = top + (a > b ? a : b) + bottom;
        piece->marks.at[at].height = piece->height + (i + 1 < count ? 0.2 : 0); /* no seams */
        piece->keeps_next = i + 1 < count;
    }
}

err pdf_head_add(struct layout *l)
{
    TRY(add_letterhead(l));
    add_title(l);
    add_headers(l);
    return OK;
}
