/* From left to right: scheme, user, host, option. */
#include "infrastructure/smtp/smtp_url.h"

#include "base/arena.h"
#include "base/buf.h"

static bool percent_decode(struct arena *a, str text, str *out)
{
    struct buf plain = BUF_IN(a);
    for (size_t i = 0; i < text.len; i++) {
        str byte = {text.ptr + i, 1};
        if (text.ptr[i] == '%') {
            if (!hex_decode(a, str_sub(text, i + 1, i + 3), &byte) || byte.len != 1)
                return false;
            i += 2;
        }
        if ((unsigned char)byte.ptr[0] < ' ') /* would end the line of the protocol */
            return false;
        buf_add(&plain, byte);
    }
    *out = str_copy(a, buf_str(&plain));
    return true;
}

static err read_user(struct arena *a, str *rest, struct smtp_url *out)
{
    size_t at = str_find_char(*rest, '@');
    if (at == SIZE_MAX)
        return OK;
    str both = str_sub(*rest, 0, at), user;
    *rest = str_sub(*rest, at + 1, rest->len);
    if (!str_cut(&both, ':', &user) || user.len == 0 || both.len == 0)
        return ERR(INVALID, "needs user:password before the @");
    if (!percent_decode(a, user, &out->user) || !percent_decode(a, both, &out->password))
        return ERR(INVALID, "has a user or password that is not percent-encoded as it should be");
    return OK;
}

static bool is_host(str name)
{
    bool is_literal = name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']';
    str inner = is_literal ? str_sub(name, 1, name.len - 1) : name;
    for (size_t i = 0; i < inner.len; i++) {
        char c = inner.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && c != '.' && !(is_literal ? c == ':' : c == '-'))
            return false;
    }
    return inner.len != 0 && inner.len <= 253;
}

static err read_host(struct arena *a, str text, struct smtp_url *out)
{
    uint64_t number = out->port;
    size_t end = text.len != 0 && text.ptr[0] == '[' ? str_find_char(text, ']') : SIZE_MAX;
    size_t colon = end == SIZE_MAX ? str_find_char(text, ':') : end + 1;
    str host = str_sub(text, 0, colon);
    if (colon < text.len &&
        (text.ptr[colon] != ':' || !str_to_u64(str_sub(text, colon + 1, text.len), &number) ||
         number == 0 || number > UINT16_MAX))
        return ERR(INVALID, "has a port that is none");
    if (!is_host(host))
        return ERR(INVALID, "needs the name of a host");
    out->host = str_copy(a, host);
    out->port = (uint16_t)number;
    return OK;
}

static bool is_loopback(str host)
{
    return str_starts(host, STR("127.")) || str_eq(host, STR("[::1]")) ||
           str_eq_nocase(host, STR("localhost"));
}

static err read_option(str option, struct smtp_url *out)
{
    if (out->tls == SMTP_TLS)
        return option.ptr == NULL ? OK : ERR(INVALID, "has an option that smtps: does not have");
    out->tls = is_loopback(out->host) ? SMTP_TLS_OFF : SMTP_STARTTLS;
    if (str_eq(option, STR("tls=off")))
        out->tls = SMTP_TLS_OFF;
    else if (str_eq(option, STR("tls=required")))
        out->tls = SMTP_STARTTLS;
    else if (option.ptr != NULL)
        return ERR(INVALID, "has another option than tls=required or tls=off");
    if (out->tls == SMTP_TLS_OFF && out->user.ptr != NULL && !is_loopback(out->host))
        return ERR(INVALID, "would send a password without TLS");
    return OK;
}

err smtp_url_read(struct arena *a, str url, struct smtp_url *out)
{
    struct smtp_url read = {0};
    bool is_smtps = str_starts(url, STR("smtps://"));
    if (url.len > SMTP_URL_SIZE_MAX || (!is_smtps && !str_starts(url, STR("smtp://"))))
        return ERR(INVALID, "must begin with smtp:// or smtps://");
    str rest = str_sub(url, is_smtps ? 8 : 7, url.len), host;
    TRY(read_user(a, &rest, &read));
    read.tls = is_smtps ? SMTP_TLS : SMTP_TLS_OFF;
    read.port = is_smtps ? SMTPS_PORT : read.user.ptr != NULL ? SMTP_SUBMISSION_PORT : SMTP_PORT;
    str_cut(&rest, '?', &host);
    if (str_ends(host, STR("/")))
        host.len--;
    TRY(read_host(a, host, &read));
    TRY(read_option(rest, &read));
    *out = read;
    return OK;
}

const char *smtp_url_complaint(str url)
{
    struct arena scratch = {0};
    struct smtp_url ignored;
    err e = smtp_url_read(&scratch, url, &ignored);
    arena_deinit(&scratch);
    return failed(e) ? e.text : NULL;
}
