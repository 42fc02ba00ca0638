/* Passwords that are tried first, of those that are long enough to be passwords here. */
#ifndef APPLICATION_MODELS_COMMON_PASSWORDS_H
#define APPLICATION_MODELS_COMMON_PASSWORDS_H

#include "base/str.h"

enum { COMMON_PASSWORD_COUNT_MIN = 10000 };

/* Compared without case and what stands between words, with digits and signs that stand for letters
 * read as those, and without what is often put behind: "P@ssw0rd-P@ssw0rd!1" is one. */
bool password_is_common(struct arena *a, str password);
/* How many the table has. */
size_t common_password_count(void);

#endif
