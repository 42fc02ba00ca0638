/* The table of a folder's files, and answers from it. */
#include "presentation/static_files.h"

#include "base/arena.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t changed_us(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

static err read_folder(struct static_files *s, struct arena *a, int parent, str prefix,
                       const char *name, unsigned depth);

static err add_entry(struct static_files *s, struct arena *a, DIR *folder, str prefix,
                     const char *name, unsigned depth)
{
    struct stat st;
    if (name[0] == '.' || fstatat(dirfd(folder), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return OK;
    if (S_ISDIR(st.st_mode))
        return read_folder(s, a, dirfd(folder), str_format(a, "%.*s%s/", STR_ARG(prefix), name),
                           name, depth + 1);
    if (!S_ISREG(st.st_mode))
        return OK;
    if (s->files.len == STATIC_FILE_COUNT_MAX)
        return ERR(INVALID, "a folder of static files holds too many");
    *SLICE_PUSH(a, &s->files) =
        (struct static_file){.name = str_cstr(a, str_format(a, "%.*s%s", STR_ARG(prefix), name)),
                             .size = (uint64_t)st.st_size,
                             .changed_us = changed_us(&st)};
    return OK;
}

static err read_folder(struct static_files *s, struct arena *a, int parent, str prefix,
                       const char *name, unsigned depth)
{
    if (depth > STATIC_DEPTH_MAX)
        return ERR(INVALID, "a folder of static files is too deep");
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth != 0 ? O_NOFOLLOW : 0);
    int fd = openat(parent, name, flags);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return ERR(NOT_FOUND, "a folder of static files cannot be read");
    }
    err e = OK;
    for (struct dirent *entry; !failed(e) && (entry = readdir(folder)) != NULL;)
        e = add_entry(s, a, folder, prefix, entry->d_name, depth);
    closedir(folder);
    return e;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct static_file *)a)->name, ((const struct static_file *)b)->name);
}

err static_files_open(struct static_files *s, struct arena *a, const char *folder)
{
    *s = (struct static_files){.fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (s->fd < 0)
        return ERR(NOT_FOUND, "there is no such folder");
    err e = read_folder(s, a, s->fd, STR(""), ".", 0);
    if (failed(e)) {
        static_files_close(s);
        return e;
    }
    if (s->files.len != 0)
        qsort(s->files.at, s->files.len, sizeof *s->files.at, by_name);
    return OK;
}

void static_files_close(struct static_files *s)
{
    if (s->fd > 0)
        close(s->fd);
    *s = (struct static_files){0};
}

const struct static_file *static_files_find(const struct static_files *s, str name)
{
    size_t low = 0, high = s->files.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(str_of(s->files.at[middle].name), name);
        if (order == 0)
            return &s->files.at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static str type_of(str name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {{".js", "text/javascript; charset=utf-8"},
                 {".mjs", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".html", "text/html; charset=utf-8"},
                 {".json", "application/json"},
                 {".wasm", "application/wasm"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".ico", "image/vnd.microsoft.icon"},
                 {".woff2", "font/woff2"},
                 {".txt", "text/plain; charset=utf-8"}};
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_ends(name, str_of(types[i].ending)))
            return str_of(types[i].type);
    return STR("application/octet-stream");
}

/* Has a part of sixteen hexadecimal digits: "app.bundle.0f6159c501addfe9.js". */
static bool has_hash(str name)
{
    enum { HASH_SIZE = 16 };
    str part;
    while (str_cut(&name, '.', &part)) {
        size_t digits = 0;
        while (digits < part.len && strchr("0123456789abcdef", part.ptr[digits]) != NULL)
            digits++;
        if (part.len == HASH_SIZE && digits == HASH_SIZE)
            return true;
    }
    return false;
}

static err open_file(const struct static_files *s, const struct static_file *file, int *out)
{
    struct stat st;
    int fd = openat(s->fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || (uint64_t)st.st_size != file->size ||
        changed_us(&st) != file->changed_us) {
        if (fd >= 0)
            close(fd);
        return ERR(UNAVAILABLE, "the file changed since the server started; start it again");
    }
    *out = fd;
    return OK;
}

err static_files_respond(struct request *r, const struct static_files *s,
                         const struct static_file *file)
{
    int fd;
    struct arena *a = request_arena(r);
    str name = str_of(file->name);
    const struct static_file *packed =
        static_files_find(s, str_format(a, "%.*s.gz", STR_ARG(name)));
    bool is_packed = packed != NULL && accepts_gzip(http_header(r->x, "Accept-Encoding"));
    const struct static_file *sent = is_packed ? packed : file;
    str etag = str_format(a, "%llx-%llx%s", (unsigned long long)sent->changed_us,
                          (unsigned long long)sent->size, is_packed ? "-gz" : "");
    http_set_header(r->x, "ETag", str_format(a, "\"%.*s\"", STR_ARG(etag)));
    http_set_header(r->x, "Cache-Control",
                    has_hash(name) ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    if (packed != NULL)
        http_set_header(r->x, "Vary", STR("Accept-Encoding"));
    if (request_is_unchanged(r, etag))
        return OK;
    TRY(open_file(s, sent, &fd));
    if (is_packed)
        http_set_header(r->x, "Content-Encoding", STR("gzip"));
    http_respond_file(r->x, 200, type_of(name), fd, 0, sent->size);
    return OK;
}
