/* Which fonts there are, and font maps to take and put back. */
#ifndef INFRASTRUCTURE_PDF_PDF_FONTS_H
#define INFRASTRUCTURE_PDF_PDF_FONTS_H

#include "base/err.h"
#include "base/str.h"

#include <pango/pangocairo.h>
#include <pthread.h>

enum { PDF_FONT_MAP_COUNT = 16 }; /* kept between renderings */

struct pdf_fonts {
    const char *folder;
    pthread_mutex_t lock;
    struct _FcConfig *config; /* once the first rendering has looked the fonts up */
    PangoFontMap *free_maps[PDF_FONT_MAP_COUNT];
    size_t free_count;
};

void pdf_fonts_init(struct pdf_fonts *fonts, const char *folder);
void pdf_fonts_deinit(struct pdf_fonts *fonts);

/* A font map that is nobody else's until it is put back. Errors: UNAVAILABLE (no fonts). */
err pdf_fonts_take(struct pdf_fonts *fonts, PangoFontMap **out);
void pdf_fonts_put(struct pdf_fonts *fonts, PangoFontMap *map);

/* The families in order, for Pango. language: BCP 47. Han characters look different in Chinese,
 * Japanese and Korean; where the language is none of those, kana or hangul in the text decide. */
const char *pdf_families(str language, bool has_kana, bool has_hangul);
/* Arabic, Hebrew, Persian, Urdu and others: pages run from the right. */
bool pdf_language_is_rtl(str language);

#endif
