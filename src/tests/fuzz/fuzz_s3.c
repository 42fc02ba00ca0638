/* Any bytes as an answer of S3. */
#include "base/arena.h"
#include "infrastructure/s3/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str text = {(const char *)data, size};
    struct s3_list list = {0};
    struct s3_statement statement = {0};
    err e = s3_list_read(&a, text, &list);
    for (size_t i = 0; i < list.entries.len; i++)
        if (failed(e) || list.entries.at[i].key.len == 0)
            __builtin_trap();
    e = s3_statement_read(&a, text, &statement);
    if (failed(e) && statement.root.ptr != NULL)
        __builtin_trap();
    arena_deinit(&a);
    return 0;
}
