/* The newest event of each organization, signed, behind what the file has already. */
#include "infrastructure/audit_anchors.h"

#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void audit_anchors_open(struct audit_anchors *s, struct db_context *db, struct clock *clock,
                        const struct audit_seal *seal, const char *folder)
{
    *s = (struct audit_anchors){.db = db, .clock = clock, .seal = seal, .folder = folder};
    s->written = heap_alloc_array(AUDIT_ANCHORED_COUNT_MAX, sizeof *s->written);
}

void audit_anchors_close(struct audit_anchors *s)
{
    heap_free(s->written);
    *s = (struct audit_anchors){0};
}

static int64_t *written_sequence(struct audit_anchors *s, int64_t organization_key)
{
    static int64_t none;
    for (size_t i = 0; i < s->written_count; i++)
        if (s->written[i].organization_key == organization_key)
            return &s->written[i].sequence;
    none = 0;
    if (s->written_count == AUDIT_ANCHORED_COUNT_MAX)
        return &none;
    s->written[s->written_count].organization_key = organization_key;
    return &s->written[s->written_count++].sequence;
}

/* Of a trail that has a numbered end which is not anchored yet. */
static err add_anchor(struct audit_anchors *s, struct arena *a, struct audit_reader *r,
                      int64_t organization_key, uuid organization_id, struct buf *out)
{
    struct audit_event_slice newest;
    struct audit_filter filter = {.organization_key = organization_key, .limit = 1};
    TRY(audit_reader_find(r, a, &filter, &newest));
    if (newest.len == 0 || !newest.at[0].sequence.is_set)
        return OK;
    int64_t *written = written_sequence(s, organization_key);
    if (*written == newest.at[0].sequence.value)
        return OK;
    *written = newest.at[0].sequence.value;
    struct audit_anchor anchor = {.organization_id = organization_id,
                                  .sequence = newest.at[0].sequence.value,
                                  .hash = newest.at[0].hash,
                                  .anchored_at = clock_now(s->clock)};
    audit_sealer_sign(&s->seal->base, a, &anchor);
    size_t from = out->len;
    json_write(out, &audit_anchor_schema, &anchor, 0);
    log_event(LOG_INFO, "audit_anchor", "anchor=%.*s", (int)(out->len - from), out->ptr + from);
    buf_add_char(out, '\n');
    return OK;
}

static err append(const struct audit_anchors *s, struct arena *a, str lines)
{
    char *path = str_cstr(a, str_format(a, "%s/" AUDIT_ANCHOR_FILE, s->folder));
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR(UNAVAILABLE, "the file of audit anchors cannot be opened");
    ssize_t size = write(fd, lines.ptr, lines.len);
    bool is_full = size < 0 && errno == ENOSPC;
    bool is_written = size == (ssize_t)lines.len && fdatasync(fd) == 0;
    close(fd);
    if (is_written)
        return OK;
    return is_full ? ERR(NO_SPACE, "no space for audit anchors")
                   : ERR(UNAVAILABLE, "the file of audit anchors cannot be written");
}

static err collect(struct audit_anchors *s, struct arena *a, struct buf *lines)
{
    struct db_session *session;
    struct organization_slice all;
    TRY(db_session_begin(s->db, a, s->clock, &session));
    err e = organization_reader_all(session->readers.organizations, a, &all);
    for (size_t i = 0; !failed(e) && i < all.len; i++)
        e = add_anchor(s, a, session->readers.audit, all.at[i].key, all.at[i].id, lines);
    if (!failed(e))
        e = add_anchor(s, a, session->readers.audit, 0, (uuid){0}, lines);
    db_session_end(session);
    return e;
}

err audit_anchors_write(struct audit_anchors *s)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct buf lines = BUF_IN(&a);
    err e = collect(s, &a, &lines);
    if (!failed(e) && lines.len != 0)
        e = append(s, &a, buf_str(&lines));
    if (failed(e))
        s->written_count = 0; /* whatever did not get there comes again */
    return e;
}

static void take_line(struct arena *a, str line, struct audit_anchor_slice *out)
{
    struct audit_anchor anchor = {0};
    struct issues issues = {.arena = a};
    line = str_trim(line);
    if (line.len == 0 || line.ptr[0] != '{' || line.len > AUDIT_ANCHOR_LINE_SIZE_MAX ||
        str_find(line, STR("\"signature\"")) == SIZE_MAX)
        return;
    err e = json_read(a, line, &audit_anchor_schema, &anchor, &issues);
    if (failed(e) || issues.list.len != 0)
        return;
    schema_validate(&audit_anchor_schema, &anchor, &issues);
    if (issues.list.len == 0)
        *SLICE_PUSH(a, out) = anchor;
}

err audit_anchors_read(struct arena *a, const char *path, struct audit_anchor_slice *out)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *out = (struct audit_anchor_slice){0};
    if (fd < 0)
        return ERRF(a, NOT_FOUND, "cannot read %s", path);
    if (fstat(fd, &info) != 0 || info.st_size > AUDIT_ANCHOR_FILE_SIZE_MAX) {
        close(fd);
        return ERRF(a, INVALID, "%s is too long for a file of anchors", path);
    }
    size_t size = (size_t)info.st_size, at = 0;
    char *bytes = arena_alloc(a, size + 1, 1);
    for (ssize_t got = 1; at < size && got > 0; at += (size_t)(got > 0 ? got : 0))
        got = read(fd, bytes + at, size - at);
    close(fd);
    str rest = {bytes, at}, line;
    while (str_cut(&rest, '\n', &line))
        take_line(a, line, out);
    return OK;
}
