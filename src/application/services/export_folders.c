#include "application/services/export_folders.h"

#include <string.h>

static bool is_name(str name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '\0' || strchr(letters, name.ptr[i]) == NULL)
            return false;
    return name.len != 0 && name.ptr[0] != '.';
}

const char *export_folder_complaint(str folder)
{
    str part;
    size_t depth = 0;
    if (folder.len > EXPORT_FOLDER_SIZE_MAX)
        return "is too long";
    while (str_cut(&folder, '/', &part))
        if (!is_name(part) || ++depth > EXPORT_FOLDER_DEPTH_MAX)
            return "must be names of letters, digits, '.', '_' and '-', separated by '/'";
    return depth != 0 ? NULL : "must not be empty";
}
