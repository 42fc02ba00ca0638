/* Files below a root that the installation names, for what is imported from where other programs
 * or people have put it. Each organization has a folder of its own there. Names in it are of
 * anybody: no link is followed, and nothing leads out. */
#ifndef APPLICATION_SERVICES_IMPORT_FOLDERS_H
#define APPLICATION_SERVICES_IMPORT_FOLDERS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    IMPORT_PATH_SIZE_MAX = 1000,
    IMPORT_DEPTH_MAX = 16,           /* folders in each other, of the path and below it */
    IMPORT_FILE_COUNT_MAX = 500000,  /* of one import */
    IMPORT_NAMES_SIZE_MAX = 64 << 20 /* bytes of their names together */
};

struct import_listing {
    struct str_slice files; /* as paths, in the order of their bytes */
    int64_t other_count;    /* links, devices and the like, which are left alone */
};

/* Asked now and then while it is looked for files; false ends it. */
struct import_patience {
    bool (*goes_on)(void *owner);
    void *owner;
};

struct import_folders;
struct import_folders_ops {
    err (*list)(struct import_folders *f, struct arena *a, str folder, str path,
                const struct import_patience *patience, struct import_listing *out);
    err (*open)(struct import_folders *f, str folder, str path, int *fd, uint64_t *size);
};
struct import_folders {
    const struct import_folders_ops *ops;
};

/* NULL, or what is wrong with a path: it is relative, of names other than "." and ".." separated by
 * "/", without control characters. */
const char *import_path_complaint(str path);

/* The regular files at and below path in the organization's folder.
 * Errors: NOT_FOUND, INVALID (neither a file nor a folder, or through a link), FORBIDDEN (may not
 * be read), TOO_LARGE (too many, or too deep), GONE (patience ended), UNAVAILABLE (the root is not
 * there). */
static inline err import_folders_list(struct import_folders *f, struct arena *a, str folder,
                                      str path, const struct import_patience *patience,
                                      struct import_listing *out)
{
    return f->ops->list(f, a, folder, path, patience, out);
}
/* A regular file. Errors: as above. */
static inline err import_folders_open(struct import_folders *f, str folder, str path, int *fd,
                                      uint64_t *size)
{
    return f->ops->open(f, folder, path, fd, size);
}

#endif
