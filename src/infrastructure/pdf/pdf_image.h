/* Images from outside, within limits, as surfaces of Cairo. */
#ifndef INFRASTRUCTURE_PDF_PDF_IMAGE_H
#define INFRASTRUCTURE_PDF_PDF_IMAGE_H

#include "application/services/pdf_service.h"

#include <cairo.h>

/* Decodes a PNG. Pixels are 32 bits each, 0xFFRRGGBB in the machine's order, what shines through is
 * on white; they live in a. budget: how many pixels may still be; it falls by those of the image.
 * Errors: MALFORMED (no PNG, or broken), TOO_LARGE (PDF_IMAGE_SIDE_MAX, PDF_IMAGE_PIXEL_COUNT_MAX,
 * the budget): seen in its header, before anything is taken for it. */
struct pdf_pixels {
    uint32_t *at;
    uint32_t width, height;
};
err pdf_png_read(struct arena *a, str png, uint64_t *budget, struct pdf_pixels *out);

/* Either kind of image as a surface, whose pixels live in a; NULL where there is no image. */
err pdf_image_open(struct arena *a, const struct pdf_image *image, uint64_t *budget,
                   cairo_surface_t **out);

/* The QR code of the text, one byte a module, dark ones 1; side × side in a. Errors: INVALID (it
 * does not fit). */
err pdf_qr_make(struct arena *a, str text, const uint8_t **out, uint32_t *side);

#endif
