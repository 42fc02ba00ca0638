/* A database whose n-th call fails, around another one: sessions, reads, writes and commits are
 * calls. What it says has failed did not happen. */
#ifndef TESTS_SUPPORT_FAULTY_CONTEXT_H
#define TESTS_SUPPORT_FAULTY_CONTEXT_H

#include "infrastructure/db_context.h"
#include "tests/support/fault.h"

struct faulty_context {
    struct db_context base;
    struct db_context *inner;
    struct fault *fault;
};

void faulty_context_init(struct faulty_context *c, struct db_context *inner, struct fault *fault);

#endif
