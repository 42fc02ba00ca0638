/* A storage whose n-th call fails, around another one. What it says has failed did not happen. */
#ifndef TESTS_SUPPORT_FAULTY_STORAGE_H
#define TESTS_SUPPORT_FAULTY_STORAGE_H

#include "application/services/storage_service.h"
#include "tests/support/fault.h"

struct faulty_storage {
    struct storage base;
    struct storage *inner;
    struct fault *fault;
};

void faulty_storage_init(struct faulty_storage *s, struct storage *inner, struct fault *fault);

#endif
