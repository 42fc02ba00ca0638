/* A hospital that never was: studies of invented people whose numbers resemble real ones. Study n
 * depends on the seed and on n alone, so a larger archive begins like a smaller one. */
#ifndef TESTS_SEED_TEST_DATA_H
#define TESTS_SEED_TEST_DATA_H

#include "base/str.h"

enum { TEST_SERIES_COUNT_MAX = 3, TEST_IMAGE_SIZE = 32 };

struct test_study {
    uint64_t seed;
    uint32_t number;       /* from 0 */
    uint32_t series_count; /* 1 to TEST_SERIES_COUNT_MAX */
};

struct test_study test_study_make(uint64_t seed, uint32_t number);

/* The Part 10 file of an instance, both counted from 0; lives in a. The first of a series has
 * TEST_IMAGE_SIZE × TEST_IMAGE_SIZE pixels of 16 bits, the others are headers only. */
str test_study_file(struct arena *a, const struct test_study *study, uint32_t series,
                    uint32_t instance);

#endif
