/* zlib, with an eye on the ratio. */
#include "presentation/http/gzip_source.h"

static err refill(struct gzip_source *s, bool *at_end)
{
    size_t got;
    *at_end = false;
    if (s->stream.avail_in != 0)
        return OK;
    TRY(byte_source_read(s->from, s->buffer, sizeof s->buffer, &got));
    s->stream.next_in = s->buffer;
    s->stream.avail_in = (uInt)got;
    s->in_size += got;
    *at_end = got == 0;
    return OK;
}

static err inflate_some(struct gzip_source *s)
{
    int code = inflate(&s->stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
        s->is_between = true;
        return inflateReset(&s->stream) == Z_OK ? OK : ERR(UNAVAILABLE, "inflating failed");
    }
    s->is_between = false;
    return code == Z_OK || code == Z_BUF_ERROR
               ? OK
               : ERR(MALFORMED, "the body is not compressed as Content-Encoding says");
}

static err gzip_read(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct gzip_source *s = container_of(base, struct gzip_source, base);
    s->stream.next_out = to;
    s->stream.avail_out = (uInt)(size < UINT32_MAX ? size : UINT32_MAX);
    uInt room = s->stream.avail_out;
    while (s->stream.avail_out == room && room != 0) {
        bool at_end;
        TRY(refill(s, &at_end));
        if (at_end && !s->is_between)
            return ERR(MALFORMED, "the compressed body is cut off");
        if (at_end)
            break;
        TRY(inflate_some(s));
    }
    *got = room - s->stream.avail_out;
    s->out_size += *got;
    if (s->out_size > GZIP_SOURCE_UNCHECKED_SIZE &&
        s->out_size / GZIP_SOURCE_RATIO_MAX > s->in_size)
        return ERR(TOO_LARGE, "the body inflates to more than 200 times its size");
    return OK;
}

static const struct byte_source_ops gzip_ops = {.read = gzip_read};

err gzip_source_init(struct gzip_source *s, struct byte_source *from)
{
    *s = (struct gzip_source){.base = {&gzip_ops}, .from = from};
    return inflateInit2(&s->stream, MAX_WBITS + 32) == Z_OK /* gzip or zlib, by its first bytes */
               ? OK
               : ERR(UNAVAILABLE, "inflating could not start");
}

void gzip_source_deinit(struct gzip_source *s)
{
    inflateEnd(&s->stream);
}
