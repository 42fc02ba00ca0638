/* Key images with their captions, and signatures with the code that leads to their verification. */
#include "infrastructure/pdf/pdf_flow.h"

#include <stdio.h>

enum { IMAGE_GAP = 14, IMAGE_HEIGHT_MAX = 242, QR_SIZE = 84, PADDING = 12 };

static const struct text_style CAPTION = {.size = 8.5, .advance = 12};

/* One cell of the grid; gives its height. */
static err add_image(struct layout *l, struct piece *piece, const struct pdf_image *image, double x,
                     double width, double *height)
{
    cairo_surface_t *surface;
    TRY(pdf_image_open(l->arena, image, &l->pixel_budget, &surface));
    if (surface == NULL)
        return ERR(INVALID, "a key image has neither a PNG nor pixels");
    *SLICE_PUSH(l->arena, &l->surfaces) = surface;
    double columns = cairo_image_surface_get_width(surface),
           rows = cairo_image_surface_get_height(surface);
    double scale = width / columns;
    if (rows * scale > IMAGE_HEIGHT_MAX)
        scale = IMAGE_HEIGHT_MAX / rows;
    const struct node *figure = node_make(l, NULL, "Figure");
    struct mark *mark = mark_add(l, piece, MARK_IMAGE, figure);
    mark->image = surface;
    mark->x = x;
    mark->width = columns * scale;
    mark->height = rows * scale;
    double y = mark->height + 4;
    struct place place = {x, y, width, ALIGN_START, GREY, node_make(l, figure, "Caption")};
    *height = y + text_add(l, piece, image->caption, &CAPTION, &place);
    return OK;
}

err pdf_key_images_add(struct layout *l)
{
    const struct pdf_image_slice *images = &l->document->key_images;
    double width = (l->width - IMAGE_GAP) / 2;
    for (size_t i = 0; i < images->len; i += 2) {
        struct piece *piece = piece_add(l, i == 0 ? 7 : 12);
        double left = 0, right = 0;
        TRY(add_image(l, piece, &images->at[i], 0, width, &left));
        if (i + 1 < images->len)
            TRY(add_image(l, piece, &images->at[i + 1], width + IMAGE_GAP, width, &right));
        piece->height = left > right ? left : right;
    }
    return OK;
}

/* The code at the end of the line, and what it says below the texts. */
static err add_code(struct layout *l, struct piece *piece, str url)
{
    struct mark *mark = mark_add(l, piece, MARK_QR, node_make(l, NULL, "Figure"));
    mark->x = l->width - PADDING - QR_SIZE;
    mark->y = PADDING;
    mark->width = mark->height = QR_SIZE;
    mark->color = INK;
    return pdf_qr_make(l->arena, url, &mark->modules, &mark->side);
}

static const struct node *link_node(struct layout *l, str url)
{
    struct node *node = NEW(l->arena, struct node);
    *node = (struct node){node_make(l, NULL, "P"), CAIRO_TAG_LINK,
                          str_cstr(l->arena, str_format(l->arena, "uri='%.*s'", STR_ARG(url)))};
    return node;
}

static void add_signer(struct layout *l, struct piece *piece, const struct pdf_signature *s,
                       struct place *place)
{
    const struct {
        str text;
        struct text_style style;
        struct color color;
    } lines[] = {
        {s->heading, {.size = 8.5, .advance = 13}, GREY},
        {s->who, {.size = 12, .advance = 18, .is_bold = true}, INK},
        {s->role, {.size = 9.5, .advance = 14}, INK},
        {s->when, {.size = 9.5, .advance = 14}, INK},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        place->color = lines[i].color;
        place->node = node_make(l, NULL, "P");
        place->y += text_add(l, piece, lines[i].text, &lines[i].style, place);
    }
}

static err add_signature(struct layout *l, const struct pdf_signature *s, bool is_first)
{
    const struct text_style small = {.size = 7.5, .advance = 10.5};
    bool has_code = s->verification_url.len != 0;
    struct piece *piece = piece_add(l, is_first ? 20 : 10);
    mark_add(l, piece, MARK_FRAME, NULL);
    struct place place = {
        PADDING,     PADDING - 2, l->width - 2 * PADDING - (has_code ? QR_SIZE + 14 : 0),
        ALIGN_START, INK,         NULL};
    add_signer(l, piece, s, &place);
    place.color = GREY;
    place.y += 5;
    if (s->hash.len != 0) {
        place.node = node_make(l, NULL, "P");
        place.y += text_add(
            l, piece,
            str_format(l->arena, "%.*s %.*s", STR_ARG(l->document->words.hash), STR_ARG(s->hash)),
            &small, &place);
    }
    place.node = node_make(l, NULL, "P");
    place.y += text_add(l, piece, s->verification_text, &small, &place);
    if (has_code) {
        place.node = link_node(l, s->verification_url);
        place.color = ACCENT;
        place.y += text_add(l, piece, s->verification_url, &small, &place);
        TRY(add_code(l, piece, s->verification_url));
    }
    double least = has_code ? QR_SIZE + 2 * PADDING : 0;
    piece->height = place.y + PADDING - 2 > least ? place.y + PADDING - 2 : least;
    struct mark *frame = &piece->marks.at[0];
    frame->width = l->width;
    frame->height = piece->height;
    frame->radius = 5;
    frame->color = FAINT;
    return OK;
}

err pdf_signatures_add(struct layout *l)
{
    for (size_t i = 0; i < l->document->signatures.len; i++)
        TRY(add_signature(l, &l->document->signatures.at[i], i == 0));
    return OK;
}
