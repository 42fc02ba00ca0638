/* Text from outside, made fit to be set, and set in lines. */
#ifndef INFRASTRUCTURE_PDF_PDF_TEXT_H
#define INFRASTRUCTURE_PDF_PDF_TEXT_H

#include "base/str.h"

#include <pango/pangocairo.h>

/* Valid UTF-8 in NFC without control characters but LF: see pdf_service.h. is_line: LF becomes a
 * space. NUL-terminated, which is not counted; absent stays absent. */
str pdf_text_clean(struct arena *a, str text, bool is_line);

/* Whether there is kana, or hangul, in it. */
void pdf_text_scripts(str text, bool *has_kana, bool *has_hangul);

struct text_style {
    double size;    /* points */
    double advance; /* from line to line; 0: 1.42 × size */
    bool is_bold;
    bool is_one_line; /* what does not fit ends with "…" */
};

struct text_line {
    PangoLayoutLine *line; /* of a layout in setter.layouts; NULL: an empty line */
    double width;
    double baseline, advance; /* from its top */
    bool is_rtl;              /* by its paragraph */
};
SLICE(text_line);

/* Sets the texts of one document. */
struct text_setter {
    struct arena *arena;
    PangoContext *context;
    const char *families;
    SLICE_OF(PangoLayout *, layout_pointer) layouts;
    uint32_t missing_count, missing_first; /* characters without a font, and the first of them */
};

/* Lines of at most width points; text is clean. Long paragraphs are cut into pieces of
 * TEXT_CHUNK_SIZE, for each is measured as a whole. */
enum { TEXT_CHUNK_SIZE = 4096 };
struct text_line_slice text_set(struct text_setter *s, str text, const struct text_style *style,
                                double width);
void text_setter_deinit(struct text_setter *s);

#endif
