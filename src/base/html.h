/* Texts of people in pages and mails. */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/buf.h"

/* The text as it stands between tags or in a quoted attribute of HTML. */
void html_add(struct buf *out, str text);

#endif
