/* Take a part whose bytes are stored. */
#ifndef APPLICATION_COMMANDS_UPLOADS_ADD_UPLOAD_PART_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_ADD_UPLOAD_PART_COMMAND_H

#include "application/models/base_model.h"

struct add_upload_part {
    uuid id;
    int64_t number;
    str name;
    int64_t size;
    str sha256; /* of the stored bytes */
};
struct add_upload_part_result {
    struct upload_part part;
};
DECLARE_USE_CASE(add_upload_part);

#endif
