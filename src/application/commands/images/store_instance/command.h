/* Store an instance whose bytes are durable already: rows for patient, study, series and instance
 * in one transaction. */
#ifndef APPLICATION_COMMANDS_IMAGES_STORE_INSTANCE_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_STORE_INSTANCE_COMMAND_H

#include "application/models/instance_content.h"

struct store_instance {
    struct instance_content content;
};
struct store_instance_result {
    bool was_there; /* the same bytes were stored before: nothing changed */
    bool is_beside; /* they are a version beside what is served under their UID */
    uuid study_id, instance_id;
};
DECLARE_USE_CASE(store_instance);

#endif
