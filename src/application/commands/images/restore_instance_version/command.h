/* Make a version of an instance what is served. */
#ifndef APPLICATION_COMMANDS_IMAGES_RESTORE_INSTANCE_VERSION_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_RESTORE_INSTANCE_VERSION_COMMAND_H

#include "application/models/base_model.h"

struct restore_instance_version {
    uuid id;
    uuid version_id;
    int64_t if_match; /* the version of the instance that was seen; 0: whatever it is */
};
struct restore_instance_version_result {
    struct instance instance;
};
DECLARE_USE_CASE(restore_instance_version);

#endif
