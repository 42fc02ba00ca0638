/* Announce an upload, before its parts come. */
#ifndef APPLICATION_COMMANDS_UPLOADS_CREATE_UPLOAD_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_CREATE_UPLOAD_COMMAND_H

#include "application/models/base_model.h"

struct create_upload {
    str name;
    enum upload_kind kind;
    int64_t size;
    str sha256;
};
struct create_upload_result {
    struct upload upload;
};
DECLARE_USE_CASE(create_upload);

#endif
