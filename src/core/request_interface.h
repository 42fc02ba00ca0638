/* struct use_case: everything the program knows about one request type. A route, a job, a
 * subscription and the documentation point at the same descriptor. Made by COMMAND(T) and QUERY(T);
 * const, never registered anywhere. */
#ifndef CORE_REQUEST_INTERFACE_H
#define CORE_REQUEST_INTERFACE_H

#include "base/schema.h"

struct call;

/* A right, given to the program by the application as a number; 0 is the absence of a decision and
 * never allowed. */
typedef unsigned permission_number;
enum { PERMISSION_UNDECIDED = 0, PERMISSION_ANYONE = 1, PERMISSION_SIGNED_IN = 2 };

struct use_case {
    const char *name; /* operationId, job name, metric label, audit action */
    const char *doc;  /* one sentence; the summary in OpenAPI */
    permission_number needs;
    bool writes;
    bool reads_patient_data; /* the answer tells about patients: the read is audited */
    bool is_limitable; /* also for whoever may do this with a part of the data only: the handler
                          asks for nothing but within its access */
    bool shows_deidentified; /* also for whoever may do this with de-identified data only: the
                                handler asks readers of images for nothing but within its access,
                                and gives away nothing else */
    bool shows_secret;   /* the answer has one that is shown once: not even a repetition under an
                            Idempotency-Key has it again */
    bool gives_copies;   /* such a read that takes all of it away: its first touch is recorded
                            beside that of looking */
    bool counts_audit;   /* a command that comes in great numbers about one thing: the first is an
                            audit event, the others are counted onto it as reads are */
    bool keeps_no_audit; /* a command too frequent or too small to be an audit event of its own */
    const struct schema *request, *result;
    err (*run)(struct call *c); /* generated: calls the handler with its own types */
};

#endif
