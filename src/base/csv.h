/* Cells of CSV (RFC 4180) that are safe to open: text that a spreadsheet would take for a formula
 * gets an apostrophe in front (OWASP, CSV injection). Numbers stay as they are. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

/* Quoted when it has to be. The caller writes the commas, and "\r\n" behind a row. */
void csv_add_cell(struct buf *out, str text, bool is_number);

#endif
