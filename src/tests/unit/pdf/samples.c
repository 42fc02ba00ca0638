#include "tests/unit/pdf/samples.h"

#include "base/buf.h"

#include <png.h>

struct words {
    const char *language, *organization, *address[3], *title, *status;
    const char *patient[4][2], *study[4][2];
    const char *history_heading, *history, *findings_heading, *findings, *findings_more;
    const char *measures_heading, *head[4], *cells[12];
    const char *impression_heading, *impressions[3];
    const char *key_images, *captions[2], *signed_by, *who, *role, *when, *verify, *page, *footer;
};

static const struct words samples[PDF_SAMPLE_COUNT] = {
#include "tests/unit/pdf/samples.inc"
};

const char *pdf_sample_name(size_t number)
{
    return samples[number].language;
}

static str value(const char *text)
{
    return str_of(text);
}

static struct str_slice texts(struct arena *a, const char *const *from, size_t count)
{
    struct str_slice out = {NEW_ARRAY(a, str, count), count};
    for (size_t i = 0; i < count; i++)
        out.at[i] = value(from[i]);
    return out;
}

static struct pdf_field_slice fields(struct arena *a, const char *const (*from)[2])
{
    struct pdf_field_slice out = {NEW_ARRAY(a, struct pdf_field, 4), 4};
    for (size_t i = 0; i < 4; i++)
        out.at[i] = (struct pdf_field){value(from[i][0]), value(from[i][1])};
    return out;
}

static void add_section(struct arena *a, struct pdf_document *d, const char *heading,
                        struct pdf_block first, struct pdf_block second)
{
    struct pdf_section *section = SLICE_PUSH(a, &d->sections);
    section->heading = value(heading);
    *SLICE_PUSH(a, &section->blocks) = first;
    if (second.kind != PDF_BLOCK_KIND_COUNT)
        *SLICE_PUSH(a, &section->blocks) = second;
}

static struct pdf_block paragraph(const char *text)
{
    return (struct pdf_block){.kind = PDF_PARAGRAPH, .text = value(text)};
}

/* A slice as CT shows it: a body, two lungs, a spine. */
static struct pdf_image slice_image(struct arena *a, const char *caption, uint32_t seed)
{
    enum { SIDE = 256 };
    uint8_t *pixels = arena_alloc(a, SIDE * SIDE, 1);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int u = x - SIDE / 2, v = y - SIDE / 2;
            seed = seed * 1664525 + 1013904223;
            int noise = (int)(seed >> 28), grey = 0;
            if (u * u / 4 + v * v / 2 < 3600)
                grey = 120 + noise;
            if ((u + 45) * (u + 45) * 2 + v * v < 2200 || (u - 45) * (u - 45) * 2 + v * v < 2200)
                grey = 28 + noise;
            if (u * u + (v - 55) * (v - 55) < 190)
                grey = 225 + noise;
            if (seed % 7 != 0 && (u - 52) * (u - 52) + (v + 12) * (v + 12) < 40)
                grey = 170 + noise;
            pixels[y * SIDE + x] = (uint8_t)grey;
        }
    return (struct pdf_image){.pixels = pixels,
                              .width = SIDE,
                              .height = SIDE,
                              .channel_count = 1,
                              .caption = value(caption)};
}

static void add_signature(struct arena *a, struct pdf_document *d, const struct words *w)
{
    *SLICE_PUSH(a, &d->signatures) = (struct pdf_signature){
        .heading = value(w->signed_by),
        .who = value(w->who),
        .role = value(w->role),
        .when = value(w->when),
        .hash = STR("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        .verification_text = value(w->verify),
        .verification_url = STR("https://gantry.example/verify/V3k9s0Qd1pYw7aBc2eFgHi")};
}

struct pdf_document pdf_sample(struct arena *a, size_t number)
{
    const struct words *w = &samples[number];
    const struct pdf_block none = {.kind = PDF_BLOCK_KIND_COUNT};
    struct pdf_document d = {
        .language = value(w->language),
        .organization_name = value(w->organization),
        .address_lines = texts(a, w->address, 3),
        .logo = {.png = pdf_sample_png(a, 150, 60, true)},
        .title = value(w->title),
        .status = number % 3 == 1 ? PDF_PRELIMINARY : PDF_FINAL,
        .status_text = value(w->status),
        .watermark = number % 3 == 1 ? value(w->status) : STR_NONE,
        .patient = fields(a, w->patient),
        .study = fields(a, w->study),
        .footer = value(w->footer),
        .words = {.page = value(w->page), .key_images = value(w->key_images)},
        .author = value(w->who),
        .subject = value(w->study[0][1]),
        .keywords = STR("CT, report"),
        .created_at = {1795773600000000},
    };
    add_section(a, &d, w->history_heading, paragraph(w->history), none);
    add_section(a, &d, w->findings_heading, paragraph(w->findings), paragraph(w->findings_more));
    add_section(a, &d, w->measures_heading,
                (struct pdf_block){.kind = PDF_TABLE,
                                   .head = texts(a, w->head, 4),
                                   .cells = texts(a, w->cells, 12)},
                none);
    add_section(a, &d, w->impression_heading,
                (struct pdf_block){.kind = PDF_LIST, .items = texts(a, w->impressions, 3)}, none);
    *SLICE_PUSH(a, &d.key_images) = slice_image(a, w->captions[0], 1);
    *SLICE_PUSH(a, &d.key_images) = slice_image(a, w->captions[1], 2);
    add_signature(a, &d, w);
    return d;
}

static void show(struct buf *b, str text)
{
    if (text.len == 0)
        return;
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(b, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    buf_add_char(b, '\n');
}

static void show_all(struct buf *b, struct str_slice all)
{
    for (size_t i = 0; i < all.len; i++)
        show(b, all.at[i]);
}

str pdf_sample_texts(struct arena *a, const struct pdf_document *d)
{
    struct buf b = BUF_IN(a);
    const struct pdf_field_slice *headers[] = {&d->patient, &d->study};
    show(&b, d->organization_name);
    show_all(&b, d->address_lines);
    show(&b, d->title);
    show(&b, d->status_text);
    for (size_t h = 0; h < 2; h++)
        for (size_t i = 0; i < headers[h]->len; i++) {
            show(&b, headers[h]->at[i].label);
            show(&b, headers[h]->at[i].value);
        }
    for (size_t i = 0; i < d->sections.len; i++) {
        show(&b, d->sections.at[i].heading);
        for (size_t n = 0; n < d->sections.at[i].blocks.len; n++) {
            const struct pdf_block *block = &d->sections.at[i].blocks.at[n];
            show(&b, block->text);
            show_all(&b, block->items);
            show_all(&b, block->head);
            show_all(&b, block->cells);
        }
    }
    for (size_t i = 0; i < d->key_images.len; i++)
        show(&b, d->key_images.at[i].caption);
    for (size_t i = 0; i < d->signatures.len; i++) {
        show(&b, d->signatures.at[i].heading);
        show(&b, d->signatures.at[i].who);
        show(&b, d->signatures.at[i].role);
        show(&b, d->signatures.at[i].when);
        show(&b, d->signatures.at[i].verification_text);
    }
    show(&b, d->footer);
    return buf_str(&b);
}

/* A mark for a logo: a ring and a bar. */
static uint32_t logo_pixel(int x, int y, int height, bool has_alpha)
{
    int u = x - height / 2, v = y - height / 2, r = u * u + v * v, outer = height * height / 5,
        inner = height * height / 9;
    bool is_ring = r < outer && r > inner;
    bool is_bar = x > height && y > height / 3 && y < height * 2 / 3 && (x / 6) % 2 == 0;
    if (is_ring || is_bar)
        return is_bar ? 0xFF4A90A4u : 0xFF0D4C73u;
    return has_alpha ? 0 : 0xFFFFFFFFu;
}

str pdf_sample_png(struct arena *a, uint32_t width, uint32_t height, bool has_alpha)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = width,
                       .height = height,
                       .format = has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB};
    size_t channels = has_alpha ? 4 : 3;
    uint8_t *pixels = arena_alloc(a, (size_t)width * height * channels, 1), *to = pixels;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint32_t argb = logo_pixel((int)x, (int)y, (int)height, has_alpha);
            *to++ = (uint8_t)(argb >> 16);
            *to++ = (uint8_t)(argb >> 8);
            *to++ = (uint8_t)argb;
            if (has_alpha)
                *to++ = (uint8_t)(argb >> 24);
        }
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *bytes = arena_alloc(a, size, 1);
    if (!png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL))
        __builtin_trap();
    return (str){bytes, size};
}
