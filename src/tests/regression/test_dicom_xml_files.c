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
    const char *complaint = NULL;
    if (failed(e) && (e.text == NULL || e.text[0] == '\0'))
        complaint = "is refused without a word";
    else if (failed(e) && e.code != ERR_MALFORMED && e.code != ERR_TOO_LARGE)
        complaint = "is refused for a reason that is not the sender's";
    else if (failed(e) && str_starts(name, STR("good-")))
        complaint = "is refused";
    else if (!failed(e) && str_starts(name, STR("bad-")))
        complaint = "is taken for a data set";
    arena_deinit(&scratch);
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
