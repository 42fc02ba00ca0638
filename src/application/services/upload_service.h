/* From the parts of an upload to files, and from files into the archive. */
#ifndef APPLICATION_SERVICES_UPLOAD_SERVICE_H
#define APPLICATION_SERVICES_UPLOAD_SERVICE_H

#include "application/models/base_model.h"

enum {
    UPLOAD_RECORD_COUNT = 50, /* files whose outcome is kept together … */
    UPLOAD_RECORD_MS = 5000   /* … or as many as were stored in this time */
};

/* Stores what the upload holds, each file by itself; its outcomes are kept as they come, so that
 * whoever calls this again after a crash goes on behind them. Of one that was completed or refused
 * before nothing is done. Reads all of it and waits: for a lane of long work.
 * Errors: NOT_FOUND, CONFLICT (parts are missing, another one is about it), UNAVAILABLE, NO_SPACE:
 * then it can be completed again. */
err upload_complete(struct scope *scope, uuid id, struct upload *out);

#endif
