/* Move an instance to the trash. */
#ifndef APPLICATION_COMMANDS_IMAGES_TRASH_INSTANCE_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_TRASH_INSTANCE_COMMAND_H

#include "application/models/base_model.h"

struct trash_instance {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
};
struct trash_instance_result {
    struct instance instance;
};
DECLARE_USE_CASE(trash_instance);

#endif
