/* struct fault: one call among many that fails. Decorators of several interfaces may share one, so
 * that "the n-th call" goes over all of them. */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H

#include "base/err.h"

#include <stdint.h>

struct fault {
    uint64_t fail_at; /* the number of the call that fails, from 1; 0: none */
    enum err_code code;
    uint64_t call_count;
    const char *failed; /* name of the operation that did; NULL: none has yet */
};

/* Counts a call of that operation; fails when its turn has come. */
err fault_pass(struct fault *f, const char *operation);

#endif
