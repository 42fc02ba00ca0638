/* PDF by Pango, which shapes and orders text of every script, and Cairo, which writes the file.
 *
 * Fonts come from Debian's fonts-noto-core and fonts-noto-cjk alone, not from whatever else is
 * installed, so that a report looks the same on every node. Pango's font maps are no matter for two
 * threads at once: each rendering has one of its own and puts it back. The first rendering looks
 * the fonts up, so a program that never renders pays nothing. */
#ifndef INFRASTRUCTURE_PDF_CAIRO_H
#define INFRASTRUCTURE_PDF_CAIRO_H

#include "application/services/pdf_service.h"
#include "infrastructure/pdf/pdf_fonts.h"

struct pdf_cairo {
    struct pdf_service base;
    struct pdf_fonts fonts;
};

/* font_folder: NULL for Debian's; another is for tests and for systems that keep them elsewhere. It
 * must live as long as p. */
void pdf_cairo_init(struct pdf_cairo *p, const char *font_folder);
void pdf_cairo_deinit(struct pdf_cairo *p);

#endif
