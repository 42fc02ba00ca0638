/* Where the master is: what the URL says, or what the first sentinel that knows it says. Only the
 * watcher asks, because names are looked up at their own pace. */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"
#include "base/clock.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/un.h>

enum { ADDRESS_COUNT_MAX = 4 };

static size_t look_up(str name, uint16_t port, struct redis_address out[ADDRESS_COUNT_MAX])
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    char host[256], service[8];
    size_t count = 0;
    if (name.len >= sizeof host)
        return 0;
    snprintf(host, sizeof host, "%.*s", STR_ARG(name));
    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return 0;
    for (const struct addrinfo *i = found; i != NULL && count < ADDRESS_COUNT_MAX; i = i->ai_next) {
        if (i->ai_addrlen > sizeof out->at)
            continue;
        memcpy(&out[count].at, i->ai_addr, i->ai_addrlen);
        out[count++].size = i->ai_addrlen;
    }
    freeaddrinfo(found);
    return count;
}

/* A replica takes no writes. Who may not ask (a proxy in between) is believed, unless a sentinel
 * sent us. */
static err check_role(struct redis_database *db, struct arena *a, uint64_t deadline_ns)
{
    struct redis_answer *answer;
    TRY(REDIS_ASK(&db->speaker, a, deadline_ns, &answer, STR("ROLE")));
    if (answer->kind == REDIS_ERROR && db->url.master.ptr == NULL &&
        !str_starts(answer->text, STR("NOAUTH")))
        return OK;
    if (answer->kind != REDIS_ARRAY || answer->element_count == 0 ||
        !redis_is(answer->elements[0], REDIS_STRING, STR("master")))
        return ERR(UNAVAILABLE, "Redis is not the master there");
    return OK;
}

static err try_address(struct redis_database *db, struct arena *a,
                       const struct redis_address *address)
{
    uint64_t deadline = redis_deadline(REDIS_CONNECT_MS, monotonic_ns());
    redis_disconnect(&db->speaker);
    TRY(redis_connect(&db->speaker, address, deadline));
    TRY(redis_sign_in(db, &db->speaker, a, deadline));
    return check_role(db, a, deadline);
}

static err try_host(struct redis_database *db, struct arena *a, str name, uint16_t port,
                    struct redis_address *out)
{
    struct redis_address found[ADDRESS_COUNT_MAX];
    size_t count = look_up(name, port, found);
    err e = ERR(UNAVAILABLE, "the host of Redis has no address");
    for (size_t i = 0; i < count; i++) {
        e = try_address(db, a, &found[i]);
        if (!failed(e)) {
            *out = found[i];
            return OK;
        }
    }
    return e;
}

static err ask_sentinel(struct redis_database *db, struct arena *a,
                        const struct redis_address *address, struct redis_host *out)
{
    struct redis_connection c;
    struct redis_answer *answer = NULL;
    uint64_t port, deadline = redis_deadline(REDIS_CONNECT_MS, monotonic_ns());
    TRY(redis_connect(&c, address, deadline));
    err e = REDIS_ASK(&c, a, deadline, &answer, STR("SENTINEL"), STR("get-master-addr-by-name"),
                      db->url.master);
    redis_disconnect(&c);
    TRY(e);
    if (answer->kind != REDIS_ARRAY || answer->element_count != 2 ||
        answer->elements[0]->kind != REDIS_STRING || answer->elements[1]->kind != REDIS_STRING ||
        !str_to_u64(answer->elements[1]->text, &port) || port == 0 || port > UINT16_MAX ||
        memchr(answer->elements[0]->text.ptr, '\0', answer->elements[0]->text.len) != NULL)
        return ERR(UNAVAILABLE, "the sentinel does not know that master");
    *out = (struct redis_host){answer->elements[0]->text, (uint16_t)port};
    return OK;
}

static err try_sentinel(struct redis_database *db, struct arena *a, const struct redis_host *host,
                        struct redis_address *out)
{
    struct redis_address found[ADDRESS_COUNT_MAX];
    struct redis_host master;
    size_t count = look_up(host->name, host->port, found);
    err e = ERR(UNAVAILABLE, "the sentinel has no address");
    for (size_t i = 0; i < count; i++) {
        e = ask_sentinel(db, a, &found[i], &master);
        if (!failed(e))
            e = try_host(db, a, master.name, master.port, out);
        if (!failed(e))
            return OK;
    }
    return e;
}

static err unix_address(const struct redis_url *u, struct redis_address *out)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, u->path.ptr, u->path.len); /* its length was checked with the URL */
    *out = (struct redis_address){.size = sizeof at};
    memcpy(&out->at, &at, sizeof at);
    return OK;
}

err redis_find_master(struct redis_database *db, struct arena *a, struct redis_address *out)
{
    const struct redis_url *u = &db->url;
    err e = ERR(UNAVAILABLE, "no sentinel answers");
    if (u->host_count == 0) {
        TRY(unix_address(u, out));
        return try_address(db, a, out);
    }
    if (u->master.ptr == NULL)
        return try_host(db, a, u->hosts[0].name, u->hosts[0].port, out);
    for (size_t i = 0; i < u->host_count; i++) {
        e = try_sentinel(db, a, &u->hosts[i], out);
        if (!failed(e))
            return OK;
    }
    return e;
}
