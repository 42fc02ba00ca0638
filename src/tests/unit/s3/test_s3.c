/* The parts of the S3 storage that need no network. */
#include "tests/test.h"

TEST_MAIN("s3")
