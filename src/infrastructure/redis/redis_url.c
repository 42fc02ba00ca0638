/* From left to right: scheme, user, hosts or path, database, options. */
#include "infrastructure/redis/redis_url.h"

#include "base/arena.h"
#include "base/buf.h"

#include <sys/un.h>

static bool percent_decode(struct arena *a, str text, str *out)
{
    struct buf plain = BUF_IN(a);
    for (size_t i = 0; i < text.len; i++) {
        str byte;
        if (text.ptr[i] != '%') {
            buf_add_char(&plain, text.ptr[i]);
            continue;
        }
        if (!hex_decode(a, str_sub(text, i + 1, i + 3), &byte) || byte.len != 1 ||
            byte.ptr[0] == '\0')
            return false;
        buf_add_char(&plain, byte.ptr[0]);
        i += 2;
    }
    *out = str_copy(a, buf_str(&plain));
    return true;
}

static size_t find_last(str s, char c)
{
    for (size_t i = s.len; i-- != 0;)
        if (s.ptr[i] == c)
            return i;
    return SIZE_MAX;
}

static err read_user(struct arena *a, str *authority, struct redis_url *out)
{
    size_t at = find_last(*authority, '@');
    if (at == SIZE_MAX)
        return OK;
    str both = str_sub(*authority, 0, at), user;
    *authority = str_sub(*authority, at + 1, authority->len);
    if (!str_cut(&both, ':', &user) || !str_is_set(both))
        return ERR(INVALID, "needs user:password or :password before the @");
    if ((user.len != 0 && !percent_decode(a, user, &out->user)) ||
        !percent_decode(a, both, &out->password) || out->password.len == 0)
        return ERR(INVALID, "has a user or password that is not percent-encoded as it should be");
    return OK;
}

static err read_host(struct arena *a, str text, uint16_t port, struct redis_host *out)
{
    uint64_t number = port;
    str name, rest;
    size_t end = text.len != 0 && text.ptr[0] == '[' ? str_find_char(text, ']') : SIZE_MAX;
    if (end != SIZE_MAX) {
        name = str_sub(text, 1, end);
        rest = str_sub(text, end + 1, text.len);
    } else {
        size_t colon = str_find_char(text, ':');
        name = str_sub(text, 0, colon);
        rest = colon == SIZE_MAX ? STR("") : str_sub(text, colon, text.len);
    }
    if (rest.len != 0 && (rest.ptr[0] != ':' || !str_to_u64(str_sub(rest, 1, rest.len), &number) ||
                          number == 0 || number > UINT16_MAX))
        return ERR(INVALID, "has a port that is none");
    if (name.len == 0 || name.len > 253)
        return ERR(INVALID, "has no host");
    *out = (struct redis_host){str_copy(a, name), (uint16_t)number};
    return OK;
}

static err read_hosts(struct arena *a, str text, uint16_t port, struct redis_url *out)
{
    str part;
    while (str_cut(&text, ',', &part)) {
        if (out->host_count == REDIS_HOST_COUNT_MAX)
            return ERR(INVALID, "names too many hosts");
        TRY(read_host(a, part, port, &out->hosts[out->host_count++]));
    }
    return OK;
}

static err read_database(str text, struct redis_url *out)
{
    uint64_t number = 0;
    if (text.len != 0 && (!str_to_u64(text, &number) || number > REDIS_DATABASE_MAX))
        return ERR(INVALID, "has a database that is no number");
    out->database = (uint32_t)number;
    return OK;
}

static bool is_name(str s, size_t size_max)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ||
              (s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '-' || s.ptr[i] == '_' ||
              s.ptr[i] == '.'))
            return false;
    return s.len != 0 && s.len <= size_max;
}

static err read_options(struct arena *a, str query, struct redis_url *out)
{
    str pair, key;
    while (query.len != 0 && str_cut(&query, '&', &pair)) {
        if (!str_cut(&pair, '=', &key) || !str_is_set(pair))
            return ERR(INVALID, "has an option without a value");
        if (str_eq(key, STR("db"))) {
            TRY(read_database(pair, out));
        } else if (str_eq(key, STR("prefix"))) {
            if (!is_name(pair, REDIS_PREFIX_SIZE_MAX))
                return ERR(INVALID, "has a prefix that is not 1 to 32 letters, digits, - _ .");
            out->prefix = str_copy(a, pair);
        } else {
            return ERR(INVALID, "has an option that is none: db and prefix are known");
        }
    }
    return OK;
}

/* A password may hold whatever ends another part, as long as an @ follows. */
static void split(str text, str *authority, str *path, str *query)
{
    size_t at = find_last(text, '@'), from = at == SIZE_MAX ? 0 : at;
    size_t slash = str_find_char(str_sub(text, from, text.len), '/');
    size_t question = str_find_char(str_sub(text, from, text.len), '?');
    size_t options = question == SIZE_MAX ? text.len : from + question;
    size_t end = slash == SIZE_MAX || from + slash > options ? options : from + slash;
    *authority = str_sub(text, 0, end);
    *path = str_sub(text, end, options);
    *query = str_sub(text, options + 1, text.len);
}

static err read_unix(struct arena *a, str authority, str path, struct redis_url *out)
{
    if (authority.len != 0 || path.len < 2 ||
        path.len >= sizeof(((struct sockaddr_un *)0)->sun_path) ||
        memchr(path.ptr, '\0', path.len) != NULL)
        return ERR(INVALID, "needs an absolute path: unix:///path");
    out->path = str_copy(a, path);
    return OK;
}

static err read_sentinel(struct arena *a, str authority, str path, struct redis_url *out)
{
    str rest = str_sub(path, 1, path.len), master;
    if (!str_cut(&rest, '/', &master) || !is_name(master, 64))
        return ERR(INVALID, "needs the name of the master behind the sentinels");
    out->master = str_copy(a, master);
    TRY(read_database(rest, out));
    return read_hosts(a, authority, REDIS_SENTINEL_PORT, out);
}

err redis_url_read(struct arena *a, str url, struct redis_url *out)
{
    struct redis_url read = {0};
    str authority, path, query;
    size_t scheme = str_find(url, STR("://"));
    if (url.len > REDIS_URL_SIZE_MAX || memchr(url.ptr, '\0', url.len) != NULL)
        return ERR(INVALID, "is too long");
    if (str_starts(url, STR("rediss:")))
        return ERR(INVALID, "asks for TLS, which is not spoken to Redis here: put a TLS tunnel "
                            "(stunnel, spiped) beside it and name the tunnel's redis:// address");
    if (scheme == SIZE_MAX)
        return ERR(INVALID, "must begin with redis://, unix:// or redis+sentinel://");
    split(str_sub(url, scheme + 3, url.len), &authority, &path, &query);
    TRY(read_user(a, &authority, &read));
    TRY(read_options(a, query, &read));
    str kind = str_sub(url, 0, scheme);
    if (str_eq(kind, STR("unix"))) {
        TRY(read_unix(a, authority, path, &read));
    } else if (str_eq(kind, STR("redis+sentinel"))) {
        TRY(read_sentinel(a, authority, path, &read));
    } else if (str_eq(kind, STR("redis"))) {
        if (path.len > 1)
            TRY(read_database(str_sub(path, 1, path.len), &read));
        TRY(read_host(a, authority, REDIS_PORT, &read.hosts[read.host_count++]));
    } else {
        return ERR(INVALID, "must begin with redis://, unix:// or redis+sentinel://");
    }
    *out = read;
    return OK;
}

const char *redis_url_complaint(str url)
{
    struct arena a = {0};
    struct redis_url read;
    err e = redis_url_read(&a, url, &read);
    arena_deinit(&a);
    return failed(e) ? e.text : NULL;
}
