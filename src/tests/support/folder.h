/* Where tests put their files: $TMPDIR, or /tmp. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <stdio.h>
#include <stdlib.h>

enum { TEST_PATH_SIZE = 128 };

/* A template for mkdtemp and mkstemp in path. */
static inline void temporary_template(char path[static TEST_PATH_SIZE], const char *what)
{
    const char *base = getenv("TMPDIR");
    snprintf(path, TEST_PATH_SIZE, "%.80s/gantry-%.20s-XXXXXX",
             base != NULL && *base != '\0' ? base : "/tmp", what);
}

#endif
