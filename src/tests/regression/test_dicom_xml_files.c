/* Documents of the Native DICOM Model that break one rule each. bad-… is refused, good-… is read.
 */
#include "base/arena.h"
#include "dicom/model/xml_reader.h"
#include "dicom/model/xml_writer.h"
#include "tests/regression/run_files.h"

static const char *check(str name, str content)
{
    struct arena a = {0}, scratch = {0};
    struct xml_model m;
    xml_model_init(&m, &a, &scratch);
    err e = xml_model_read(&a, content, &m.base);
    const char *complaint = verdict_of(name, e, "is taken for a data set");
    arena_deinit(&scratch);
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
