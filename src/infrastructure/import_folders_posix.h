/* Import folders on a file system. */
#ifndef INFRASTRUCTURE_IMPORT_FOLDERS_POSIX_H
#define INFRASTRUCTURE_IMPORT_FOLDERS_POSIX_H

#include "application/services/import_folders.h"

struct import_folders_posix {
    struct import_folders base;
    const char *root;
};

/* root is looked for when it is needed; it lives as long as f. */
void import_folders_posix_init(struct import_folders_posix *f, const char *root);

#endif
