/* Three places, in order; the first that says anything decides. */
#include "infrastructure/s3/credentials.h"

#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_section(str line, str profile)
{
    if (!str_ends(line, STR("]")))
        return false;
    str name = str_trim(str_sub(line, 1, line.len - 1));
    if (str_starts(name, STR("profile ")))
        name = str_trim(str_sub(name, 8, name.len));
    return str_eq(name, profile);
}

static void take_line(str line, struct s3_credentials *out)
{
    size_t equals = str_find_char(line, '=');
    if (equals == SIZE_MAX)
        return;
    str name = str_trim(str_sub(line, 0, equals)),
        value = str_trim(str_sub(line, equals + 1, line.len));
    if (value.len == 0 || value.len > CREDENTIALS_VALUE_SIZE_MAX)
        return;
    if (str_eq_nocase(name, STR("aws_access_key_id")))
        out->access_key_id = value;
    else if (str_eq_nocase(name, STR("aws_secret_access_key")))
        out->secret_access_key = value;
    else if (str_eq_nocase(name, STR("aws_session_token")))
        out->session_token = value;
}

bool s3_credentials_find(str text, str profile, struct s3_credentials *out)
{
    str rest = text, line;
    bool inside = false;
    struct s3_credentials found = {0};
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        if (line.ptr[0] == '[')
            inside = is_section(line, profile);
        else if (inside)
            take_line(line, &found);
    }
    if (found.access_key_id.len == 0 || found.secret_access_key.len == 0)
        return false;
    *out = found;
    return true;
}

/* A header's value must not hold what ends a line. */
static bool is_printable(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= 0x20 || (unsigned char)text.ptr[i] >= 0x7F)
            return false;
    return text.len <= CREDENTIALS_VALUE_SIZE_MAX;
}

static bool is_usable(const struct s3_credentials *c)
{
    return c->access_key_id.len != 0 && c->secret_access_key.len != 0 &&
           is_printable(c->access_key_id) && is_printable(c->secret_access_key) &&
           is_printable(c->session_token);
}

static void copy(struct arena *a, const struct s3_credentials *from, struct s3_credentials *out)
{
    *out = (struct s3_credentials){str_copy(a, from->access_key_id),
                                   str_copy(a, from->secret_access_key),
                                   str_copy(a, from->session_token)};
}

/* The whole file in a; absent when it cannot be had. info: of the file that was read. */
static str read_file(struct arena *a, str path, struct stat *info)
{
    int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return STR_NONE;
    char *bytes = arena_alloc(a, CREDENTIALS_FILE_SIZE_MAX, 1);
    size_t len = 0;
    ssize_t got = 0;
    bool good = fstat(fd, info) == 0 && S_ISREG(info->st_mode);
    while (good && len < CREDENTIALS_FILE_SIZE_MAX &&
           (got = read(fd, bytes + len, CREDENTIALS_FILE_SIZE_MAX - len)) > 0)
        len += (size_t)got;
    close(fd);
    return good && got == 0 ? (str){bytes, len} : STR_NONE;
}

/* With the lock held. False when there are no usable keys in the file; the old ones stay. */
static bool read_keys(struct s3_credential_source *s)
{
    struct arena scratch = {0};
    struct stat info = {0};
    struct s3_credentials found;
    str text = read_file(&scratch, s->file_path, &info);
    bool good = s3_credentials_find(text, s->profile, &found) && is_usable(&found);
    if (good) {
        s->read_mtime = info.st_mtim;
        s->read_size = info.st_size;
        str path = str_copy(&scratch, s->file_path), profile = str_copy(&scratch, s->profile);
        struct s3_credentials kept;
        copy(&scratch, &found, &kept);
        arena_reset(&s->arena);
        s->file_path = str_copy(&s->arena, path);
        s->profile = str_copy(&s->arena, profile);
        copy(&s->arena, &kept, &s->current);
    }
    arena_deinit(&scratch);
    return good;
}

static err open_file(struct s3_credential_source *s)
{
    const char *path = getenv("AWS_SHARED_CREDENTIALS_FILE"), *home = getenv("HOME"),
               *profile = getenv("AWS_PROFILE");
    if (path == NULL && home == NULL)
        return ERR(INVALID, "no keys for S3: set GANTRY_S3_ACCESS_KEY_ID and "
                            "GANTRY_S3_SECRET_ACCESS_KEY");
    s->file_path = path != NULL ? str_format(&s->arena, "%s", path)
                                : str_format(&s->arena, "%s/.aws/credentials", home);
    s->profile = str_format(&s->arena, "%s", profile != NULL ? profile : "default");
    if (read_keys(s))
        return OK;
    return ERR(INVALID,
               "no keys for S3: set GANTRY_S3_ACCESS_KEY_ID and GANTRY_S3_SECRET_ACCESS_KEY, or "
               "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or keep them in ~/.aws/credentials");
}

err s3_credentials_open(struct s3_credential_source *s, const struct s3_credentials *given)
{
    struct s3_credentials from = *given;
    *s = (struct s3_credential_source){0};
    pthread_mutex_init(&s->lock, NULL);
    if (from.access_key_id.len == 0 && from.secret_access_key.len == 0)
        from = (struct s3_credentials){str_of(getenv("AWS_ACCESS_KEY_ID")),
                                       str_of(getenv("AWS_SECRET_ACCESS_KEY")),
                                       str_of(getenv("AWS_SESSION_TOKEN"))};
    if (from.access_key_id.len == 0 && from.secret_access_key.len == 0)
        return open_file(s);
    if (!is_usable(&from))
        return ERR(INVALID, "the keys for S3 are not a pair of key id and secret");
    copy(&s->arena, &from, &s->current);
    return OK;
}

void s3_credentials_close(struct s3_credential_source *s)
{
    arena_deinit(&s->arena);
    pthread_mutex_destroy(&s->lock);
    *s = (struct s3_credential_source){0};
}

/* With the lock held. */
static bool file_changed(struct s3_credential_source *s)
{
    struct arena scratch = {0};
    struct stat info;
    bool changed = stat(str_cstr(&scratch, s->file_path), &info) == 0 &&
                   (info.st_mtim.tv_sec != s->read_mtime.tv_sec ||
                    info.st_mtim.tv_nsec != s->read_mtime.tv_nsec || info.st_size != s->read_size);
    arena_deinit(&scratch);
    return changed;
}

void s3_credentials_get(struct s3_credential_source *s, struct arena *a, struct s3_credentials *out)
{
    pthread_mutex_lock(&s->lock);
    if (s->file_path.ptr != NULL && file_changed(s) && !read_keys(s))
        log_event(LOG_WARN, "storage", "what=\"the file of the S3 keys cannot be used\"");
    copy(a, &s->current, out);
    pthread_mutex_unlock(&s->lock);
}
