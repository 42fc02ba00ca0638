/* Looks at every header line once. */
#include "presentation/http/guard.h"

#include "base/str.h"
#include "presentation/http/exchange.h"

#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

struct head {
    size_t size;
    unsigned header_count, length_count, encoding_count, host_count;
    bool bad_name, bad_value, bad_length, bad_encoding, bad_host;
};

static bool is_token(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
        if (!fine)
            return false;
    }
    return s.len != 0;
}

/* RFC 3986 3.2.2, and a port. */
static bool is_host(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    (c != '\0' && strchr("-._~%!$&'()*+,;=:[]", c) != NULL);
        if (!fine)
            return false;
    }
    return true;
}

static enum MHD_Result look(void *to, enum MHD_ValueKind kind, const char *name, size_t name_size,
                            const char *value, size_t value_size)
{
    struct head *h = to;
    str n = {name, name_size}, v = {value, value == NULL ? 0 : value_size};
    (void)kind;
    h->header_count++;
    h->size += n.len + v.len;
    h->bad_name = h->bad_name || !is_token(n);
    for (size_t i = 0; i < v.len; i++)
        h->bad_value = h->bad_value || ((unsigned char)v.ptr[i] < 0x20 && v.ptr[i] != '\t') ||
                       v.ptr[i] == 0x7F;
    if (str_eq_nocase(n, STR("Content-Length"))) {
        uint64_t ignored;
        h->length_count++;
        h->bad_length = h->bad_length || !str_to_u64(v, &ignored);
    } else if (str_eq_nocase(n, STR("Transfer-Encoding"))) {
        h->encoding_count++;
        h->bad_encoding = h->bad_encoding || !str_eq_nocase(v, STR("chunked"));
    } else if (str_eq_nocase(n, STR("Host"))) {
        h->host_count++;
        h->bad_host = h->bad_host || !is_host(v);
    }
    return MHD_YES;
}

const char *http_guard_check(struct MHD_Connection *connection, const char *version)
{
    struct head h = {0};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look, &h);
    if (h.header_count > HTTP_HEADER_COUNT_MAX)
        return "too many headers";
    if (h.size > HTTP_HEAD_SIZE_MAX)
        return "the head is too large";
    if (h.bad_name || h.bad_value)
        return "a header is not well-formed";
    if (h.length_count > 1 || h.bad_length)
        return "Content-Length must be one number";
    if (h.encoding_count > 1 || h.bad_encoding)
        return "Transfer-Encoding must be chunked";
    if (h.length_count != 0 && h.encoding_count != 0)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (h.host_count > 1 || (h.host_count == 0 && strcmp(version, "HTTP/1.1") == 0))
        return "there must be one Host";
    if (h.bad_host)
        return "Host is not the name of one";
    return NULL;
}

/* Proxies append to the header, or add one of their own at the end: only its last word is theirs.
 */
static enum MHD_Result keep_last_forwarded(void *to, enum MHD_ValueKind kind, const char *name,
                                           size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    if (str_eq_nocase(str_make(name, name_size), STR("X-Forwarded-For")))
        *(str *)to = str_make(value, value == NULL ? 0 : value_size);
    return MHD_YES;
}

void http_guard_peer(struct MHD_Connection *connection, bool behind_proxy, char *out, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    out[0] = '\0';
    if (behind_proxy) {
        str forwarded = STR_NONE, last = STR_NONE;
        MHD_get_connection_values_n(connection, MHD_HEADER_KIND, keep_last_forwarded, &forwarded);
        while (str_cut(&forwarded, ',', &last))
            continue;
        last = str_trim(last);
        if (last.len != 0 && last.len < size) {
            memcpy(out, last.ptr, last.len);
            out[last.len] = '\0';
            return;
        }
    }
    if (info != NULL && info->client_addr != NULL) {
        socklen_t length = info->client_addr->sa_family == AF_INET6 ? 28 : 16;
        getnameinfo(info->client_addr, length, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST);
    }
}
