/* Offsets are counted as bytes go. */
#include "application/services/archive_writer.h"

#include "base/arena.h"
#include "base/tar.h"
#include "base/zip.h"

#include <zlib.h>

enum { BLOCK_SIZE = 128 * 1024 };

void archive_writer_begin(struct archive_writer *w, struct arena *a, struct byte_sink *to,
                          bool is_zip)
{
    *w = (struct archive_writer){.to = to,
                                 .is_zip = is_zip,
                                 .block = arena_alloc_raw(a, BLOCK_SIZE, 16),
                                 .head = BUF_IN(a),
                                 .directory = BUF_IN(a)};
}

static err put(struct archive_writer *w, const void *bytes, size_t size)
{
    w->size += size;
    return size != 0 ? byte_sink_write(w->to, bytes, size) : OK;
}

static err put_content(struct archive_writer *w, uint64_t size, struct byte_source *content,
                       uLong *crc)
{
    *crc = crc32_z(0, NULL, 0);
    for (size_t got;; size -= got) {
        TRY(byte_source_read(content, w->block, BLOCK_SIZE, &got));
        if (got > size || (got == 0 && size != 0))
            return ERR(UNAVAILABLE, "a stored object is damaged");
        if (got == 0)
            return OK;
        if (w->is_zip)
            *crc = crc32_z(*crc, w->block, got);
        TRY(put(w, w->block, got));
    }
}

static err put_zip(struct archive_writer *w, struct zip_entry *entry, struct byte_source *content)
{
    unsigned char descriptor[ZIP_DESCRIPTOR_SIZE_MAX];
    uLong crc;
    entry->offset = w->size;
    entry->crc_is_behind = true;
    zip_write_local(&w->head, entry);
    TRY(put(w, w->head.ptr, w->head.len));
    TRY(put_content(w, entry->size, content, &crc));
    entry->crc = (uint32_t)crc;
    zip_write_central(&w->directory, entry);
    return put(w, descriptor, zip_write_descriptor(entry, descriptor));
}

static err put_tar(struct archive_writer *w, const struct zip_entry *entry,
                   struct byte_source *content)
{
    uLong crc;
    tar_write_header(&w->head, entry->name, entry->size, entry->time);
    TRY(put(w, w->head.ptr, w->head.len));
    TRY(put_content(w, entry->size, content, &crc));
    return put(w, tar_zeros, tar_padding(entry->size));
}

err archive_writer_add(struct archive_writer *w, str name, uint64_t size, instant time,
                       struct byte_source *content)
{
    struct zip_entry entry = {.name = name, .size = size, .time = time};
    w->head.len = 0;
    w->count++;
    return w->is_zip ? put_zip(w, &entry, content) : put_tar(w, &entry, content);
}

err archive_writer_end(struct archive_writer *w)
{
    if (!w->is_zip)
        return put(w, tar_zeros, sizeof tar_zeros);
    zip_write_end(&w->directory, w->count, w->directory.len, w->size);
    return put(w, w->directory.ptr, w->directory.len);
}
