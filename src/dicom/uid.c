/* Checking and making UIDs. */
#include "dicom/uid.h"

#include "base/arena.h"

bool uid_is_tolerable(str uid)
{
    if (uid.len == 0 || uid.len > DICOM_UID_SIZE_MAX || uid.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < uid.len; i++)
        if ((uid.ptr[i] < '0' || uid.ptr[i] > '9') && uid.ptr[i] != '.')
            return false;
    return true;
}

bool uid_is_valid(str uid)
{
    str rest = uid, part;
    if (!uid_is_tolerable(uid))
        return false;
    while (str_cut(&rest, '.', &part))
        if (part.len == 0 || (part.len > 1 && part.ptr[0] == '0'))
            return false;
    return true;
}

str uid_from_bytes(struct arena *a, const unsigned char bytes[16])
{
    unsigned char number[16];
    char text[48];
    size_t at = sizeof text;
    bool more = true;
    memcpy(number, bytes, sizeof number);
    while (more) { /* long division by ten */
        unsigned rest = 0;
        more = false;
        for (size_t i = 0; i < sizeof number; i++) {
            unsigned value = rest << 8 | number[i];
            number[i] = (unsigned char)(value / 10);
            rest = value % 10;
            more = more || number[i] != 0;
        }
        text[--at] = (char)('0' + rest);
    }
    at -= 5;
    memcpy(text + at, "2.25.", 5);
    return (str){arena_strndup(a, text + at, sizeof text - at), sizeof text - at};
}
