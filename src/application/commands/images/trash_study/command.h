/* Move a study to the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_TRASH_STUDY_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_TRASH_STUDY_COMMAND_H

#include "application/models/base_model.h"

struct trash_study {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct trash_study_result {
    struct study study;
};
DECLARE_USE_CASE(trash_study);

#endif
