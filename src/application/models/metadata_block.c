/* Compression by zlib; joining by hand, RFC 1951 3.2.4 and RFC 1952. */
#include "application/models/metadata_block.h"

#include "base/arena.h"

#include <zlib.h>

enum { METADATA_LEVEL = 6, METADATA_SIZE_MAX = 256 * 1024 * 1024 };

struct metadata_block metadata_block_make(struct arena *a, str text)
{
    static const struct metadata_block none;
    z_stream stream = {0};
    if (deflateInit2(&stream, METADATA_LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return none;
    size_t room = deflateBound(&stream, text.len) + 16;
    char *bytes = arena_alloc_raw(a, room, 1);
    stream.next_in = (unsigned char *)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (unsigned char *)bytes;
    stream.avail_out = (uInt)room;
    int code = deflate(&stream, Z_FULL_FLUSH);
    size_t size = room - stream.avail_out;
    deflateEnd(&stream);
    if (code != Z_OK)
        return none;
    return (struct metadata_block){
        .bytes = {bytes, size},
        .size = (int64_t)text.len,
        .crc = (int64_t)crc32(0, (const unsigned char *)text.ptr, (uInt)text.len)};
}

err metadata_block_text(struct arena *a, const struct metadata_block *block, struct buf *out)
{
    z_stream stream = {0};
    (void)a;
    if (block->size < 0 || block->size > METADATA_SIZE_MAX ||
        inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return ERR(MALFORMED, "the stored metadata is damaged");
    stream.next_in = (unsigned char *)block->bytes.ptr;
    stream.avail_in = (uInt)block->bytes.len;
    stream.next_out = (unsigned char *)buf_reserve(out, (size_t)block->size + 1);
    stream.avail_out = (uInt)block->size;
    int code = inflate(&stream, Z_SYNC_FLUSH);
    size_t size = (size_t)block->size - stream.avail_out;
    inflateEnd(&stream);
    if ((code != Z_OK && code != Z_BUF_ERROR) || size != (size_t)block->size)
        return ERR(MALFORMED, "the stored metadata is damaged");
    buf_added(out, size);
    return OK;
}

/* A stored block of one byte. */
static void add_literal(struct metadata_join *j, char c, bool is_final)
{
    const unsigned char block[6] = {is_final ? 1 : 0, 1, 0, 0xFE, 0xFF, (unsigned char)c};
    buf_add_bytes(&j->out, block, sizeof block);
    j->crc = crc32(j->crc, &block[5], 1);
    j->size++;
}

void metadata_join_begin(struct metadata_join *j, struct arena *a)
{
    static const unsigned char header[10] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255};
    *j = (struct metadata_join){.out = BUF_IN(a), .crc = crc32(0, NULL, 0)};
    buf_add_bytes(&j->out, header, sizeof header);
    add_literal(j, '[', false);
}

void metadata_join_add(struct metadata_join *j, const struct metadata_block *block)
{
    if (j->count++ != 0)
        add_literal(j, ',', false);
    buf_add(&j->out, block->bytes);
    j->crc = crc32_combine(j->crc, (unsigned long)block->crc, (z_off_t)block->size);
    j->size += (uint64_t)block->size;
}

str metadata_join_end(struct metadata_join *j)
{
    add_literal(j, ']', true);
    for (unsigned i = 0; i < 4; i++)
        buf_add_char(&j->out, (char)(j->crc >> (8 * i)));
    for (unsigned i = 0; i < 4; i++)
        buf_add_char(&j->out, (char)(j->size >> (8 * i)));
    return buf_str(&j->out);
}

err gzip_inflate(struct arena *a, str gzip, str *out)
{
    z_stream stream = {0};
    struct buf text = BUF_IN(a);
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK)
        return ERR(UNAVAILABLE, "the metadata cannot be inflated");
    stream.next_in = (unsigned char *)gzip.ptr;
    stream.avail_in = (uInt)gzip.len;
    int code = Z_OK;
    while (code == Z_OK && text.len < METADATA_SIZE_MAX) {
        size_t room = gzip.len * 4 + 65536;
        stream.next_out = (unsigned char *)buf_reserve(&text, room);
        stream.avail_out = (uInt)room;
        code = inflate(&stream, Z_NO_FLUSH);
        buf_added(&text, room - stream.avail_out);
    }
    inflateEnd(&stream);
    if (code != Z_STREAM_END)
        return ERR(MALFORMED, "the stored metadata is damaged");
    *out = buf_str(&text);
    return OK;
}

err gzip_pack(struct arena *a, str gzip, str *out)
{
    z_stream stream = {0};
    str text;
    TRY(gzip_inflate(a, gzip, &text));
    if (deflateInit2(&stream, METADATA_LEVEL, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return ERR(UNAVAILABLE, "the metadata cannot be compressed");
    size_t room = deflateBound(&stream, text.len);
    char *bytes = arena_alloc_raw(a, room, 1);
    stream.next_in = (unsigned char *)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (unsigned char *)bytes;
    stream.avail_out = (uInt)room;
    int code = deflate(&stream, Z_FINISH);
    size_t size = room - stream.avail_out;
    deflateEnd(&stream);
    if (code != Z_STREAM_END)
        return ERR(UNAVAILABLE, "the metadata cannot be compressed");
    *out = (str){bytes, size};
    return OK;
}
