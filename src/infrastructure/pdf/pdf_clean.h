/* A copy of a document all of whose texts are fit to be set, and whose words are there. */
#ifndef INFRASTRUCTURE_PDF_PDF_CLEAN_H
#define INFRASTRUCTURE_PDF_PDF_CLEAN_H

#include "application/services/pdf_service.h"

struct pdf_document *pdf_document_clean(struct arena *a, const struct pdf_document *document);

/* Whether there is kana, or hangul, in its texts: for pdf_families. */
void pdf_document_scripts(const struct pdf_document *d, bool *has_kana, bool *has_hangul);

#endif
