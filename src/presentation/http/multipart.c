/* A block that always holds enough to tell a boundary from content. */
#include "presentation/http/multipart.h"

#include "base/arena.h"
#include "presentation/http/text.h"

static err fill(struct multipart_reader *r)
{
    if (r->start != 0) {
        memmove(r->block, r->block + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    while (!r->at_end && r->end < MULTIPART_BLOCK_SIZE) {
        size_t got;
        TRY(byte_source_read(r->from, r->block + r->end, MULTIPART_BLOCK_SIZE - r->end, &got));
        r->at_end = got == 0;
        r->end += got;
        if (got != 0 && r->end >= r->delimiter_size * 2)
            break; /* enough to go on with */
    }
    return OK;
}

/* Bytes of content at the start of the block; *boundary when they end at one. */
static size_t content_size(const struct multipart_reader *r, bool *boundary)
{
    size_t size = r->end - r->start;
    const char *p = r->block + r->start;
    const char *found = memmem(p, size, r->delimiter, r->delimiter_size);
    *boundary = found != NULL;
    if (found != NULL)
        return (size_t)(found - p);
    size_t keep = r->delimiter_size - 1; /* a boundary may begin here */
    if (r->at_end)
        return size;
    return size > keep ? size - keep : 0;
}

static err part_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct multipart_reader *r = container_of(source, struct multipart_reader, base);
    bool boundary = false;
    *got = 0;
    while (r->in_part) {
        size_t ready = content_size(r, &boundary);
        if (ready != 0) {
            *got = ready < size ? ready : size;
            memcpy(to, r->block + r->start, *got);
            r->start += *got;
            return OK;
        }
        if (boundary) {
            r->in_part = false;
            return OK;
        }
        if (r->at_end)
            return ERR(MALFORMED, "the multipart body ends without its boundary");
        TRY(fill(r));
    }
    return OK;
}

static const struct byte_source_ops part_ops = {.read = part_read};

err multipart_reader_init(struct multipart_reader *r, struct byte_source *from, str content_type)
{
    str boundary = header_parameter(content_type, STR("boundary"));
    *r = (struct multipart_reader){.base = {&part_ops}, .from = from};
    if (boundary.len == 0 || boundary.len > MULTIPART_BOUNDARY_SIZE_MAX)
        return ERR(MALFORMED, "the multipart type has no boundary");
    r->block = heap_alloc_raw(MULTIPART_BLOCK_SIZE);
    memcpy(r->delimiter, "\r\n--", 4);
    memcpy(r->delimiter + 4, boundary.ptr, boundary.len);
    r->delimiter_size = boundary.len + 4;
    memcpy(r->block, "\r\n", 2); /* so that a boundary at the very start is found too */
    r->end = 2;
    r->in_part = true; /* the preamble */
    return OK;
}

void multipart_reader_deinit(struct multipart_reader *r)
{
    heap_free(r->block);
    r->block = NULL;
}

/* Behind a boundary: "--" ends the body, spaces and CRLF begin a part. */
static err pass_boundary(struct multipart_reader *r, bool *found)
{
    r->start += r->delimiter_size;
    while (r->end - r->start < 2 && !r->at_end)
        TRY(fill(r));
    str here = {r->block + r->start, r->end - r->start};
    *found = false;
    if ((here.len == 0 && r->part_count != 0) || str_starts(here, STR("--"))) {
        r->is_last = true;
        return OK;
    }
    for (;;) {
        while (r->start < r->end && (r->block[r->start] == ' ' || r->block[r->start] == '\t'))
            r->start++;
        while (r->end - r->start < 2 && !r->at_end)
            TRY(fill(r));
        if (r->end - r->start < 2 || (r->block[r->start] != ' ' && r->block[r->start] != '\t'))
            break;
    }
    if (r->end - r->start < 2 || memcmp(r->block + r->start, "\r\n", 2) != 0)
        return ERR(MALFORMED, "a multipart boundary is not followed by a line end");
    *found = true;
    return OK; /* the CRLF stays: it may also be the one before the empty line */
}

static void read_header(struct arena *a, str line, struct multipart_part *out)
{
    static const char *const names[] = {"Content-Type", "Content-Location", "Content-Disposition",
                                        "Content-Encoding"};
    str *const values[] = {&out->content_type, &out->content_location, &out->content_disposition,
                           &out->content_encoding};
    size_t colon = str_find_char(line, ':');
    for (size_t i = 0; i < COUNT_OF(names) && colon != SIZE_MAX; i++)
        if (str_eq_nocase(str_trim(str_sub(line, 0, colon)), str_of(names[i])))
            *values[i] = str_copy(a, str_trim(str_sub(line, colon + 1, line.len)));
}

err multipart_next(struct multipart_reader *r, struct arena *a, struct multipart_part *out,
                   bool *found)
{
    char drop[4096];
    size_t got = 1;
    *out = (struct multipart_part){0};
    *found = false;
    if (r->is_last)
        return OK;
    while (got != 0)
        TRY(part_read(&r->base, drop, sizeof drop, &got));
    TRY(pass_boundary(r, found));
    if (!*found)
        return OK;
    if (++r->part_count > MULTIPART_PART_COUNT_MAX)
        return ERR(MALFORMED, "the multipart body has too many parts");
    for (;;) {
        str here = {r->block + r->start, r->end - r->start};
        size_t end = str_find(here, STR("\r\n\r\n"));
        if (end != SIZE_MAX) {
            str head = str_sub(here, 0, end), line;
            while (str_cut(&head, '\n', &line))
                read_header(a, str_trim(line), out);
            r->start += end + 4;
            break;
        }
        if (here.len > MULTIPART_HEAD_SIZE_MAX || r->at_end)
            return ERR(MALFORMED, "the head of a part is too long or cut off");
        TRY(fill(r));
    }
    r->in_part = true;
    out->content = &r->base;
    if (r->start >= 2) { /* an empty part: its boundary begins with the CRLF that ended the head */
        str here = {r->block + r->start - 2, r->end - r->start + 2};
        if (str_starts(here, (str){r->delimiter, r->delimiter_size}))
            r->start -= 2;
    }
    return OK;
}

str multipart_head(struct arena *a, str boundary, str content_type, str location, bool first)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, "%s--%.*s\r\nContent-Type: %.*s\r\n", first ? "" : "\r\n", STR_ARG(boundary),
             STR_ARG(content_type));
    if (location.ptr != NULL)
        buf_addf(&out, "Content-Location: %.*s\r\n", STR_ARG(location));
    buf_add(&out, STR("\r\n"));
    return buf_str(&out);
}

str multipart_tail(struct arena *a, str boundary)
{
    return str_format(a, "\r\n--%.*s--\r\n", STR_ARG(boundary));
}

str multipart_content_type(struct arena *a, str boundary, str type)
{
    return str_format(a, "multipart/related; type=\"%.*s\"; boundary=%.*s", STR_ARG(type),
                      STR_ARG(boundary));
}
