/* Bring a series back from the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_RESTORE_SERIES_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_RESTORE_SERIES_COMMAND_H

#include "application/models/base_model.h"

struct restore_series {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct restore_series_result {
    struct series series;
};
DECLARE_USE_CASE(restore_series);

#endif
