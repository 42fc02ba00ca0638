#include "infrastructure/pdf/pdf_image.h"

#include <qrencode.h>

static void from_raw(struct arena *a, const struct pdf_image *image, struct pdf_pixels *out)
{
    size_t count = (size_t)image->width * image->height;
    *out = (struct pdf_pixels){arena_alloc_raw(a, count * 4, 4), image->width, image->height};
    const uint8_t *from = image->pixels;
    for (size_t i = 0; i < count; i++, from += image->channel_count) {
        uint32_t red = from[0], green = image->channel_count == 3 ? from[1] : red,
                 blue = image->channel_count == 3 ? from[2] : red;
        out->at[i] = 0xFF000000u | red << 16 | green << 8 | blue;
    }
}

err pdf_image_open(struct arena *a, const struct pdf_image *image, uint64_t *budget,
                   cairo_surface_t **out)
{
    struct pdf_pixels pixels;
    if (image->pixels != NULL) {
        from_raw(a, image, &pixels);
        *budget -=
            (uint64_t)pixels.width * pixels.height; /* pdf_document_check has added them up */
    } else if (image->png.len != 0) {
        TRY(pdf_png_read(a, image->png, budget, &pixels));
    } else {
        *out = NULL;
        return OK;
    }
    /* those that are grey all over become grey in the file */
    *out = cairo_image_surface_create_for_data((unsigned char *)pixels.at, CAIRO_FORMAT_RGB24,
                                               (int)pixels.width, (int)pixels.height,
                                               (int)pixels.width * 4);
    return OK;
}

err pdf_qr_make(struct arena *a, str text, const uint8_t **out, uint32_t *side)
{
    QRcode *code =
        QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return ERR(INVALID, "the address for verification does not fit a QR code");
    size_t width = (size_t)code->width;
    uint8_t *modules = arena_copy(a, code->data, width * width);
    for (size_t i = 0; i < width * width; i++)
        modules[i] &= 1;
    QRcode_free(code);
    *out = modules;
    *side = (uint32_t)width;
    return OK;
}
