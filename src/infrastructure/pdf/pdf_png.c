#include "infrastructure/pdf/pdf_image.h"

#include "base/buf.h"

#include <png.h>

enum { PNG_SIGNATURE_SIZE = 8, PNG_CHUNK_SIZE = 12, PNG_HEADER_SIZE = 33 /* up to IHDR's end */ };

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static err check_header(str png, uint64_t budget)
{
    const unsigned char *bytes = (const unsigned char *)png.ptr;
    if (png.len < PNG_HEADER_SIZE || memcmp(bytes, "\211PNG\r\n\032\n\0\0\0\rIHDR", 16) != 0)
        return ERR(MALFORMED, "an image is no PNG");
    uint64_t width = big_endian(bytes + 16), height = big_endian(bytes + 20);
    if (width == 0 || height == 0)
        return ERR(MALFORMED, "a PNG has no pixels");
    if (png.len > PDF_IMAGE_SIZE_MAX || width > PDF_IMAGE_SIDE_MAX || height > PDF_IMAGE_SIDE_MAX ||
        width * height > PDF_IMAGE_PIXEL_COUNT_MAX || width * height > budget)
        return ERR(TOO_LARGE, "an image has too many pixels");
    return OK;
}

/* Only what the pixels need: of the rest libpng unpacks profiles and texts, and takes as much
 * memory as a chunk says it has, before it looks whether there is so much. */
static err keep_chunks(struct arena *a, str png, struct buf *out)
{
    static const char *const kept[] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
    *out = BUF_IN(a);
    buf_add(out, str_sub(png, 0, PNG_SIGNATURE_SIZE));
    for (size_t at = PNG_SIGNATURE_SIZE; png.len - at >= PNG_CHUNK_SIZE;) {
        uint64_t size = PNG_CHUNK_SIZE + (uint64_t)big_endian((const unsigned char *)png.ptr + at);
        if (size > png.len - at)
            return ERR(MALFORMED, "a PNG is cut off");
        const char *name = png.ptr + at + 4;
        bool is_kept = false;
        for (size_t i = 0; i < COUNT_OF(kept); i++)
            is_kept |= memcmp(name, kept[i], 4) == 0;
        if (!is_kept && (name[0] & 0x20) == 0) /* upper case: not to be left out */
            return ERR(MALFORMED, "a PNG has a part that is not known");
        if (is_kept)
            buf_add(out, str_sub(png, at, at + size));
        if (memcmp(name, "IEND", 4) == 0)
            return OK;
        at += size;
    }
    return ERR(MALFORMED, "a PNG is cut off");
}

/* Paper is white. So the file needs no masks, which not every printer takes well. */
static uint32_t on_white(const unsigned char *rgba)
{
    uint32_t alpha = rgba[3], white = (255 - alpha) * 255,
             red = (rgba[0] * alpha + white + 127) / 255,
             green = (rgba[1] * alpha + white + 127) / 255,
             blue = (rgba[2] * alpha + white + 127) / 255;
    return 0xFF000000u | red << 16 | green << 8 | blue;
}

err pdf_png_read(struct arena *a, str png, uint64_t *budget, struct pdf_pixels *out)
{
    TRY(check_header(png, *budget));
    struct buf plain;
    TRY(keep_chunks(a, png, &plain));
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, plain.ptr, plain.len))
        return ERR(MALFORMED, "a PNG could not be read");
    image.format = PNG_FORMAT_RGBA;
    size_t count = (size_t)image.width * image.height;
    unsigned char *bytes = arena_alloc_raw(a, count * 4, _Alignof(uint32_t));
    if (!png_image_finish_read(&image, NULL, bytes, 0, NULL)) {
        png_image_free(&image);
        return ERR(MALFORMED, "a PNG could not be read");
    }
    struct pdf_pixels pixels = {(uint32_t *)(void *)bytes, image.width, image.height};
    for (size_t i = 0; i < count; i++)
        pixels.at[i] = on_white(bytes + i * 4);
    *budget -= count;
    *out = pixels;
    return OK;
}
