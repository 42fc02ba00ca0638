/* Bring a study back from the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_RESTORE_STUDY_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_RESTORE_STUDY_COMMAND_H

#include "application/models/base_model.h"

struct restore_study {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct restore_study_result {
    struct study study;
};
DECLARE_USE_CASE(restore_study);

#endif
