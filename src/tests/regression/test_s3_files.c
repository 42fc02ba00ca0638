/* Answers that no S3 should give. */
#include "tests/regression/run_files.h"

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], NULL) : 2;
}
