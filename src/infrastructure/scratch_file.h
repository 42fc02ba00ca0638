/* Files without a name, for the storages. */
#ifndef INFRASTRUCTURE_SCRATCH_FILE_H
#define INFRASTRUCTURE_SCRATCH_FILE_H

#include "base/err.h"

/* In a folder of a disk. Errors: NO_SPACE, UNAVAILABLE. */
err scratch_file_open(int folder_fd, int *out);

#endif
