/* A session of the database that can be made to fail, for the files its operations are spread over.
 */
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

extern const struct grant_reader_ops faulty_grant_reader_ops;
extern const struct grant_writer_ops faulty_grant_writer_ops;
extern const struct api_key_reader_ops faulty_api_key_reader_ops;
extern const struct api_key_writer_ops faulty_api_key_writer_ops;
extern const struct upload_reader_ops faulty_upload_reader_ops;
extern const struct upload_writer_ops faulty_upload_writer_ops;

#endif
