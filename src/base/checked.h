/* Checked arithmetic: for every size, count and offset that came from outside. True when the result
 * fits. */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#define CHECKED_ADD(a_, b_, out_) (!__builtin_add_overflow((a_), (b_), (out_)))
#define CHECKED_SUB(a_, b_, out_) (!__builtin_sub_overflow((a_), (b_), (out_)))
#define CHECKED_MUL(a_, b_, out_) (!__builtin_mul_overflow((a_), (b_), (out_)))

/* [offset, offset + size) lies inside total. */
static inline bool range_fits(uint64_t offset, uint64_t size, uint64_t total)
{
    return offset <= total && size <= total - offset;
}

#endif
