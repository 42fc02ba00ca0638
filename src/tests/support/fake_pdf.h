/* A PDF service without fonts: the "file" is the texts of the document, a line each. It can be made
 * to fail. */
#ifndef TESTS_SUPPORT_FAKE_PDF_H
#define TESTS_SUPPORT_FAKE_PDF_H

#include "application/services/pdf_service.h"
#include "tests/support/fault.h"

struct fake_pdf {
    struct pdf_service base;
    struct fault *fault;
};

void fake_pdf_init(struct fake_pdf *p, struct fault *fault);

#endif
