/* Any bytes as a DICOM file: the reader, its JSON, its frame and bulk tables. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/bit_stream.h"
#include "dicom/part10/instance.h"
#include "dicom/write/data_set_writer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read can be written, and read again. */
static void write_again(struct arena *a, str file, const char *syntax)
{
    struct buf bytes = BUF_IN(a);
    struct memory_source source;
    struct memory_sink sink;
    struct data_set_writer writer;
    struct part10_file read;
    struct instance_read again;
    memory_source_init(&source, file);
    memory_sink_init(&sink, &bytes);
    data_set_writer_init(&writer, transfer_syntax_find(str_of(syntax)), &sink.base, NULL);
    err e = data_set_writer_begin(&writer, STR("1.2"), STR("1.2.3"), STR(""));
    if (!failed(e))
        e = part10_read(a, &source.base, &writer.base, &read);
    if (!failed(e))
        e = data_set_writer_finish(&writer);
    data_set_writer_deinit(&writer);
    if (e.code == ERR_UNSUPPORTED) /* fragments in a native transfer syntax */
        return;
    if (failed(e))
        abort();
    memory_source_init(&source, buf_str(&bytes));
    if (failed(instance_read(a, &source.base, &(struct instance_read_options){0}, &again)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct bit_stream_facts facts;
    struct memory_source source;
    struct instance_read read;
    str file = {(const char *)data, size};
    if (bit_stream_read(file, &facts) && facts.transfer_syntax_uid == NULL)
        abort();
    memory_source_init(&source, file);
    err e = instance_read(&a, &source.base, &(struct instance_read_options){0}, &read);
    if (!failed(e)) {
        struct frame_table_info info;
        str json = json_model_finish(&read.json, &a, STR("/x"), STR_NONE);
        if (json.len < 65536 && failed(json_check(json)) &&
            str_find(json, STR("\"SQ\"")) == SIZE_MAX)
            abort(); /* what we write is JSON; only nesting beyond the checker's depth may be
                        refused */
        if (failed(frame_table_info(read.frame_table, &info)))
            abort();
        if (read.file.transfer_syntax->encapsulated) {
            write_again(&a, file, read.file.transfer_syntax->uid);
        } else {
            write_again(&a, file, TS_EXPLICIT_BIG);
            write_again(&a, file, TS_EXPLICIT_LITTLE);
        }
        for (uint32_t n = 1; n <= info.frame_count && n < 16; n++) {
            struct frame_place place;
            if (failed(frame_table_find(&a, read.frame_table, n, &place)))
                abort();
        }
    }
    arena_deinit(&a);
    return 0;
}
