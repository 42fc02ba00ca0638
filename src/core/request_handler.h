/* How a request type gets its handler, its descriptor and its typed sender.
 *
 * DECLARE_USE_CASE(T) in the header of the slice declares T_use_case and T_send(scope, &request,
 * &result). USE_CASE_ in its handler.c (through COMMAND or QUERY) defines them; T_handle must have
 * exactly the types of the slice, else it does not compile. No function pointer is cast. */
#ifndef CORE_REQUEST_HANDLER_H
#define CORE_REQUEST_HANDLER_H

#include "core/handler_interface.h"
#include "core/mediator.h"

#define DECLARE_USE_CASE(T_)                                                                       \
    DECLARE_SCHEMA(T_);                                                                            \
    DECLARE_SCHEMA(T_##_result);                                                                   \
    extern const struct use_case T_##_use_case;                                                    \
    static inline err T_##_send(struct scope *scope, const struct T_ *request,                     \
                                struct T_##_result *result)                                        \
    {                                                                                              \
        return mediator_send(scope, &T_##_use_case, request, result);                              \
    }                                                                                              \
    struct T_##_declared

#define USE_CASE_(T_, writes_, context_type_, context_, ...)                                       \
    static err T_##_run(struct call *c)                                                            \
    {                                                                                              \
        err (*const handle)(struct context_type_ *, const struct T_ *, struct T_##_result *) =     \
            T_##_handle;                                                                           \
        return handle(&c->context_, c->request, c->result);                                        \
    }                                                                                              \
    const struct use_case T_##_use_case = {.name = #T_,                                            \
                                           .writes = writes_,                                      \
                                           .request = &T_##_schema,                                \
                                           .result = &T_##_result_schema,                          \
                                           .run = T_##_run,                                        \
                                           __VA_ARGS__}

#endif
