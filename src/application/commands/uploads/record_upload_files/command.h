/* Keep what became of some files, and the lease. */
#ifndef APPLICATION_COMMANDS_UPLOADS_RECORD_UPLOAD_FILES_COMMAND_H
#define APPLICATION_COMMANDS_UPLOADS_RECORD_UPLOAD_FILES_COMMAND_H

#include "application/models/base_model.h"

struct record_upload_files {
    struct upload upload; /* as it was read or recorded last */
    struct upload_file_slice files;
    bool lets_go; /* of the lease: somebody else may go on */
};
struct record_upload_files_result {
    struct upload upload;
};
DECLARE_USE_CASE(record_upload_files);

#endif
