/* From left to right: scheme, host, port, options. */
#include "infrastructure/syslog/syslog_url.h"

#include "base/arena.h"
#include "base/buf.h"

static const struct {
    const char *scheme;
    uint16_t port;
} transports[] = {[SYSLOG_TLS] = {"tls://", 6514},
                  [SYSLOG_TCP] = {"tcp://", 601},
                  [SYSLOG_UDP] = {"udp://", 514}};
static const char *const formats[] = {
    [SYSLOG_DICOM] = "dicom", [SYSLOG_FHIR] = "fhir", [SYSLOG_JSON] = "json"};

static err decode(struct arena *a, str text, str *out)
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
            return ERR(INVALID, "has a value that is not percent-encoded as it should be");
        buf_add_char(&plain, byte.ptr[0]);
        i += 2;
    }
    if (plain.len == 0)
        return ERR(INVALID, "has an option without a value");
    *out = str_copy(a, buf_str(&plain));
    return OK;
}

static err read_transport(str *rest, struct syslog_url *out)
{
    for (size_t i = 0; i < COUNT_OF(transports); i++) {
        str scheme = str_of(transports[i].scheme);
        if (!str_starts(*rest, scheme))
            continue;
        out->transport = (enum syslog_transport)i;
        out->port = transports[i].port;
        *rest = str_sub(*rest, scheme.len, rest->len);
        return OK;
    }
    return ERR(INVALID, "must begin with tls://, tcp:// or udp://");
}

static err read_host(struct arena *a, str text, struct syslog_url *out)
{
    uint64_t number = out->port;
    bool is_bracketed = text.len != 0 && text.ptr[0] == '[';
    size_t end = str_find_char(text, is_bracketed ? ']' : ':');
    if (is_bracketed && end == SIZE_MAX)
        return ERR(INVALID, "has no host");
    str name = str_sub(text, is_bracketed ? 1 : 0, end == SIZE_MAX ? text.len : end);
    str rest = end == SIZE_MAX ? STR("") : str_sub(text, end + is_bracketed, text.len);
    if (rest.len != 0 && (rest.ptr[0] != ':' || !str_to_u64(str_sub(rest, 1, rest.len), &number) ||
                          number == 0 || number > UINT16_MAX))
        return ERR(INVALID, "has a port that is none");
    if (name.len == 0 || name.len > SYSLOG_HOST_SIZE_MAX || str_find_char(name, '@') != SIZE_MAX)
        return ERR(INVALID, "has no host");
    out->host = str_copy(a, name);
    out->port = (uint16_t)number;
    return OK;
}

static err read_format(str value, struct syslog_url *out)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (str_eq(value, str_of(formats[i]))) {
            out->format = (enum syslog_format)i;
            return OK;
        }
    return ERR(INVALID, "has a format that is none of dicom, fhir, json");
}

static err read_option(struct arena *a, str option, struct syslog_url *out)
{
    const struct {
        const char *name;
        str *place;
    } files[] = {{"ca", &out->ca}, {"cert", &out->cert}, {"key", &out->key}, {"name", &out->name}};
    str name;
    if (!str_cut(&option, '=', &name) || option.ptr == NULL)
        return ERR(INVALID, "has an option without a value");
    if (str_eq(name, STR("format")))
        return read_format(option, out);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (str_eq(name, str_of(files[i].name)) && out->transport == SYSLOG_TLS)
            return decode(a, option, files[i].place);
    return ERR(INVALID, "has an option that is not known");
}

err syslog_url_read(struct arena *a, str url, struct syslog_url *out)
{
    str host, option;
    *out = (struct syslog_url){0};
    if (url.len > SYSLOG_URL_SIZE_MAX)
        return ERR(INVALID, "is too long");
    TRY(read_transport(&url, out));
    str_cut(&url, '?', &host);
    TRY(read_host(a, host, out));
    while (str_cut(&url, '&', &option))
        TRY(read_option(a, option, out));
    return (out->cert.ptr == NULL) == (out->key.ptr == NULL)
               ? OK
               : ERR(INVALID, "needs cert and key together");
}

const char *syslog_url_complaint(str url)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct syslog_url ignored;
    err e = syslog_url_read(&scratch, url, &ignored);
    return failed(e) ? e.text : NULL;
}

bool syslog_url_is_private(str url)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct syslog_url u;
    if (failed(syslog_url_read(&scratch, url, &u)))
        return false;
    return u.transport == SYSLOG_TLS || str_eq(u.host, STR("127.0.0.1")) ||
           str_eq(u.host, STR("::1")) || str_eq(u.host, STR("localhost"));
}
