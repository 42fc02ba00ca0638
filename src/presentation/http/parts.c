/* In one piece when it is short, else piece by piece as it is sent. */
#include "presentation/http/parts.h"

#include "base/arena.h"
#include "base/log.h"

#include <microhttpd.h>
#include <sys/mman.h>
#include <unistd.h>

struct parts_reader {
    struct MHD_Connection *connection;
    struct lanes *lanes;
    struct http_parts parts;
    size_t at;
    uint64_t offset_in_part, base;
    int fd;
    struct pool_job job;
    bool was_opened; /* on a lane, or in vain; fd tells how that went */
};

static void open_part(struct parts_reader *r)
{
    err e = r->parts.open(&r->parts, &r->parts.at[r->at], &r->fd, &r->base);
    if (!failed(e))
        return;
    r->fd = -1;
    r->was_opened = true;
    log_set_request_id(r->parts.request_id);
    log_err(LOG_ERROR, "answer_broken_off", e);
    log_set_request_id(STR_NONE);
}

/* Who resumes the connection gives the reader away. */
static void open_on_lane(struct pool_job *job)
{
    struct parts_reader *r = container_of(job, struct parts_reader, job);
    open_part(r);
    MHD_resume_connection(r->connection);
}

static ssize_t wait_for_file(struct parts_reader *r)
{
    r->was_opened = true;
    MHD_suspend_connection(r->connection);
    if (lanes_push(r->lanes, LANE_STREAM, &r->job))
        return 0;
    MHD_resume_connection(r->connection);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_file_part(struct parts_reader *r, const struct http_part *part, char *to,
                              size_t size)
{
    if (r->fd < 0 && !r->was_opened)
        open_part(r);
    if (r->fd < 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    uint64_t offset = part->offset + r->offset_in_part;
    ssize_t got = pread(r->fd, to, size, (off_t)(offset - r->base));
    if (got <= 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (r->parts.passed != NULL)
        r->parts.passed(&r->parts, part, offset, to, (size_t)got);
    return got;
}

static bool must_wait(struct parts_reader *r, const struct http_part *part)
{
    return r->fd < 0 && r->parts.may_wait && !r->was_opened &&
           (r->parts.waits == NULL || r->parts.waits(&r->parts, part));
}

static ssize_t read_parts(void *argument, uint64_t position, char *to, size_t room)
{
    struct parts_reader *r = argument;
    size_t filled = 0;
    (void)position; /* pieces are asked for in order */
    while (filled < room && r->at < r->parts.count) {
        const struct http_part *part = &r->parts.at[r->at];
        uint64_t left = http_part_size(part) - r->offset_in_part;
        size_t step = left < room - filled ? (size_t)left : room - filled;
        if (step != 0 && part->file == NULL) {
            memcpy(to + filled, part->memory.ptr + r->offset_in_part, step);
        } else if (step != 0) {
            if (must_wait(r, part))
                return filled != 0 ? (ssize_t)filled : wait_for_file(r);
            ssize_t got = read_file_part(r, part, to + filled, step);
            if (got < 0) /* what is there goes first: a failure before it would be noticed late */
                return filled != 0 ? (ssize_t)filled : got;
            step = (size_t)got;
        }
        filled += step;
        r->offset_in_part += step;
        if (step == left) {
            r->at++;
            r->offset_in_part = 0;
            if (part->file == NULL)
                continue; /* the file behind it may be open already */
            if (r->fd >= 0)
                close(r->fd);
            r->fd = -1;
            r->was_opened = false;
        }
    }
    return filled == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)filled;
}

static void free_parts(void *argument)
{
    struct parts_reader *r = argument;
    if (r->fd >= 0)
        close(r->fd);
    heap_free(r);
}

/* A short body goes out in one piece: memory and mapped files together, without a copy in between.
 * A file that shrinks meanwhile makes the send fail, not the process. */
struct mapped_parts {
    size_t count;
    struct mapping {
        void *at;
        size_t size;
    } maps[HTTP_MAPPED_PART_COUNT_MAX];
};

static void unmap_parts(void *argument)
{
    struct mapped_parts *m = argument;
    for (size_t i = 0; i < m->count; i++)
        munmap(m->maps[i].at, m->maps[i].size);
    heap_free(m);
}

/* at: NULL when it cannot be mapped. Errors: those of open. */
static err map_part(struct http_parts *parts, const struct http_part *part, struct mapping *map,
                    struct MHD_IoVec *out)
{
    uint64_t base = 0;
    int fd;
    TRY(parts->open(parts, part, &fd, &base));
    uint64_t offset = part->offset - base, slack = offset % (uint64_t)sysconf(_SC_PAGESIZE);
    size_t size = (size_t)(part->size + slack);
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, (off_t)(offset - slack));
    close(fd);
    *map = (struct mapping){at == MAP_FAILED ? NULL : at, size};
    *out = (struct MHD_IoVec){(char *)at + slack, (size_t)part->size};
    return OK;
}

/* *out stays NULL when a part cannot be mapped. */
static err respond_mapped(struct http_parts *parts, struct MHD_Response **out)
{
    struct MHD_IoVec pieces[HTTP_MAPPED_PART_COUNT_MAX];
    struct mapped_parts *m = heap_alloc(sizeof *m);
    unsigned count = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const struct http_part *part = &parts->at[i];
        if (http_part_size(part) == 0)
            continue;
        if (part->file == NULL) {
            pieces[count++] = (struct MHD_IoVec){part->memory.ptr, part->memory.len};
            continue;
        }
        err e = map_part(parts, part, &m->maps[m->count], &pieces[count]);
        if (failed(e) || m->maps[m->count].at == NULL) {
            unmap_parts(m);
            return e;
        }
        m->count++;
        count++;
    }
    *out = MHD_create_response_from_iovec(pieces, count, unmap_parts, m);
    if (*out == NULL)
        unmap_parts(m);
    return OK;
}

static bool read_whole(int fd, char *to, uint64_t size, uint64_t offset)
{
    while (size != 0) {
        ssize_t got = pread(fd, to, (size_t)size, (off_t)offset);
        if (got <= 0)
            return false;
        to += got;
        size -= (uint64_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

/* *is_whole: all of it could be read. Errors: those of open. */
static err copy_part(struct http_parts *parts, const struct http_part *part, char *to,
                     bool *is_whole)
{
    uint64_t base = 0;
    int fd;
    if (part->file == NULL && part->memory.len != 0)
        memcpy(to, part->memory.ptr, part->memory.len);
    if (part->file == NULL || part->size == 0)
        return OK;
    TRY(parts->open(parts, part, &fd, &base));
    *is_whole &= read_whole(fd, to, part->size, part->offset - base);
    close(fd);
    return OK;
}

/* A copy of a few pages costs less than to map them. *out stays NULL when a part is not all there.
 */
static err respond_copied(struct http_parts *parts, size_t total, struct MHD_Response **out)
{
    char *bytes = heap_alloc_raw(total), *at = bytes;
    bool is_whole = true;
    err e = OK;
    for (size_t i = 0; !failed(e) && is_whole && i < parts->count; i++) {
        e = copy_part(parts, &parts->at[i], at, &is_whole);
        at += http_part_size(&parts->at[i]);
    }
    if (!failed(e) && is_whole)
        *out = MHD_create_response_from_buffer_with_free_callback(total, bytes, heap_free);
    if (*out == NULL)
        heap_free(bytes);
    return e;
}

static err open_first(struct parts_reader *r)
{
    for (size_t i = 0; i < r->parts.count && !r->parts.opens_late; i++)
        if (r->parts.at[i].file != NULL)
            return r->parts.open(&r->parts, &r->parts.at[i], &r->fd, &r->base);
    return OK;
}

static err respond_streamed(const struct http_parts *parts, struct MHD_Connection *connection,
                            struct lanes *lanes, uint64_t total, struct MHD_Response **out)
{
    struct parts_reader *r = heap_alloc(sizeof *r);
    *r = (struct parts_reader){.connection = connection,
                               .lanes = lanes,
                               .parts = *parts,
                               .fd = -1,
                               .job = {.run = open_on_lane}};
    err e = open_first(r);
    if (failed(e)) {
        heap_free(r);
        return e;
    }
    *out = MHD_create_response_from_callback(total, HTTP_PIECE_SIZE, read_parts, r, free_parts);
    return OK;
}

err parts_response(const struct http_parts *parts, struct MHD_Connection *connection,
                   struct lanes *lanes, struct MHD_Response **out, uint64_t *total)
{
    struct http_parts own = *parts;
    *out = NULL;
    *total = 0;
    for (size_t i = 0; i < parts->count; i++)
        *total += http_part_size(&parts->at[i]);
    if (*total != 0 && *total <= HTTP_COPIED_SIZE_MAX)
        TRY(respond_copied(&own, (size_t)*total, out));
    else if (*total != 0 && *total <= HTTP_MAPPED_SIZE_MAX &&
             parts->count <= HTTP_MAPPED_PART_COUNT_MAX)
        TRY(respond_mapped(&own, out));
    return *out != NULL ? OK : respond_streamed(parts, connection, lanes, *total, out);
}
