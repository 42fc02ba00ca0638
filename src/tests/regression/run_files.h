/* Feeds every file of a folder to a function, under whatever sanitizer the build has. */
#ifndef TESTS_REGRESSION_RUN_FILES_H
#define TESTS_REGRESSION_RUN_FILES_H

#include "base/err.h"
#include "base/str.h"

/* The target of tests/fuzz that is linked in: it aborts when something that must hold does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a test asks beyond the fuzz target; an explanation when the outcome is wrong, else NULL. */
typedef const char *file_check(str name, str content);

/* What most of them ask of a reader: bad-… is refused, for a reason that is the sender's and in
 * words, good-… is read. taken_for: what a bad one would be then, for the complaint. */
const char *verdict_of(str name, err e, const char *taken_for);

/* The exit code of a test: 0 when every file passed and took no longer than a second or two. */
int run_files(const char *folder, file_check *check);

#endif
