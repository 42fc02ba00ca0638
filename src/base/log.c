/* A line is built on the stack and written with one write, so lines of several threads do not mix.
 */
#include "base/log.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

const char *const log_level_names[] = {"debug", "info", "warn", "error", NULL};
const char *const log_format_names[] = {"text", "json", NULL};

static struct {
    enum log_level level;
    enum log_format format;
    int fd;
} target = {LOG_INFO, LOG_TEXT, STDERR_FILENO};

static _Thread_local char request_id[64];

void log_configure(enum log_level level, enum log_format format, int fd)
{
    target.level = level;
    target.format = format;
    target.fd = fd;
}

bool log_wants(enum log_level level)
{
    return level >= target.level;
}

void log_set_request_id(str id)
{
    size_t len = id.len < sizeof request_id ? id.len : sizeof request_id - 1;
    if (len != 0)
        memcpy(request_id, id.ptr, len);
    request_id[len] = '\0';
}

/* Control characters would let a value forge lines. */
static void add_printable(struct buf *line, str text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(line,
                     (unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F ? '?' : text.ptr[i]);
}

/* key=value pairs as JSON members; what is no pair is gathered under "message". */
static void add_pairs(struct buf *line, str details, bool *first)
{
    while (details.len != 0) {
        size_t space = str_find_char(details, ' '), equals = str_find_char(details, '=');
        if (equals == SIZE_MAX || space < equals) {
            json_write_member(line, first, STR("message"));
            json_write_str(line, details);
            return;
        }
        str key = str_sub(details, 0, equals);
        str value = str_sub(details, equals + 1, details.len);
        size_t end;
        if (value.len != 0 && value.ptr[0] == '"') {
            value = str_sub(value, 1, value.len);
            end = str_find_char(value, '"');
            details = str_sub(value, end == SIZE_MAX ? value.len : end + 1, value.len);
        } else {
            end = str_find_char(value, ' ');
            details = str_sub(value, end == SIZE_MAX ? value.len : end, value.len);
        }
        json_write_member(line, first, key);
        json_write_str(line, str_sub(value, 0, end == SIZE_MAX ? value.len : end));
        details = str_trim(details);
    }
}

static void write_line(struct arena *a, enum log_level level, const char *event, str details,
                       bool is_json)
{
    struct buf line = BUF_IN(a);
    str time = instant_text(a, clock_now(clock_system()));
    if (target.format == LOG_TEXT) {
        buf_addf(&line, "%.*s %-5s %s ", STR_ARG(time), log_level_names[level], event);
        add_printable(&line, details);
        if (request_id[0] != '\0')
            buf_addf(&line, " request_id=%s", request_id);
    } else {
        bool first = true;
        buf_add_char(&line, '{');
        json_write_member(&line, &first, STR("time"));
        json_write_str(&line, time);
        json_write_member(&line, &first, STR("level"));
        json_write_str(&line, str_of(log_level_names[level]));
        json_write_member(&line, &first, STR("event"));
        json_write_str(&line, str_of(event));
        if (request_id[0] != '\0') {
            json_write_member(&line, &first, STR("request_id"));
            json_write_str(&line, str_of(request_id));
        }
        if (is_json) {
            json_write_member(&line, &first, STR("object"));
            buf_add(&line, details);
        } else {
            add_pairs(&line, details, &first);
        }
        buf_add_char(&line, '}');
    }
    buf_add_char(&line, '\n');
    ssize_t written = write(target.fd, line.ptr, line.len);
    (void)written; /* a log that cannot be written must not stop the work */
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    char details[2048];
    va_list args;
    if (!log_wants(level))
        return;
    va_start(args, format);
    int len = vsnprintf(details, sizeof details, format, args);
    va_end(args);
    struct arena scratch;
    arena_init(&scratch);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof details ? (size_t)len : sizeof details - 1;
    write_line(&scratch, level, event, (str){details, kept}, false);
    arena_deinit(&scratch);
}

void log_err(enum log_level level, const char *event, err e)
{
    log_event(level, event, "code=%s where=%s text=\"%s\"", err_code_name(e.code),
              e.where != NULL ? e.where : "-", e.text != NULL ? e.text : "");
}

void log_object(enum log_level level, const char *event, const struct schema *schema,
                const void *object)
{
    if (!log_wants(level))
        return;
    struct arena scratch;
    arena_init(&scratch);
    struct buf json = BUF_IN(&scratch);
    json_write(&json, schema, object, JSON_REDACT);
    write_line(&scratch, level, event, buf_str(&json), true);
    arena_deinit(&scratch);
}
