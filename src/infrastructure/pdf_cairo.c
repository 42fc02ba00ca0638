#include "infrastructure/pdf_cairo.h"

#include "base/log.h"
#include "infrastructure/pdf/pdf_clean.h"
#include "infrastructure/pdf/pdf_flow.h"

#include <cairo-pdf.h>

/* In memory, where it cannot fail: Cairo 1.16 may crash when it ends a file that could not be
 * written. So a document comes whole or not at all, too. */
static cairo_status_t write_buf(void *closure, const unsigned char *bytes, unsigned int size)
{
    buf_add_bytes(closure, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(struct arena *a, cairo_surface_t *surface, const struct pdf_document *d)
{
    const struct {
        cairo_pdf_metadata_t what;
        str text;
    } texts[] = {{CAIRO_PDF_METADATA_TITLE, d->title},
                 {CAIRO_PDF_METADATA_AUTHOR, d->author},
                 {CAIRO_PDF_METADATA_SUBJECT, d->subject},
                 {CAIRO_PDF_METADATA_KEYWORDS, d->keywords},
                 {CAIRO_PDF_METADATA_CREATOR, STR("Gantry")}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].text.len != 0)
            cairo_pdf_surface_set_metadata(surface, texts[i].what, str_cstr(a, texts[i].text));
    /* never absent: Cairo would take the time of now */
    instant created = d->created_at.us > 0 ? d->created_at : (instant){1};
    str when = str_format(a, "%.19sZ", instant_text(a, created).ptr);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, when.ptr);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, when.ptr);
}

static PangoContext *make_context(PangoFontMap *map, const struct layout *l)
{
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_base_dir(context,
                               l->is_rtl ? PANGO_DIRECTION_WEAK_RTL : PANGO_DIRECTION_WEAK_LTR);
    char language[64] = "en"; /* never that of the machine */
    if (l->document->language.len != 0 && l->document->language.len < sizeof language &&
        str_is_ascii(l->document->language)) {
        memcpy(language, l->document->language.ptr, l->document->language.len);
        language[l->document->language.len] = '\0';
    }
    pango_context_set_language(context, pango_language_from_string(language));
    return context;
}

static void layout_init(struct layout *l, struct arena *a, const struct pdf_document *document)
{
    bool has_kana = false, has_hangul = false;
    const struct pdf_document *clean = pdf_document_clean(a, document);
    pdf_document_scripts(clean, &has_kana, &has_hangul);
    bool is_letter = document->page_size == PDF_LETTER;
    *l = (struct layout){.arena = a,
                         .document = clean,
                         .pixel_budget = 4 * (uint64_t)PDF_IMAGE_PIXEL_COUNT_MAX,
                         .is_rtl = pdf_language_is_rtl(clean->language),
                         .page_width = is_letter ? 612 : 595.28,
                         .page_height = is_letter ? 792 : 841.89};
    l->width = l->page_width - 2 * MARGIN_SIDE;
    l->setter.arena = a;
    l->setter.families = pdf_families(clean->language, has_kana, has_hangul);
}

static void layout_deinit(struct layout *l)
{
    text_setter_deinit(&l->setter);
    for (size_t i = 0; i < l->surfaces.len; i++)
        cairo_surface_destroy(l->surfaces.at[i]);
    g_clear_object(&l->setter.context);
}

static err write_pages(struct layout *l, const struct page_slice *pages, struct byte_sink *to)
{
    struct buf bytes = BUF_IN(l->arena);
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_buf, &bytes, l->page_width, l->page_height);
    set_metadata(l->arena, surface, l->document);
    pdf_draw(l, pages, surface);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return ERRF(l->arena, INTERNAL, "the PDF could not be made: %s",
                    cairo_status_to_string(status));
    return byte_sink_write(to, bytes.ptr, bytes.len);
}

static err render_with(struct layout *l, PangoFontMap *map, struct byte_sink *to,
                       struct pdf_facts *out)
{
    struct page_slice pages;
    l->setter.context = make_context(map, l);
    TRY(pdf_pieces_make(l));
    TRY(pdf_flow(l, &pages));
    TRY(write_pages(l, &pages, to));
    if (l->setter.missing_count != 0)
        log_event(LOG_WARN, "pdf_glyphs_without_font", "count=%u first=U+%04X",
                  l->setter.missing_count, l->setter.missing_first);
    if (out != NULL)
        *out = (struct pdf_facts){(uint32_t)pages.len, l->setter.missing_count};
    return OK;
}

static err render(struct pdf_service *service, struct arena *a, const struct pdf_document *document,
                  struct byte_sink *to, struct pdf_facts *out)
{
    struct pdf_cairo *p = container_of(service, struct pdf_cairo, base);
    PangoFontMap *map;
    struct layout l;
    TRY(pdf_document_check(document));
    TRY(pdf_fonts_take(&p->fonts, &map));
    layout_init(&l, a, document);
    err e = render_with(&l, map, to, out);
    layout_deinit(&l);
    pdf_fonts_put(&p->fonts, map);
    return e;
}

static const struct pdf_service_ops ops = {.render = render};

void pdf_cairo_init(struct pdf_cairo *p, const char *font_folder)
{
    p->base.ops = &ops;
    pdf_fonts_init(&p->fonts, font_folder);
}

void pdf_cairo_deinit(struct pdf_cairo *p)
{
    pdf_fonts_deinit(&p->fonts);
}
