/* Two arguments in, a truth value out. */
#include "infrastructure/sqlite/functions.h"

#include "base/err.h"
#include "dicom/matching.h"

#include <sqlite3.h>

static str text_of(sqlite3_value *value)
{
    const char *bytes = (const char *)sqlite3_value_text(value);
    return bytes == NULL ? STR_NONE : (str){bytes, (size_t)sqlite3_value_bytes(value)};
}

static void call(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    bool (*const *matches)(str, str) = sqlite3_user_data(context);
    (void)count;
    str value = text_of(arguments[0]), pattern = text_of(arguments[1]);
    sqlite3_result_int(context,
                       value.ptr != NULL && pattern.ptr != NULL && (*matches)(pattern, value));
}

int sqlite_functions_add(sqlite3 *handle)
{
    static const struct {
        const char *name;
        bool (*matches)(str pattern, str value);
    } functions[] = {{"name_is_like", person_name_matches}, {"set_has", value_set_matches}};
    int code = SQLITE_OK;
    for (size_t i = 0; i < COUNT_OF(functions) && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(handle, functions[i].name, 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                          (void *)&functions[i].matches, call, NULL, NULL, NULL);
    return code;
}
