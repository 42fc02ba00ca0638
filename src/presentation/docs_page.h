/* The documentation page: reads /openapi.json, signs in, lets every JSON route be tried. Three
 * files under web/docs, built into the program. */
#ifndef PRESENTATION_DOCS_PAGE_H
#define PRESENTATION_DOCS_PAGE_H

#include "base/str.h"

str docs_page_html(void);
str docs_page_script(void);
str docs_page_style(void);

#endif
