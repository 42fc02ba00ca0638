/* Any bytes as a key of a search and as a value it is compared with: "VR, switches, path, key,
 * value", the last three a line each. */
#include "base/arena.h"
#include "dicom/attribute_path.h"
#include "dicom/value_match.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The one text of a path is the text of that path. */
static void check_path(struct arena *a, str text)
{
    struct attribute_path path, again;
    if (!attribute_path_read(text, &path))
        return;
    must(path.depth != 0 && path.depth <= ATTRIBUTE_DEPTH_MAX);
    must(attribute_path_read(attribute_path_tags(a, &path), &again));
    must(attribute_path_eq(&path, &again));
    must(attribute_path_keywords(a, &path).len <= ATTRIBUTE_PATH_SIZE_MAX);
    attribute_path_vr(&path);
}

static void check_value(struct arena *a, enum dicom_vr vr, str value,
                        const struct value_condition *condition)
{
    struct attribute_value_slice kept = {0};
    if (!str_is_utf8(value))
        return; /* a data set gives no other */
    attribute_value_add(a, vr, value, 60, &kept);
    for (size_t i = 0; i < kept.len; i++) {
        must(kept.at[i].folded.len <= FOLDED_SIZE_MAX);
        value_condition_holds(condition, &kept.at[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct value_condition condition;
    str rest, path = STR(""), key = STR("");
    if (size < 2)
        return 0;
    enum dicom_vr vr = (enum dicom_vr)(data[0] % VR_COUNT);
    const struct value_switches switches = {data[1] & 1, (data[1] & 2) != 0, (data[1] & 4) != 0};
    rest = (str){(const char *)data + 2, size - 2};
    str_cut(&rest, '\n', &path);
    str_cut(&rest, '\n', &key);
    check_path(&a, path);
    if (!value_is_universal(key, &switches) &&
        !failed(value_condition_make(&a, vr, key, &switches, &condition)))
        check_value(&a, vr, rest.ptr != NULL ? rest : STR(""), &condition);
    arena_deinit(&a);
    return 0;
}
