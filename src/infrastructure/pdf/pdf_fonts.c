#include "infrastructure/pdf/pdf_fonts.h"

#include "base/log.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>

/* fc-cache has read these when they were installed; without its cache the first rendering would
 * read 40 MB of outlines. */
static const char config_text[] =
    "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">"
    "<fontconfig>%s<cachedir>/var/cache/fontconfig</cachedir>"
    "<match target=\"font\">"
    "<edit name=\"hinting\" mode=\"assign\"><bool>false</bool></edit>"
    "<edit name=\"embeddedbitmap\" mode=\"assign\"><bool>false</bool></edit></match>"
    "</fontconfig>";
static const char debian_text[] =
    "<dir>/usr/share/fonts/truetype/noto</dir><dir>/usr/share/fonts/opentype/noto</dir>"
    "<selectfont><rejectfont><glob>*</glob></rejectfont><acceptfont>"
    "<glob>*/NotoSans*-Regular.ttf</glob><glob>*/NotoSans*-Bold.ttf</glob>"
    "<glob>*/NotoSansCJK-Regular.ttc</glob><glob>*/NotoSansCJK-Bold.ttc</glob>"
    "</acceptfont></selectfont>";

void pdf_fonts_init(struct pdf_fonts *fonts, const char *folder)
{
    *fonts = (struct pdf_fonts){.folder = folder};
    pthread_mutex_init(&fonts->lock, NULL);
}

void pdf_fonts_deinit(struct pdf_fonts *fonts)
{
    for (size_t i = 0; i < fonts->free_count; i++)
        g_object_unref(fonts->free_maps[i]);
    if (fonts->config != NULL)
        FcConfigDestroy(fonts->config);
    pthread_mutex_destroy(&fonts->lock);
}

static err open_config(const char *folder, FcConfig **out)
{
    char folder_text[512], text[2048];
    snprintf(folder_text, sizeof folder_text, "<dir>%s</dir>", folder != NULL ? folder : "");
    snprintf(text, sizeof text, config_text, folder != NULL ? folder_text : debian_text);
    FcConfig *config = FcConfigCreate();
    if (config == NULL || !FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)text, FcFalse) ||
        !FcConfigBuildFonts(config)) {
        if (config != NULL)
            FcConfigDestroy(config);
        return ERR(UNAVAILABLE, "the fonts cannot be looked up");
    }
    const FcFontSet *found = FcConfigGetFonts(config, FcSetSystem);
    if (found == NULL || found->nfont == 0) {
        log_event(LOG_ERROR, "pdf_fonts", "found=0 needs=\"fonts-noto-core fonts-noto-cjk\"");
        FcConfigDestroy(config);
        return ERR(UNAVAILABLE, "no fonts are installed for reports as PDF");
    }
    log_event(LOG_DEBUG, "pdf_fonts", "found=%d", found->nfont);
    *out = config;
    return OK;
}

err pdf_fonts_take(struct pdf_fonts *fonts, PangoFontMap **out)
{
    PangoFontMap *map = NULL;
    err e = OK;
    pthread_mutex_lock(&fonts->lock);
    if (fonts->config == NULL)
        e = open_config(fonts->folder, &fonts->config);
    if (!failed(e) && fonts->free_count > 0)
        map = fonts->free_maps[--fonts->free_count];
    pthread_mutex_unlock(&fonts->lock);
    TRY(e);
    if (map == NULL) {
        map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
        if (map == NULL)
            return ERR(UNAVAILABLE, "Pango has no font maps by FreeType");
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), fonts->config);
    }
    *out = map;
    return OK;
}

void pdf_fonts_put(struct pdf_fonts *fonts, PangoFontMap *map)
{
    pthread_mutex_lock(&fonts->lock);
    bool is_kept = fonts->free_count < PDF_FONT_MAP_COUNT;
    if (is_kept)
        fonts->free_maps[fonts->free_count++] = map;
    pthread_mutex_unlock(&fonts->lock);
    if (!is_kept)
        g_object_unref(map);
}

static bool language_is(str language, str tag)
{
    return str_starts_nocase(language, tag) &&
           (language.len == tag.len || language.ptr[tag.len] == '-');
}

static bool has_subtag(str language, str subtag)
{
    str part;
    while (str_cut(&language, '-', &part))
        if (str_eq_nocase(part, subtag))
            return true;
    return false;
}

#define OTHERS "Noto Sans Arabic,Noto Sans Hebrew,Noto Sans Thai"

const char *pdf_families(str language, bool has_kana, bool has_hangul)
{
    if (language_is(language, STR("ja")))
        return "Noto Sans CJK JP,Noto Sans," OTHERS;
    if (language_is(language, STR("ko")))
        return "Noto Sans CJK KR,Noto Sans," OTHERS;
    if (language_is(language, STR("zh")) || language_is(language, STR("yue"))) {
        if (has_subtag(language, STR("HK")) || has_subtag(language, STR("MO")) ||
            language_is(language, STR("yue")))
            return "Noto Sans CJK HK,Noto Sans," OTHERS;
        if (has_subtag(language, STR("Hant")) || has_subtag(language, STR("TW")))
            return "Noto Sans CJK TC,Noto Sans," OTHERS;
        return "Noto Sans CJK SC,Noto Sans," OTHERS;
    }
    if (has_kana)
        return "Noto Sans,Noto Sans CJK JP," OTHERS;
    if (has_hangul)
        return "Noto Sans,Noto Sans CJK KR," OTHERS;
    return "Noto Sans,Noto Sans CJK SC," OTHERS;
}

bool pdf_language_is_rtl(str language)
{
    static const char *const tags[] = {"ar", "he", "iw", "fa", "ur", "yi", "ps", "sd", "ug", "ckb"};
    for (size_t i = 0; i < COUNT_OF(tags); i++)
        if (language_is(language, str_of(tags[i])))
            return !has_subtag(language, STR("Latn"));
    return false;
}
