/* A ZIP or tar archive written from its beginning to its end, entry by entry: what is stored is not
 * compressed, and a ZIP entry's checksum stands behind it. The other end of archive_reader.h. */
#ifndef APPLICATION_SERVICES_ARCHIVE_WRITER_H
#define APPLICATION_SERVICES_ARCHIVE_WRITER_H

#include "base/byte_sink.h"
#include "base/clock.h"

struct archive_writer {
    struct byte_sink *to;
    bool is_zip;
    uint64_t size;  /* so far */
    uint64_t count; /* of entries */
    unsigned char *block;
    struct buf head;      /* of the entry at work */
    struct buf directory; /* of a ZIP archive */
};

/* a holds what is needed until the end: a block, and of a ZIP archive its directory. */
void archive_writer_begin(struct archive_writer *w, struct arena *a, struct byte_sink *to,
                          bool is_zip);
/* name: ASCII, components separated by "/", TAR_NAME_SIZE_MAX at most. content: exactly size bytes.
 * Errors: UNAVAILABLE (content is shorter or longer), those of content and of the sink. */
err archive_writer_add(struct archive_writer *w, str name, uint64_t size, instant time,
                       struct byte_source *content);
err archive_writer_end(struct archive_writer *w);

#endif
