/* One file after the other, in the order of names. */
#include "tests/regression/run_files.h"

#include "base/arena.h"
#include "base/clock.h"

#include <dirent.h>
#include <stdio.h>

enum { FILE_SIZE_MAX = 1024 * 1024, SECONDS_MAX = 10 };

static bool read_file(struct arena *a, const char *path, str *out)
{
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc_raw(a, FILE_SIZE_MAX, 1);
    if (file == NULL)
        return false;
    size_t size = fread(bytes, 1, FILE_SIZE_MAX, file);
    fclose(file);
    *out = (str){bytes, size};
    return size < FILE_SIZE_MAX;
}

const char *verdict_of(str name, err e, const char *taken_for)
{
    if (failed(e) && (e.text == NULL || e.text[0] == '\0'))
        return "is refused without a word";
    if (failed(e) && e.code != ERR_MALFORMED && e.code != ERR_TOO_LARGE)
        return "is refused for a reason that is not the sender's";
    if (failed(e) && str_starts(name, STR("good-")))
        return "is refused";
    return !failed(e) && str_starts(name, STR("bad-")) ? taken_for : NULL;
}

static bool run_one(const char *folder, const char *name, file_check *check)
{
    struct arena a = {0};
    str content;
    const char *complaint = NULL;
    uint64_t start = monotonic_ns();
    if (!read_file(&a, str_format(&a, "%s/%s", folder, name).ptr, &content)) {
        complaint = "cannot be read";
    } else {
        /* a block of exactly that size, so that a sanitizer sees one byte too many */
        char *block = heap_alloc(content.len + (content.len == 0));
        memcpy(block, content.ptr, content.len);
        LLVMFuzzerTestOneInput((const uint8_t *)block, content.len);
        if (check != NULL)
            complaint = check(str_of(name), (str){block, content.len});
        heap_free(block);
    }
    if (complaint == NULL && monotonic_ns() - start > SECONDS_MAX * UINT64_C(1000000000))
        complaint = "takes too long";
    if (complaint != NULL)
        printf("%s: %s\n", name, complaint);
    arena_deinit(&a);
    return complaint == NULL;
}

int run_files(const char *folder, file_check *check)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), file_count = 0, bad_count = 0;
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            file_count++;
            bad_count += !run_one(folder, entries[i]->d_name, check);
        }
        heap_free(entries[i]);
    }
    if (count >= 0)
        heap_free(entries);
    printf("%d files, %d bad\n", file_count, bad_count);
    return file_count == 0 || bad_count != 0;
}
