/* The sign-in page, the page of an invitation, the page that stands where no viewer is installed,
 * and the viewer's configuration for this server: files under web/, built into the program. */
#ifndef PRESENTATION_VIEWER_PAGES_H
#define PRESENTATION_VIEWER_PAGES_H

#include "base/str.h"

str sign_in_page_html(void);
str sign_in_page_script(void);
str sign_in_page_style(void);
str invite_page_html(void);
str invite_page_script(void);
str viewer_missing_page(void);
str viewer_config_script(void);

#endif
