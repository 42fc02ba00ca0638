#include "infrastructure/pdf/pdf_text.h"

#include "base/buf.h"

#include <utf8proc.h>

static const double LEADING = 1.42, BASELINE = 0.773, OVERHANG = 0.2; /* of size, advance, size */

/* Overrides and embeddings make a text look like another one; direction is found without them. */
static bool is_taken_out(uint32_t c)
{
    return (c < 0x20 && c != '\n') || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F) || c == 0xAD;
}

static bool is_line_break(uint32_t c)
{
    return c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

/* Code points, with what is no UTF-8 replaced byte by byte. */
static size_t decode(str text, bool is_line, utf8proc_int32_t *out)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                                 (utf8proc_ssize_t)(text.len - at), &c);
        if (size <= 0) {
            c = 0xFFFD;
            size = 1;
        }
        at += (size_t)size;
        if (c == '\r' && at < text.len && text.ptr[at] == '\n')
            continue;
        if (is_line_break((uint32_t)c))
            c = is_line ? ' ' : '\n';
        if (c == '\t')
            c = ' ';
        if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFFF0 && c <= 0xFFF8))
            c = 0xFFFD;
        if (!is_taken_out((uint32_t)c))
            out[count++] = c;
    }
    return count;
}

static str ascii_clean(struct arena *a, str text, bool is_line)
{
    char *bytes = arena_alloc_raw(a, text.len + 1, 1);
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n')
            continue;
        if (is_line_break((uint32_t)c))
            c = is_line ? ' ' : '\n';
        if (c == '\t')
            c = ' ';
        if (!is_taken_out((uint32_t)c))
            bytes[count++] = c;
    }
    bytes[count] = '\0';
    return (str){bytes, count};
}

str pdf_text_clean(struct arena *a, str text, bool is_line)
{
    if (!str_is_set(text))
        return STR_NONE;
    if (str_is_ascii(text))
        return ascii_clean(a, text, is_line);
    /* NFC may need up to three times the code points before it composes them (UAX 15, 9.1); what
     * is longer stays as it is */
    utf8proc_int32_t *points = NEW_ARRAY(a, utf8proc_int32_t, text.len + 1);
    size_t count = decode(text, is_line, points);
    struct buf plain = BUF_IN(a);
    for (size_t i = 0; i < count; i++)
        buf_add_utf8(&plain, (uint32_t)points[i]);
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    size_t room = plain.len * 3 + 16;
    utf8proc_int32_t *composed = arena_alloc_raw(a, room * sizeof *composed, sizeof *composed);
    utf8proc_ssize_t got =
        utf8proc_decompose((const utf8proc_uint8_t *)buf_str(&plain).ptr,
                           (utf8proc_ssize_t)plain.len, composed, (utf8proc_ssize_t)room, options);
    if (got < 0 || (size_t)got >= room) {
        buf_add_char(&plain, '\0');
        return (str){plain.ptr, plain.len - 1};
    }
    utf8proc_ssize_t size = utf8proc_reencode(composed, got, options);
    ((char *)composed)[size] = '\0';
    return (str){(char *)composed, (size_t)size};
}

void pdf_text_scripts(str text, bool *has_kana, bool *has_hangul)
{
    if (str_is_ascii(text) || !str_is_utf8(text))
        return;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = str_utf8_next(text, &at);
        *has_kana |= c >= 0x3041 && c <= 0x30FF && c != 0x30FB && c != 0x30FC;
        *has_hangul |= (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF);
    }
}

/* Where the chunk that begins at the start of text ends, and where the next one begins. */
static size_t chunk_end(str text, size_t *next)
{
    if (text.len <= TEXT_CHUNK_SIZE) {
        *next = text.len;
        return text.len;
    }
    for (size_t end = TEXT_CHUNK_SIZE; end > TEXT_CHUNK_SIZE / 2; end--)
        if (text.ptr[end] == '\n') {
            *next = end + 1;
            return end;
        }
    for (size_t end = TEXT_CHUNK_SIZE; end > TEXT_CHUNK_SIZE / 2; end--)
        if (text.ptr[end] == ' ') {
            *next = end + 1;
            return end;
        }
    size_t end = TEXT_CHUNK_SIZE;
    while (((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    *next = end;
    return end;
}

static void count_missing(struct text_setter *s, PangoLayout *layout)
{
    if (pango_layout_get_unknown_glyphs_count(layout) == 0)
        return;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        for (int i = 0; run != NULL && i < run->glyphs->num_glyphs; i++) {
            PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
            if (glyph == PANGO_GLYPH_EMPTY || (glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0)
                continue;
            if (s->missing_count++ == 0)
                s->missing_first = glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
        }
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
}

static PangoLayout *make_layout(struct text_setter *s, str text, const struct text_style *style,
                                double width)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, s->families);
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font,
                                      style->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    PangoLayout *layout = pango_layout_new(s->context);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    if (style->is_one_line)
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout, text.ptr, (int)text.len);
    *SLICE_PUSH(s->arena, &s->layouts) = layout;
    count_missing(s, layout);
    return layout;
}

static void add_line(struct text_setter *s, struct text_line_slice *lines, PangoLayoutLine *line,
                     const struct text_style *style)
{
    double advance = style->advance > 0 ? style->advance : style->size * LEADING;
    struct text_line *added = SLICE_PUSH(s->arena, lines);
    if (line->length == 0) { /* between paragraphs */
        *added = (struct text_line){.advance = advance * 0.5};
        return;
    }
    PangoRectangle ink, logical;
    pango_layout_line_get_extents(line, &ink, &logical);
    *added = (struct text_line){.line = line,
                                .width = (double)logical.width / PANGO_SCALE,
                                .advance = advance,
                                .baseline = advance * BASELINE,
                                .is_rtl = line->resolved_dir == PANGO_DIRECTION_RTL};
    /* the same rhythm for every script, whatever its fonts say of themselves; but marks that are
     * piled up get the room they need */
    double above = (double)PANGO_ASCENT(ink) / PANGO_SCALE - added->baseline,
           below = (double)PANGO_DESCENT(ink) / PANGO_SCALE - (advance - added->baseline) -
                   style->size * OVERHANG;
    if (above > 0) {
        added->baseline += above;
        added->advance += above;
    }
    if (below > 0)
        added->advance += below;
}

struct text_line_slice text_set(struct text_setter *s, str text, const struct text_style *style,
                                double width)
{
    struct text_line_slice lines = {0};
    while (text.len != 0) {
        size_t next, end = style->is_one_line ? (next = text.len) : chunk_end(text, &next);
        PangoLayout *layout = make_layout(s, str_sub(text, 0, end), style, width);
        int count = pango_layout_get_line_count(layout);
        for (int i = 0; i < count; i++)
            add_line(s, &lines, pango_layout_get_line_readonly(layout, i), style);
        text = str_sub(text, next, text.len);
    }
    return lines;
}

void text_setter_deinit(struct text_setter *s)
{
    for (size_t i = 0; i < s->layouts.len; i++)
        g_object_unref(s->layouts.at[i]);
    s->layouts.len = 0;
}
