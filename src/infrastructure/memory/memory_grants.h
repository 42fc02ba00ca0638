/* What grants open, in memory. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_GRANTS_H
#define INFRASTRUCTURE_MEMORY_MEMORY_GRANTS_H

#include "infrastructure/memory/memory_session.h"

/* Whether the limit of an access lets the study through; its organization is not looked at. */
bool memory_is_granted(const struct memory_state *state, const struct access *access,
                       const struct study *study);

bool memory_is_member(const struct memory_state *state, int64_t group_key, int64_t user_key);

#endif
