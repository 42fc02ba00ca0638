/* ZIP archives of others, entry by entry: read where they lie, nothing is unpacked to a disk, and
 * no name in them is used as a path. What is made to harm is refused: archives that grow beyond
 * measure, that hold too many entries, encrypted ones; an archive in an archive is not opened. */
#ifndef APPLICATION_SERVICES_ARCHIVE_READER_H
#define APPLICATION_SERVICES_ARCHIVE_READER_H

#include "base/byte_source.h"

enum {
    ARCHIVE_ENTRY_COUNT_MAX = 1000000,
    /* DICOM rarely compresses to less than a twentieth; of all entries together … */
    ARCHIVE_RATIO_MAX = 200,
    /* … beyond this much */
    ARCHIVE_UNCHECKED_SIZE = 64 * 1024 * 1024
};

struct archive_visitor;
struct archive_visitor {
    /* number from 1, without folders. content: the bytes, to their end or not; NULL when refused
     * says why there are none. An error ends the walk. */
    err (*take)(struct archive_visitor *v, uint64_t number, str name, err refused,
                struct byte_source *content);
    uint64_t entry_count; /* set by the walk: of the archive, without folders; 0: it is none */
};

bool archive_is_zip(const void *bytes, size_t size);

/* The entries behind the first skip ones. fd: a file that can be read at any place; stays the
 * caller's, who has the descriptor for himself. Errors: MALFORMED (not whole), TOO_LARGE, and those
 * of take. */
err archive_zip_walk(int fd, uint64_t archive_size, uint64_t skip, struct archive_visitor *v);

/* The same of a file that is an archive; of any other, the file itself as number 1 under that name.
 */
err archive_file_walk(int fd, uint64_t size, str name, uint64_t skip, struct archive_visitor *v);

#endif
