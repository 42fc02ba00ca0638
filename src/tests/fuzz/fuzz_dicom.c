/* Any bytes as a DICOM file: the reader, its JSON, its frame and bulk tables. */
#include "base/arena.h"
#include "base/json.h"
#include "dicom/part10/instance.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct memory_source source;
    struct instance_read read;
    memory_source_init(&source, (str){(const char *)data, size});
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
        for (uint32_t n = 1; n <= info.frame_count && n < 16; n++) {
            struct frame_place place;
            if (failed(frame_table_find(&a, read.frame_table, n, &place)))
                abort();
        }
    }
    arena_deinit(&a);
    return 0;
}
