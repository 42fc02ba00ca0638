/* Any bytes as a document of the Native DICOM Model: what is read is written, and what is written
 * is read again and comes out the same. */
#include "base/arena.h"
#include "dicom/model/xml_reader.h"
#include "dicom/model/xml_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static err write_again(struct arena *a, str document, str *out)
{
    struct arena scratch = {0};
    struct xml_model m;
    xml_model_init(&m, a, &scratch);
    err e = xml_model_read(a, document, &m.base);
    *out = xml_model_finish(&m, a, STR("/x"));
    arena_deinit(&scratch);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str first, second;
    err e = write_again(&a, (str){(const char *)data, size}, &first);
    if (!failed(e)) {
        e = write_again(&a, first, &second);
        if (failed(e) || !str_is_utf8(first) || !str_eq(first, second))
            __builtin_trap();
    }
    arena_deinit(&a);
    return 0;
}
