/* Replace what was derived from an instance's bytes by what they say now. */
#ifndef APPLICATION_COMMANDS_IMAGES_REBUILD_INSTANCE_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_REBUILD_INSTANCE_COMMAND_H

#include "application/models/instance_content.h"

struct rebuild_instance {
    uuid id;
    struct instance_content content;
};
struct rebuild_instance_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, PRECONDITION_FAILED (other bytes are served by now). */
DECLARE_USE_CASE(rebuild_instance);

#endif
