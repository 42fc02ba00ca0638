/* Requests for another password that nobody has looked at yet. */
#ifndef DOMAIN_REPOSITORIES_PASSWORD_REQUEST_REPOSITORY_H
#define DOMAIN_REPOSITORIES_PASSWORD_REQUEST_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/password_request.h"

struct password_request_writer;
struct password_request_writer_ops {
    err (*add)(struct password_request_writer *w, struct password_request *request);
    err (*take)(struct password_request_writer *w, struct arena *a, uint32_t limit,
                struct password_request_slice *out);
};
struct password_request_writer {
    const struct password_request_writer_ops *ops;
};
/* Gives it its key. */
static inline err password_request_writer_add(struct password_request_writer *w,
                                              struct password_request *request)
{
    return w->ops->add(w, request);
}
/* Removes the oldest, limit at most, and tells them in their order. */
static inline err password_request_writer_take(struct password_request_writer *w, struct arena *a,
                                               uint32_t limit, struct password_request_slice *out)
{
    return w->ops->take(w, a, limit, out);
}

#endif
