/* Use cases through their senders, over a world in memory. */
#include "tests/test.h"

TEST_MAIN("handlers")
