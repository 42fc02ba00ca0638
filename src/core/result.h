/* What an err means at the doors of the program: an HTTP status, a DIMSE status (PS3.7 Annex C),
 * whether trying again can help, and a title for people. One row per code, in base/err.h. */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

#include "base/err.h"

struct result_meaning {
    unsigned http_status, dimse_status;
    bool retry;
    const char *title;
};

const struct result_meaning *result_meaning(enum err_code code);

#endif
