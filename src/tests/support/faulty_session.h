/* What the parts of the faulty context share. */
#ifndef TESTS_SUPPORT_FAULTY_SESSION_H
#define TESTS_SUPPORT_FAULTY_SESSION_H

#include "tests/support/faulty_context.h"

struct faulty_session {
    struct db_session base, *inner;
    struct fault *fault;
};

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct faulty_session, base.repositories.member_)
#define PASS(member_, pointer_, operation_)                                                        \
    struct faulty_session *s = SESSION_OF(pointer_, member_);                                      \
    TRY(fault_pass(s->fault, operation_))

extern const struct audit_reader_ops faulty_audit_reader_ops;
extern const struct audit_writer_ops faulty_audit_writer_ops;

#endif
