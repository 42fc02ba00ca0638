/* Begin to store what an upload holds, or go on where another process stopped. */
#ifndef APPLICATION_COMMANDS_UPLOADS_BEGIN_UPLOAD_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_BEGIN_UPLOAD_COMMAND_H

#include "application/models/base_model.h"

struct begin_upload {
    uuid id;
};
struct begin_upload_result {
    struct upload upload;
    bool is_done; /* was completed or refused before */
};
DECLARE_USE_CASE(begin_upload);

#endif
