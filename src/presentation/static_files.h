/* A folder of files that are served as they are. It is read once, when the program starts: what a
 * peer asks for is looked up in the table and is never a path. */
#ifndef PRESENTATION_STATIC_FILES_H
#define PRESENTATION_STATIC_FILES_H

#include "presentation/request.h"

enum { STATIC_FILE_COUNT_MAX = 4096, STATIC_DEPTH_MAX = 8 };

struct static_file {
    const char *name; /* relative to the folder, "assets/logo.svg" */
    uint64_t size;
    int64_t changed_us;
};
SLICE(static_file);

struct static_files {
    int fd;                         /* of the folder */
    struct static_file_slice files; /* by name */
};

/* Links and hidden files are passed over. Errors: NOT_FOUND (no such folder), INVALID (too many
 * files, too deep). On failure nothing stays open. */
err static_files_open(struct static_files *s, struct arena *a, const char *folder);
void static_files_close(struct static_files *s);

const struct static_file *static_files_find(const struct static_files *s, str name);

/* With its type, an entity tag and how long it may be kept: for ever when a hash of its content is
 * in its name. "name.gz" beside it is sent instead to who takes gzip. Errors: UNAVAILABLE (it
 * changed since the start). */
err static_files_respond(struct request *r, const struct static_files *s,
                         const struct static_file *file);

#endif
