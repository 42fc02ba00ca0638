/* Writes files in other transfer syntaxes and checks what can be checked without another program:
 *
 *     dicom_convert OUT FILE…
 *
 * A file goes through each encoding its pixel data can have and back to explicit VR little endian;
 * the bytes must be those of going there at once. Prints one JSON line for every file written. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/part10/instance.h"
#include "dicom/write/data_set_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *const native[] = {TS_EXPLICIT_LITTLE, TS_IMPLICIT_LITTLE, TS_EXPLICIT_BIG,
                                     TS_DEFLATED};

enum { CONVERTED_SIZE_MAX = 32 * 1024 * 1024 }; /* some files of a corpus are made to burst */

struct capped_sink {
    struct byte_sink base;
    struct buf *to;
};

static err capped_write(struct byte_sink *s, const void *bytes, size_t size)
{
    struct buf *to = container_of(s, struct capped_sink, base)->to;
    if (size > CONVERTED_SIZE_MAX - to->len)
        return ERR(TOO_LARGE, "more than is converted here");
    buf_add_bytes(to, bytes, size);
    return OK;
}

static err convert(struct arena *a, str file, const struct transfer_syntax *to, str *out)
{
    struct buf bytes = BUF_IN(a);
    struct memory_source source;
    static const struct byte_sink_ops ops = {.write = capped_write};
    struct capped_sink sink = {{&ops}, &bytes};
    struct data_set_writer w;
    struct part10_file read;
    memory_source_init(&source, file);
    data_set_writer_init(&w, to, &sink.base, NULL);
    err e = data_set_writer_begin(&w, STR("1.2.3"), STR("1.2.3.4"), STR(""));
    if (!failed(e))
        e = part10_read(a, &source.base, &w.base, &read);
    if (!failed(e))
        e = data_set_writer_finish(&w);
    data_set_writer_deinit(&w);
    *out = buf_str(&bytes);
    return e;
}

static err read_instance(struct arena *a, str file, struct instance_read *out)
{
    struct memory_source source;
    memory_source_init(&source, file);
    return instance_read(a, &source.base, &(struct instance_read_options){0}, out);
}

/* What is lost in implicit VR is only what the dictionary does not know. */
static const char *check(struct arena *a, str canonical, str converted,
                         const struct transfer_syntax *to)
{
    struct instance_read after;
    str again;
    const struct transfer_syntax *plain = transfer_syntax_find(STR(TS_EXPLICIT_LITTLE));
    if (failed(read_instance(a, converted, &after)))
        return "what was written cannot be read";
    if (after.file.transfer_syntax != to)
        return "it is read in another transfer syntax";
    if (to->encapsulated)
        return failed(convert(a, converted, to, &again)) || !str_eq(again, converted)
                   ? "written again it differs"
                   : NULL;
    if (failed(convert(a, converted, plain, &again)))
        return "it cannot be written back";
    if (to->explicit_vr && !str_eq(again, canonical))
        return "written back it differs";
    return NULL;
}

static bool write_file(const char *path, str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len;
    if (fd >= 0)
        close(fd);
    return written;
}

static void print_result(struct arena *a, const char *from, const char *to, const char *syntax,
                         const char *flaw)
{
    struct buf line = BUF_IN(a);
    bool first = true;
    const struct {
        const char *name, *value;
    } members[] = {{"from", from}, {"to", to}, {"transfer_syntax", syntax}, {"flaw", flaw}};
    buf_add_char(&line, '{');
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        json_write_member(&line, &first, str_of(members[i].name));
        json_write_str(&line, str_of(members[i].value != NULL ? members[i].value : ""));
    }
    printf("%.*s}\n", STR_ARG(buf_str(&line)));
}

static void convert_to(struct arena *a, const char *path, const char *folder, int number, str file,
                       const struct transfer_syntax *to)
{
    str canonical, converted;
    const struct transfer_syntax *plain = transfer_syntax_find(STR(TS_EXPLICIT_LITTLE));
    str name = str_format(a, "%s/%d-%s.dcm", folder, number, to->uid);
    const char *flaw = NULL;
    err e = convert(a, file, to->encapsulated ? to : plain, &canonical);
    if (!failed(e))
        e = convert(a, file, to, &converted);
    if (e.code == ERR_TOO_LARGE)
        return;
    if (failed(e))
        flaw = e.text;
    else if (!write_file(str_cstr(a, name), converted))
        flaw = "it cannot be written to the disk";
    else
        flaw = check(a, canonical, converted, to);
    print_result(a, path, str_cstr(a, name), to->uid, flaw);
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

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        struct arena a = {0};
        struct instance_read read;
        str file = read_whole(&a, argv[i]);
        if (!failed(read_instance(&a, file, &read))) {
            if (read.file.transfer_syntax->encapsulated)
                convert_to(&a, argv[i], argv[1], i, file, read.file.transfer_syntax);
            for (size_t n = 0; n < COUNT_OF(native) && !read.file.transfer_syntax->encapsulated;
                 n++)
                convert_to(&a, argv[i], argv[1], i, file, transfer_syntax_find(str_of(native[n])));
        }
        arena_deinit(&a);
    }
    return 0;
}
