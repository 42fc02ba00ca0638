/* Texts that break the rules of HTTP, multipart, queries, ranges and JSON. */
#include "tests/regression/run_files.h"

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], NULL) : 2;
}
