/* Folders below a root that the installation names, for what is exported to where other programs
 * take it from. */
#ifndef APPLICATION_SERVICES_EXPORT_FOLDERS_H
#define APPLICATION_SERVICES_EXPORT_FOLDERS_H

#include "base/err.h"
#include "base/str.h"

enum { EXPORT_FOLDER_SIZE_MAX = 200, EXPORT_FOLDER_DEPTH_MAX = 8 };

struct export_folders;
struct export_file;
struct export_folders_ops {
    err (*begin)(struct export_folders *f, str folder, str name, struct export_file **out);
    err (*write)(struct export_file *file, const void *bytes, size_t size);
    err (*commit)(struct export_file *file);
    void (*abort)(struct export_file *file);
};
struct export_folders {
    const struct export_folders_ops *ops;
};

/* NULL, or what is wrong with a folder: it is relative, of names of letters, digits, ".", "_" and
 * "-" that do not begin with ".", separated by "/". */
const char *export_folder_complaint(str folder);

/* Begins a file that is seen under its name once it is whole; what an earlier attempt left of it
 * goes. Folders are made as they are needed; links are not followed.
 * Errors: INVALID (a folder that is none), NO_SPACE, UNAVAILABLE (the root is not there). */
static inline err export_file_begin(struct export_folders *f, str folder, str name,
                                    struct export_file **out)
{
    return f->ops->begin(f, folder, name, out);
}
/* Errors of these: NO_SPACE, UNAVAILABLE. */
static inline err export_file_write(struct export_folders *f, struct export_file *file,
                                    const void *bytes, size_t size)
{
    return f->ops->write(file, bytes, size);
}
/* Durable, and ended in every case. */
static inline err export_file_commit(struct export_folders *f, struct export_file *file)
{
    return f->ops->commit(file);
}
/* Nothing stays. NULL is a no-op. */
static inline void export_file_abort(struct export_folders *f, struct export_file *file)
{
    if (file != NULL)
        f->ops->abort(file);
}

#endif
