/* The contract of struct db_context over every engine. */
#include "tests/test.h"

TEST_MAIN("contract")
