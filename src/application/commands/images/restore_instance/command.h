/* Bring an instance back from the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_RESTORE_INSTANCE_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_RESTORE_INSTANCE_COMMAND_H

#include "application/models/base_model.h"

struct restore_instance {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct restore_instance_result {
    struct instance instance;
};
DECLARE_USE_CASE(restore_instance);

#endif
