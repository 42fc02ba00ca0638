/* Files that break one rule each. Their names say what must come of them: bad-… is refused, good-…
 * is read. */
#include "base/arena.h"
#include "dicom/part10/instance.h"
#include "tests/regression/run_files.h"

static const char *check(str name, str content)
{
    struct arena a = {0};
    struct memory_source source;
    struct instance_read read;
    memory_source_init(&source, content);
    err e = instance_read(&a, &source.base, &(struct instance_read_options){0}, &read);
    const char *complaint = NULL;
    if (failed(e) && (e.text == NULL || e.text[0] == '\0'))
        complaint = "is refused without a word";
    else if (failed(e) && e.code != ERR_MALFORMED && e.code != ERR_UNSUPPORTED &&
             e.code != ERR_TOO_LARGE)
        complaint = "is refused for a reason that is not the sender's";
    else if (failed(e) && str_starts(name, STR("good-")))
        complaint = "is refused";
    else if (!failed(e) && str_starts(name, STR("bad-")))
        complaint = "is taken for an image";
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
