/* Header fields, encoded words, and two parts in quoted-printable. */
#include "infrastructure/smtp/mail_message.h"

#include "base/arena.h"
#include "base/buf.h"
#include "domain/entities/user.h"

#include <stdio.h>
#include <time.h>

enum {
    LINE_WIDTH = 76,         /* RFC 2045 6.7, RFC 2047 2 */
    PLAIN_VALUE_WIDTH = 60,  /* of a field, so that it fits behind its name */
    ENCODED_WORD_BYTES = 42, /* of text: 56 of base64 and 12 around them */
    FIRST_WORD_BYTES = 36    /* behind the name of the field */
};
#define EOL STR("\r\n")

bool mail_address_read(str text, struct mail_address *out)
{
    size_t open = str_find_char(text, '<');
    str name = str_trim(str_sub(text, 0, open));
    if (open == SIZE_MAX) {
        *out = (struct mail_address){.address = text};
        return email_complaint(text) == NULL;
    }
    if (!str_ends(text, STR(">")) || !str_is_utf8(name) || name.len > NAME_SIZE_MAX)
        return false;
    if (name.len >= 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
        name = str_sub(name, 1, name.len - 1);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7F)
            return false;
    *out = (struct mail_address){name.len != 0 ? name : STR_NONE,
                                 str_sub(text, open + 1, text.len - 1)};
    return email_complaint(out->address) == NULL;
}

const char *mail_address_complaint(str text)
{
    struct mail_address ignored;
    return mail_address_read(text, &ignored) ? NULL
                                             : "must be an address, or a name and <an address>";
}

str mail_message_id(struct arena *a, const struct mail_address *from, uuid id)
{
    str domain = str_sub(from->address, str_find_char(from->address, '@') + 1, from->address.len);
    return str_format(a, "<%.*s@%.*s>", STR_ARG(uuid_text(a, id)), STR_ARG(domain));
}

/* Printable ASCII that nobody takes for an encoded word, short enough to stand as it is. */
static bool is_plain(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return text.len <= PLAIN_VALUE_WIDTH && str_find(text, STR("=?")) == SIZE_MAX;
}

/* As much of the text as fits, whole characters. */
static size_t word_size(str text, size_t size_max)
{
    size_t end = 0, at = 0;
    while (at < text.len) {
        str_utf8_next(text, &at);
        if (at > size_max)
            break;
        end = at;
    }
    return end;
}

/* RFC 2047: one word a line; the space between two of them is not part of the text. */
static void add_encoded(struct buf *out, str text)
{
    for (size_t done = 0; done < text.len;) {
        str rest = str_sub(text, done, text.len);
        size_t size = word_size(rest, done == 0 ? FIRST_WORD_BYTES : ENCODED_WORD_BYTES);
        if (done != 0)
            buf_add(out, STR("\r\n "));
        buf_add(out, STR("=?UTF-8?B?"));
        buf_add_base64(out, rest.ptr, size);
        buf_add(out, STR("?="));
        done += size;
    }
}

static void add_text_field(struct buf *out, const char *name, str text)
{
    buf_addf(out, "%s: ", name);
    if (is_plain(text))
        buf_add(out, text);
    else
        add_encoded(out, text);
    buf_add(out, EOL);
}

static void add_quoted(struct buf *out, str name)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"' || name.ptr[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, name.ptr[i]);
    }
    buf_add_char(out, '"');
}

static void add_address_field(struct buf *out, const char *field, str name, str address)
{
    buf_addf(out, "%s: ", field);
    if (name.len == 0) {
        buf_addf(out, "%.*s\r\n", STR_ARG(address));
        return;
    }
    if (is_plain(name))
        add_quoted(out, name);
    else
        add_encoded(out, name);
    buf_addf(out, "\r\n <%.*s>\r\n", STR_ARG(address));
}

/* RFC 5322 3.3; the names of days and months are of the protocol. */
static void add_date(struct buf *out, instant when)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(when.us / 1000000);
    struct tm t;
    gmtime_r(&seconds, &t);
    buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* A byte, or a space at the end of its line, or a dot that begins one, as it may stand. */
static size_t quote(char out[3], str line, size_t at)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char c = (unsigned char)line.ptr[at];
    bool is_last_space = (c == ' ' || c == '\t') && at + 1 == line.len;
    bool stands = (c >= ' ' && c <= '~' && c != '=') || c == '\t';
    if (stands && !is_last_space && !(c == '.' && at == 0)) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '=';
    out[1] = digits[c >> 4];
    out[2] = digits[c & 15];
    return 3;
}

static void add_quoted_printable(struct buf *out, str text)
{
    for (str rest = text, line; str_cut(&rest, '\n', &line);) {
        if (rest.ptr == NULL && line.len == 0) /* behind the last line */
            return;
        for (size_t at = 0, column = 0; at < line.len; at++) {
            char piece[3];
            size_t size = quote(piece, line, at);
            size_t room = at + 1 == line.len ? LINE_WIDTH : LINE_WIDTH - 1; /* for = at the end */
            if (column + size > room) {
                buf_add(out, STR("=\r\n"));
                column = 0;
            }
            buf_add_bytes(out, piece, size);
            column += size;
        }
        buf_add(out, EOL);
    }
}

static void add_part(struct buf *out, str boundary, const char *type, str text)
{
    buf_addf(out,
             "--%.*s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: "
             "quoted-printable\r\n\r\n",
             STR_ARG(boundary), type);
    add_quoted_printable(out, text);
    buf_add(out, EOL);
}

/* "=_" is in nothing that is quoted-printable, so that the boundary is in no part. */
str mail_message(struct arena *a, const struct mail_address *from, const struct mail *mail,
                 const struct mail_content *content)
{
    struct buf out = BUF_IN(a);
    str boundary = str_format(a, "=_%.*s", STR_ARG(uuid_text(a, mail->id)));
    add_address_field(&out, "From", from->name, from->address);
    add_address_field(&out, "To", mail->recipient_name, mail->recipient);
    add_text_field(&out, "Subject", content->subject);
    add_date(&out, mail->created_at);
    buf_addf(&out, "Message-ID: %.*s\r\n", STR_ARG(mail->message_id));
    buf_add(&out, STR("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"));
    buf_addf(&out, "Content-Language: %.*s\r\nMIME-Version: 1.0\r\n", STR_ARG(mail->language));
    buf_addf(&out, "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n\r\n",
             STR_ARG(boundary));
    add_part(&out, boundary, "text/plain", content->text);
    add_part(&out, boundary, "text/html", content->html);
    buf_addf(&out, "--%.*s--\r\n", STR_ARG(boundary));
    return buf_str(&out);
}
