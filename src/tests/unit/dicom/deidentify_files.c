/* De-identifies files, and their metadata as it would be kept, and shows what came of both:
 *
 *     deidentify_files OUT FLAGS FILE…
 *
 * Prints one JSON line for every file that the reader takes; tools/check_deidentification.py
 * judges. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/part10/instance.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PREFIX "/view/1"
enum { FILE_SIZE_MAX = 64 * 1024 * 1024 }; /* some files of a corpus are made to burst */

struct counter {
    struct deidentify_report base;
    struct arena *arena;
    struct buf lines;
};

static void count(struct deidentify_report *r, const struct deidentify_change *change)
{
    struct counter *c = container_of(r, struct counter, base);
    buf_addf(&c->lines, "%.*s %s\n", STR_ARG(deidentify_change_path(c->arena, change)),
             deidentify_action_name(change->action));
}

struct capped_sink {
    struct byte_sink base;
    struct buf *to;
};

static err capped_write(struct byte_sink *s, const void *bytes, size_t size)
{
    struct buf *to = container_of(s, struct capped_sink, base)->to;
    if (size > FILE_SIZE_MAX - to->len)
        return ERR(TOO_LARGE, "more than is written here");
    buf_add_bytes(to, bytes, size);
    return OK;
}

static err write_file(struct arena *a, str file, const struct deidentify_options *options,
                      const struct deidentify_facts *facts, const struct part10_file *read,
                      str *out)
{
    struct buf bytes = BUF_IN(a);
    static const struct byte_sink_ops ops = {.write = capped_write};
    struct capped_sink sink = {{&ops}, &bytes};
    struct memory_source source;
    memory_source_init(&source, file);
    err e = deidentify_write(a, &source.base, options, facts, read->transfer_syntax, &sink.base);
    *out = buf_str(&bytes);
    return e;
}

static err read_instance(struct arena *a, str file, struct instance_read *out)
{
    struct memory_source source;
    memory_source_init(&source, file);
    return instance_read(a, &source.base, &(struct instance_read_options){0}, out);
}

static err document_of(struct arena *a, str file, str *out)
{
    struct instance_read read;
    TRY(read_instance(a, file, &read));
    *out = json_model_finish(&read.json, a, STR(PREFIX), STR_NONE);
    return OK;
}

static err deidentify_document(struct arena *a, str document,
                               const struct deidentify_options *options, str *out)
{
    struct deidentify_facts facts;
    TRY(deidentify_facts_read_json(a, document, &facts));
    return deidentify_json(a, document, options, &facts, STR(PREFIX), out);
}

static bool save(const char *path, str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len;
    if (fd >= 0)
        close(fd);
    return written;
}

static void add_text(struct buf *line, bool *first, const char *name, str value)
{
    json_write_member(line, first, str_of(name));
    json_write_str(line, value);
}

static str risks_text(struct arena *a, unsigned risks)
{
    struct buf out = BUF_IN(a);
    for (unsigned i = 0; i < DEIDENTIFY_RISK_COUNT; i++)
        if ((risks >> i & 1) != 0)
            buf_addf(&out, "%s%s", out.len != 0 ? "; " : "", deidentify_risk_text(i));
    return buf_str(&out);
}

static void print_line(struct arena *a, const char *from, const char *to, err e, unsigned risks,
                       str changes, str of_file, str of_document)
{
    struct buf line = BUF_IN(a);
    bool first = true;
    buf_add_char(&line, '{');
    add_text(&line, &first, "from", str_of(from));
    add_text(&line, &first, "to", str_of(to));
    add_text(&line, &first, "flaw", str_of(failed(e) ? e.text : ""));
    add_text(&line, &first, "risks", risks_text(a, risks));
    add_text(&line, &first, "changes", changes);
    if (!failed(e)) {
        json_write_member(&line, &first, STR("of_file"));
        buf_add(&line, of_file);
        json_write_member(&line, &first, STR("of_document"));
        buf_add(&line, of_document);
    }
    printf("%.*s}\n", STR_ARG(buf_str(&line)));
}

static err twice(struct arena *a, str file, struct deidentify_options *options,
                 const struct deidentify_facts *facts, const struct part10_file *read, str *out)
{
    str again;
    TRY(write_file(a, file, options, facts, read, out));
    options->report = NULL;
    TRY(write_file(a, file, options, facts, read, &again));
    return str_eq(*out, again) ? OK : ERR(INTERNAL, "the second time other bytes come out");
}

static void deidentify_one(struct arena *a, const char *path, const char *folder, int number,
                           unsigned flags, str file)
{
    struct counter counter = {{count}, a, BUF_IN(a)};
    struct deidentify_options options = {flags, STR("0123456789abcdef"), &counter.base};
    struct deidentify_facts facts = {0};
    struct instance_read read;
    struct memory_source source;
    str out, document, of_file = STR_NONE, of_document = STR_NONE;
    const char *to = str_cstr(a, str_format(a, "%s/%d.dcm", folder, number));
    if (failed(read_instance(a, file, &read)))
        return;
    memory_source_init(&source, file);
    err e = deidentify_facts_read(a, &source.base, &facts);
    if (!failed(e))
        e = twice(a, file, &options, &facts, &read.file, &out);
    if (e.code == ERR_TOO_LARGE)
        return;
    if (!failed(e) && !save(to, out))
        e = ERR(NO_SPACE, "it cannot be written to the disk");
    if (!failed(e))
        e = document_of(a, out, &of_file);
    if (!failed(e))
        e = document_of(a, file, &document);
    if (!failed(e))
        e = deidentify_document(a, document, &options, &of_document);
    print_line(a, path, to, e, deidentify_risk(&facts), buf_str(&counter.lines), of_file,
               of_document);
}

static str read_whole(struct arena *a, const char *path)
{
    struct buf bytes = BUF_IN(a);
    struct fd_source source;
    size_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    fd_source_init(&source, fd);
    while (fd >= 0 && got != 0) {
        char *to = buf_reserve(&bytes, 1 << 16);
        if (failed(byte_source_read(&source.base, to, 1 << 16, &got)))
            break;
        buf_added(&bytes, got);
    }
    if (fd >= 0)
        close(fd);
    return buf_str(&bytes);
}

int main(int count_of_arguments, char **arguments)
{
    uint64_t flags;
    if (count_of_arguments < 3 || !str_to_u64(str_of(arguments[2]), &flags))
        return 2;
    for (int i = 3; i < count_of_arguments; i++) {
        struct arena a = {0};
        str file = read_whole(&a, arguments[i]);
        deidentify_one(&a, arguments[i], arguments[1], i, (unsigned)flags, file);
        arena_deinit(&a);
    }
    return 0;
}
