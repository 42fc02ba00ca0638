/* The page's three files. */
#include "presentation/docs_page.h"

#include <stddef.h>

extern const char docs_html[], docs_html_end[], docs_js[], docs_js_end[], docs_css[],
    docs_css_end[];

static str between(const char *start, const char *end)
{
    return (str){start, (size_t)(end - start)};
}

str docs_page_html(void)
{
    return between(docs_html, docs_html_end);
}

str docs_page_script(void)
{
    return between(docs_js, docs_js_end);
}

str docs_page_style(void)
{
    return between(docs_css, docs_css_end);
}
