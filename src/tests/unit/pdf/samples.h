/* Reports in the scripts of the world, as the tests and the bench render them. */
#ifndef TESTS_UNIT_PDF_SAMPLES_H
#define TESTS_UNIT_PDF_SAMPLES_H

#include "application/services/pdf_service.h"

enum { PDF_SAMPLE_COUNT = 11 };

/* Two or three pages with everything that a report has. Its texts are literals, its images live in
 * a. */
struct pdf_document pdf_sample(struct arena *a, size_t number);
/* "de": the name of its file; its language. */
const char *pdf_sample_name(size_t number);
/* All texts that it shows, a line each, a paragraph's lines as one. */
str pdf_sample_texts(struct arena *a, const struct pdf_document *document);

/* A valid PNG of a grey gradient with a disc, RGBA when has_alpha. */
str pdf_sample_png(struct arena *a, uint32_t width, uint32_t height, bool has_alpha);

#endif
