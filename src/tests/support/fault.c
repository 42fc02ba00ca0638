/* The count is atomic: decorated objects are used by several threads. */
#include "tests/support/fault.h"

err fault_pass(struct fault *f, const char *operation)
{
    if (__atomic_add_fetch(&f->call_count, 1, __ATOMIC_RELAXED) != f->fail_at)
        return OK;
    f->failed = operation;
    return (err){f->code, "made to fail", HERE};
}
