/* Comparing texts as the other engines do. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_TEXT_H
#define INFRASTRUCTURE_MEMORY_MEMORY_TEXT_H

#include "base/str.h"

/* The whole of text is as pattern says: "*" for any characters, "?" for one, all else for itself
 * but for the case of ASCII letters. */
bool text_is_like(str text, str pattern);

/* part is somewhere in text, but for the case of ASCII letters. */
bool text_has(str text, str part);

#endif
