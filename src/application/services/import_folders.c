#include "application/services/import_folders.h"

static bool has_control(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F)
            return true;
    return false;
}

const char *import_path_complaint(str path)
{
    str part;
    size_t depth = 0;
    if (path.len > IMPORT_PATH_SIZE_MAX)
        return "is too long";
    if (has_control(path) || !str_is_utf8(path))
        return "must be text without control characters";
    while (str_cut(&path, '/', &part)) {
        if (part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return "must be relative, of names other than '.' and '..' separated by '/'";
        if (++depth > IMPORT_DEPTH_MAX)
            return "leads too deep";
    }
    return depth != 0 ? NULL : "must not be empty";
}
