/* Rows of a page as text: their numbers, "28.2.1 28.2.2", in order. */
#ifndef TESTS_CONTRACT_FIND_SUPPORT_H
#define TESTS_CONTRACT_FIND_SUPPORT_H

#include "tests/contract/samples.h"

str rows_text(struct arena *a, enum image_level level, const struct image_page *page);

#endif
