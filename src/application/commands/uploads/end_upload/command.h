/* All files have their outcome, or the upload is refused as a whole. */
#ifndef APPLICATION_COMMANDS_UPLOADS_END_UPLOAD_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_END_UPLOAD_COMMAND_H

#include "application/models/base_model.h"

struct end_upload {
    struct upload upload; /* as it was recorded last */
    str failure;          /* absent: it is completed */
};
struct end_upload_result {
    struct upload upload;
};
DECLARE_USE_CASE(end_upload);

#endif
