/* In one piece when it is short, else piece by piece as it is sent. */
#include "presentation/http/parts.h"

#include "base/arena.h"

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
    bool was_opened; /* on a lane; fd tells how that went */
};

/* Who resumes the connection gives the reader away. */
static void open_on_lane(struct pool_job *job)
{
    struct parts_reader *r = container_of(job, struct parts_reader, job);
    r->fd = r->parts.open(&r->parts, &r->parts.at[r->at], &r->base);
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
        r->fd = r->parts.open(&r->parts, part, &r->base);
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

static bool map_part(struct mapped_parts *m, struct http_parts *parts, const struct http_part *part,
                     struct MHD_IoVec *out)
{
    uint64_t base = 0;
    int fd = parts->open(parts, part, &base);
    if (fd < 0)
        return false;
    uint64_t offset = part->offset - base, slack = offset % (uint64_t)sysconf(_SC_PAGESIZE);
    size_t size = (size_t)(part->size + slack);
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, (off_t)(offset - slack));
    close(fd);
    if (at == MAP_FAILED)
        return false;
    m->maps[m->count++] = (struct mapping){at, size};
    *out = (struct MHD_IoVec){(char *)at + slack, (size_t)part->size};
    return true;
}

/* NULL when a part cannot be mapped. */
static struct MHD_Response *respond_mapped(struct http_parts *parts)
{
    struct MHD_IoVec pieces[HTTP_MAPPED_PART_COUNT_MAX];
    struct mapped_parts *m = heap_alloc(sizeof *m);
    unsigned count = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const struct http_part *part = &parts->at[i];
        if (http_part_size(part) == 0)
            continue;
        if (part->file == NULL)
            pieces[count] = (struct MHD_IoVec){part->memory.ptr, part->memory.len};
        else if (!map_part(m, parts, part, &pieces[count])) {
            unmap_parts(m);
            return NULL;
        }
        count++;
    }
    struct MHD_Response *response = MHD_create_response_from_iovec(pieces, count, unmap_parts, m);
    if (response == NULL)
        unmap_parts(m);
    return response;
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

/* A copy of a few pages costs less than to map them. NULL when a part cannot be read. */
static struct MHD_Response *respond_copied(struct http_parts *parts, size_t total)
{
    char *bytes = heap_alloc_raw(total), *at = bytes;
    bool is_whole = true;
    for (size_t i = 0; is_whole && i < parts->count; i++) {
        const struct http_part *part = &parts->at[i];
        uint64_t base = 0;
        if (part->file == NULL && part->memory.len != 0) {
            memcpy(at, part->memory.ptr, part->memory.len);
        } else if (part->file != NULL && part->size != 0) {
            int fd = parts->open(parts, part, &base);
            is_whole = fd >= 0 && read_whole(fd, at, part->size, part->offset - base);
            if (fd >= 0)
                close(fd);
        }
        at += http_part_size(part);
    }
    struct MHD_Response *response =
        is_whole ? MHD_create_response_from_buffer_with_free_callback(total, bytes, heap_free)
                 : NULL;
    if (response == NULL)
        heap_free(bytes);
    return response;
}

struct MHD_Response *parts_response(const struct http_parts *parts,
                                    struct MHD_Connection *connection, struct lanes *lanes,
                                    uint64_t *total)
{
    struct http_parts own = *parts;
    struct MHD_Response *response = NULL;
    *total = 0;
    for (size_t i = 0; i < parts->count; i++)
        *total += http_part_size(&parts->at[i]);
    if (*total != 0 && *total <= HTTP_COPIED_SIZE_MAX)
        response = respond_copied(&own, (size_t)*total);
    else if (*total != 0 && *total <= HTTP_MAPPED_SIZE_MAX &&
             parts->count <= HTTP_MAPPED_PART_COUNT_MAX)
        response = respond_mapped(&own);
    if (response != NULL)
        return response;
    struct parts_reader *r = heap_alloc(sizeof *r);
    *r = (struct parts_reader){.connection = connection,
                               .lanes = lanes,
                               .parts = own,
                               .fd = -1,
                               .job = {.run = open_on_lane}};
    return MHD_create_response_from_callback(*total, HTTP_PIECE_SIZE, read_parts, r, free_parts);
}
