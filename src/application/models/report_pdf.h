/* A report as pages: what stands on them, and their bytes. The words around the report's own texts
 * are German in a report whose language is German, and English in all others. */
#ifndef APPLICATION_MODELS_REPORT_PDF_H
#define APPLICATION_MODELS_REPORT_PDF_H

#include "application/models/report_document.h"

enum report_pdf_standing {
    REPORT_PDF_AS_IT_STANDS, /* says so when the version is superseded or the report retracted */
    REPORT_PDF_AS_SIGNED     /* whatever became of it: what is stored into the study */
};

/* Texts are those of d, or live in a. public_url is where a signature is verified; absent: the
 * document has no address. What is not signed has a watermark. */
struct pdf_document report_pdf_document(struct arena *a, const struct report_document *d,
                                        str public_url, enum report_pdf_standing standing);

/* The bytes, in a: the same for the same document. Takes some tens of milliseconds: not in a unit
 * of work. Errors: those of pdf_render. */
err report_pdf_render(const struct services *services, struct arena *a,
                      const struct report_document *d, enum report_pdf_standing standing, str *out);

#endif
