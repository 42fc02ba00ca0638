/* The files of web/signin, web/invite and web/viewer. */
#include "presentation/viewer_pages.h"

#include <stddef.h>

extern const char sign_in_html[], sign_in_html_end[], sign_in_js[], sign_in_js_end[], sign_in_css[],
    sign_in_css_end[], invite_html[], invite_html_end[], invite_js[], invite_js_end[],
    viewer_missing_html[], viewer_missing_html_end[], viewer_config_js[], viewer_config_js_end[];

static str between(const char *start, const char *end)
{
    return (str){start, (size_t)(end - start)};
}

str sign_in_page_html(void)
{
    return between(sign_in_html, sign_in_html_end);
}

str sign_in_page_script(void)
{
    return between(sign_in_js, sign_in_js_end);
}

str sign_in_page_style(void)
{
    return between(sign_in_css, sign_in_css_end);
}

str invite_page_html(void)
{
    return between(invite_html, invite_html_end);
}

str invite_page_script(void)
{
    return between(invite_js, invite_js_end);
}

str viewer_missing_page(void)
{
    return between(viewer_missing_html, viewer_missing_html_end);
}

str viewer_config_script(void)
{
    return between(viewer_config_js, viewer_config_js_end);
}
