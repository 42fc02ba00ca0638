/* Remove a series that is in the trash for good. */
#ifndef APPLICATION_COMMANDS_IMAGES_PURGE_SERIES_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_PURGE_SERIES_COMMAND_H

#include "application/models/base_model.h"

struct purge_series {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct purge_series_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, CONFLICT (not in the trash itself, or its study is on legal hold),
 * PRECONDITION_FAILED. */
DECLARE_USE_CASE(purge_series);

#endif
