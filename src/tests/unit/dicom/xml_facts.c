/* Prints files in the Native DICOM Model, one JSON line each, for tools/check_corpus_xml.py: the
 * document of the file, and whether the document of that document's events is the same. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/model/xml_reader.h"
#include "dicom/model/xml_writer.h"
#include "dicom/part10/instance.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static err write_file(struct arena *a, int fd, str *out)
{
    struct arena scratch = {0};
    struct xml_model m;
    struct part10_file file;
    struct fd_source source;
    fd_source_init(&source, fd);
    xml_model_init(&m, a, &scratch);
    err e = part10_read(a, &source.base, &m.base, &file);
    *out = xml_model_finish(&m, a, STR("/p"));
    arena_deinit(&scratch);
    return e;
}

static err write_again(struct arena *a, str document, str *out)
{
    struct arena scratch = {0};
    struct xml_model m;
    xml_model_init(&m, a, &scratch);
    err e = xml_model_read(a, document, &m.base);
    *out = xml_model_finish(&m, a, STR("/other"));
    arena_deinit(&scratch);
    return e;
}

static void add_text(struct buf *out, const char *name, str text)
{
    bool first = false;
    json_write_member(out, &first, str_of(name));
    json_write_str(out, text);
}

static void add_json(struct arena *a, int fd, struct buf *out)
{
    struct instance_read read;
    struct fd_source source;
    lseek(fd, 0, SEEK_SET);
    fd_source_init(&source, fd);
    err e = instance_read(a, &source.base, &(struct instance_read_options){0}, &read);
    buf_add(out, STR(",\"json\":"));
    buf_add(out, failed(e) ? STR("null") : json_model_finish(&read.json, a, STR("/p"), STR_NONE));
}

static void print_facts(const char *path)
{
    struct arena a = {0};
    struct buf out = BUF_IN(&a);
    str document, again, third;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    err e = write_file(&a, fd, &document);
    buf_add(&out, STR("{\"path\":"));
    json_write_str(&out, str_of(path));
    if (failed(e)) {
        add_text(&out, "error", str_of(e.text));
    } else {
        add_text(&out, "xml", document);
        add_json(&a, fd, &out);
        e = write_again(&a, document, &again);
        if (failed(e)) {
            add_text(&out, "refused", str_of(e.text));
        } else {
            err last = write_again(&a, again, &third);
            buf_addf(&out, ",\"same\":%s,\"settled\":%s",
                     str_eq(document, again) ? "true" : "false",
                     !failed(last) && str_eq(again, third) ? "true" : "false");
            if (!str_eq(document, again))
                add_text(&out, "again", again);
        }
    }
    buf_add(&out, STR("}\n"));
    fwrite(out.ptr, 1, out.len, stdout);
    close(fd);
    arena_deinit(&a);
}

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++)
        print_facts(paths[i]);
    return 0;
}
