/* Give an upload up, or forget what came of it. */
#ifndef APPLICATION_COMMANDS_UPLOADS_DELETE_UPLOAD_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_DELETE_UPLOAD_COMMAND_H

#include "application/models/base_model.h"

struct delete_upload {
    uuid id;
};
struct delete_upload_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_upload);

#endif
