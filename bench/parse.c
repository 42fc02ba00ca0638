/* How fast headers are read: every file of a list opened and read up to its pixel data, again and
 * again for some seconds.
 *
 *     parse LIST SECONDS          by the archive's own reader
 *     parse --limit LIST SECONDS  64 KiB of each file read and not looked at
 *
 * Prints rate= and, of the first pass, refused=. */
#include "base/arena.h"
#include "base/clock.h"
#include "dicom/part10/instance.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_COUNT_MAX = 10000, READ_SIZE = 64 * 1024 };

static char *paths[FILE_COUNT_MAX];
static size_t path_count;

static bool parse(struct arena *a, int fd)
{
    struct fd_source source;
    struct instance_read read;
    fd_source_init(&source, fd);
    return !failed(
        instance_read(a, &source.base, &(struct instance_read_options){.index_only = true}, &read));
}

static bool only_read(int fd)
{
    static char bytes[READ_SIZE];
    return read(fd, bytes, sizeof bytes) >= 0;
}

int main(int argc, char **argv)
{
    bool limit = argc == 4 && strcmp(argv[1], "--limit") == 0;
    if (argc - limit != 3)
        return 2;
    FILE *list = fopen(argv[1 + limit], "re");
    if (list == NULL)
        return 1;
    char line[4096];
    while (path_count < FILE_COUNT_MAX && fgets(line, sizeof line, list) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        paths[path_count++] = strdup(line);
    }
    fclose(list);
    double seconds = strtod(argv[2 + limit], NULL), taken = 0;
    uint64_t start = monotonic_ns();
    size_t count = 0, refused = 0;
    struct arena a = {0};
    while (path_count != 0 && taken < seconds) {
        for (size_t i = 0; i < path_count; i++, count++) {
            int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
            bool ok = fd >= 0 && (limit ? only_read(fd) : parse(&a, fd));
            refused += !ok && count < path_count;
            close(fd);
            arena_reset(&a);
        }
        taken = (double)(monotonic_ns() - start) / 1e9;
    }
    printf("rate=%.3f refused=%zu\n", (double)count / taken, refused);
    arena_deinit(&a);
    return 0;
}
