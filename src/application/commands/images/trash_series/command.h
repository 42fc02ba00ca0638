/* Move a series to the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_TRASH_SERIES_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_TRASH_SERIES_COMMAND_H

#include "application/models/base_model.h"

struct trash_series {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct trash_series_result {
    struct series series;
};
DECLARE_USE_CASE(trash_series);

#endif
