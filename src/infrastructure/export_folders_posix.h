/* Export folders on a file system. */
#ifndef INFRASTRUCTURE_EXPORT_FOLDERS_POSIX_H
#define INFRASTRUCTURE_EXPORT_FOLDERS_POSIX_H

#include "application/services/export_folders.h"

struct export_folders_posix {
    struct export_folders base;
    const char *root;
};

/* root is looked for when it is needed; it lives as long as f. */
void export_folders_posix_init(struct export_folders_posix *f, const char *root);

#endif
