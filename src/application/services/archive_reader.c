/* Over libzip, which checks the sum of each entry. */
#include "application/services/archive_reader.h"

#include "base/checked.h"
#include "base/err.h"

#include <zip.h>

enum { PREAMBLE_SIZE = 128, HEAD_SIZE = PREAMBLE_SIZE + 4 };

bool archive_is_zip(const void *bytes, size_t size)
{
    return size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

/* The first bytes are read before it is known who gets them. */
struct entry_source {
    struct byte_source base;
    zip_file_t *file;
    uint64_t left; /* by its size in the directory, which is all it may have */
    unsigned char head[HEAD_SIZE];
    size_t head_size, head_given;
};

static err read_entry(struct entry_source *s, void *to, size_t size, size_t *got)
{
    zip_int64_t n = zip_fread(s->file, to, size);
    if (n < 0 || (uint64_t)n > s->left)
        return ERR(MALFORMED, "the zip entry is damaged");
    s->left -= (uint64_t)n;
    *got = (size_t)n;
    return OK;
}

static err entry_read(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct entry_source *s = container_of(base, struct entry_source, base);
    size_t here = s->head_size - s->head_given;
    if (here == 0)
        return read_entry(s, to, size, got);
    *got = size < here ? size : here;
    memcpy(to, s->head + s->head_given, *got);
    s->head_given += *got;
    return OK;
}

static const struct byte_source_ops entry_ops = {.read = entry_read};

static err read_head(struct entry_source *s)
{
    for (size_t got = 1; got != 0 && s->head_size < HEAD_SIZE; s->head_size += got)
        TRY(read_entry(s, s->head + s->head_size, HEAD_SIZE - s->head_size, &got));
    bool is_dicom = s->head_size == HEAD_SIZE && memcmp(s->head + PREAMBLE_SIZE, "DICM", 4) == 0;
    return archive_is_zip(s->head, s->head_size) && !is_dicom
               ? ERR(UNSUPPORTED, "an archive in an archive is not opened")
               : OK;
}

struct walk {
    zip_t *archive;
    struct archive_visitor *visitor;
    uint64_t number, skip;
};

static err open_entry(struct walk *w, zip_uint64_t at, struct entry_source *out)
{
    zip_stat_t info;
    *out = (struct entry_source){.base = {&entry_ops}};
    if (zip_stat_index(w->archive, at, 0, &info) != 0 || (info.valid & ZIP_STAT_SIZE) == 0)
        return ERR(MALFORMED, "the zip entry cannot be read");
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && info.encryption_method != ZIP_EM_NONE)
        return ERR(UNSUPPORTED, "the zip entry is encrypted");
    out->left = info.size;
    out->file = zip_fopen_index(w->archive, at, 0);
    return out->file != NULL ? read_head(out) : ERR(UNSUPPORTED, "the zip entry cannot be read");
}

static bool is_folder(zip_t *archive, zip_uint64_t at)
{
    const char *name = zip_get_name(archive, at, 0);
    return name != NULL && str_ends(str_of(name), STR("/"));
}

static err visit(struct walk *w, zip_uint64_t at)
{
    struct entry_source source;
    const char *name = zip_get_name(w->archive, at, 0);
    if (is_folder(w->archive, at))
        return OK;
    if (++w->number <= w->skip)
        return OK;
    err refused = open_entry(w, at, &source);
    err e = w->visitor->take(w->visitor, w->number, str_of(name != NULL ? name : ""), refused,
                             failed(refused) ? NULL : &source.base);
    if (source.file != NULL)
        zip_fclose(source.file);
    return e;
}

/* By the sizes the directory tells, which no entry is read beyond. */
static err check_sizes(zip_t *archive, zip_uint64_t count, uint64_t archive_size)
{
    uint64_t total = 0, limit;
    if (!CHECKED_MUL(archive_size, (uint64_t)ARCHIVE_RATIO_MAX, &limit) ||
        !CHECKED_ADD(limit, (uint64_t)ARCHIVE_UNCHECKED_SIZE, &limit))
        return ERR(TOO_LARGE, "the archive is too large");
    for (zip_uint64_t i = 0; i < count; i++) {
        zip_stat_t info;
        if (zip_stat_index(archive, i, 0, &info) == 0 && (info.valid & ZIP_STAT_SIZE) != 0 &&
            (!CHECKED_ADD(total, info.size, &total) || total > limit))
            return ERR(TOO_LARGE, "the archive grows beyond measure when it is unpacked");
    }
    return OK;
}

static err walk_open(zip_t *archive, uint64_t archive_size, uint64_t skip,
                     struct archive_visitor *v)
{
    struct walk w = {.archive = archive, .visitor = v, .skip = skip};
    zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count < 0 || count > ARCHIVE_ENTRY_COUNT_MAX)
        return ERR(TOO_LARGE, "the archive has more entries than a million");
    TRY(check_sizes(archive, (zip_uint64_t)count, archive_size));
    for (zip_int64_t i = 0; i < count; i++)
        v->entry_count += !is_folder(archive, (zip_uint64_t)i);
    for (zip_int64_t i = 0; i < count; i++)
        TRY(visit(&w, (zip_uint64_t)i));
    return OK;
}

err archive_zip_walk(int fd, uint64_t archive_size, uint64_t skip, struct archive_visitor *v)
{
    v->entry_count = 0;
    int code, own_fd = fd_copy(fd); /* which libzip closes */
    zip_t *archive = own_fd < 0 ? NULL : zip_fdopen(own_fd, 0, &code);
    if (archive == NULL) {
        if (own_fd >= 0)
            fd_close(own_fd);
        return ERR(MALFORMED, "the zip archive cannot be read: is it whole?");
    }
    err e = walk_open(archive, archive_size, skip, v);
    zip_discard(archive);
    return e;
}

/* A DICOM file may begin as whatever its sender likes. */
err archive_file_walk(int fd, uint64_t size, str name, uint64_t skip, struct archive_visitor *v)
{
    char head[HEAD_SIZE];
    struct region_source source;
    size_t got = 1, head_size = 0;
    region_source_init(&source, fd, 0, size);
    while (got != 0 && head_size < sizeof head) {
        TRY(byte_source_read(&source.base, head + head_size, sizeof head - head_size, &got));
        head_size += got;
    }
    if (archive_is_zip(head, head_size) &&
        !(head_size == HEAD_SIZE && memcmp(head + PREAMBLE_SIZE, "DICM", 4) == 0))
        return archive_zip_walk(fd, size, skip, v);
    v->entry_count = 0;
    region_source_init(&source, fd, 0, size);
    return skip == 0 ? v->take(v, 1, name, OK, &source.base) : OK;
}
