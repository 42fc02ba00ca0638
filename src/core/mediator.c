/* The pipeline: a const list of behaviours, each of which calls the next. */
#include "core/mediator.h"

#include "base/json.h"

typedef err behaviour(struct call *c);

static err next(struct call *c);

static err trace(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    uint64_t start = monotonic_ns();
    err e = next(c);
    if (failed(e) &&
        !c->use_case->writes) { /* refused commands are audited where they are refused */
        err audited = m->ops->audit(m, c, NULL, e);
        (void)audited.code; /* the caller gets the first reason */
    }
    m->ops->traced(m, c, e, monotonic_ns() - start);
    return e;
}

static err decide(struct scope *scope, const struct use_case *use_case, const struct access **out)
{
    struct mediator *m = scope->mediator;
    return use_case->needs == PERMISSION_UNDECIDED ? ERR(FORBIDDEN, "nobody may do this")
                                                   : m->ops->authorize(m, scope, use_case, out);
}

static err authorize(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    err e = decide(c->scope, c->use_case, &c->access);
    if (failed(e) && c->use_case->writes) {
        err audited = m->ops->audit(m, c, NULL, e);
        (void)audited.code;
    }
    return failed(e) ? e : next(c);
}

static err validate(struct call *c)
{
    if (c->use_case->request->field_count != 0)
        schema_validate(c->use_case->request, c->request, &c->scope->issues);
    if (c->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    return next(c);
}

static err run_query(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    struct scope *s = c->scope;
    c->query = (struct query_ctx){.scope = s,
                                  .arena = s->arena,
                                  .principal = s->principal,
                                  .access = c->access,
                                  .clock = s->clock,
                                  .services = s->services};
    TRY(m->ops->read_begin(m, s, c->access, &c->query.readers));
    err e = next(c);
    m->ops->read_end(m, c->query.readers);
    return e;
}

static err run_command(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    struct scope *s = c->scope;
    struct unit_of_work *uow;
    c->command = (struct command_ctx){.scope = s,
                                      .arena = s->arena,
                                      .principal = s->principal,
                                      .access = c->access,
                                      .clock = s->clock,
                                      .services = s->services};
    TRY(m->ops->work_begin(m, s, &uow, &c->command.readers));
    c->command.uow = uow;
    c->noted = NULL;
    err e = next(c);
    if (!failed(e))
        e = m->ops->work_commit(m, uow);
    else
        m->ops->work_rollback(m, uow);
    m->ops->settled(m, c, e);
    return e;
}

/* The one place where a lost race for the database is tried again. */
static err transact(struct call *c)
{
    size_t step = c->step;
    uint64_t until = monotonic_ns() + MEDIATOR_RETRY_MS * (uint64_t)1000000;
    for (unsigned attempt = 1;; attempt++) {
        c->step = step;
        err e = c->use_case->writes ? run_command(c) : run_query(c);
        if (e.code != ERR_SERIALIZATION || attempt == MEDIATOR_ATTEMPT_COUNT_MAX ||
            monotonic_ns() >= until)
            return e;
        memset(c->result, 0, c->use_case->result->size);
    }
}

static err audit(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    TRY(next(c));
    if (c->use_case->writes ? c->use_case->keeps_no_audit : !c->use_case->reads_patient_data)
        return OK;
    return m->ops->audit(m, c, c->use_case->writes ? c->command.uow : NULL, OK);
}

/* A token, a code: told once, and kept nowhere as it is. */
static bool tells_secrets(const struct schema *schema)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if ((f->flags & INTERNAL) == 0 &&
            ((f->flags & SECRET) != 0 || (f->of != NULL && tells_secrets(f->of))))
            return true;
    }
    return false;
}

/* The same request sent again under its Idempotency-Key has the same answer and no second effect.
 */
static err replay(struct call *c)
{
    struct mediator *m = c->scope->mediator;
    bool replayed = false;
    if (c->idempotency_key.len == 0 || !c->use_case->writes ||
        (tells_secrets(c->use_case->result) && !c->use_case->shows_secret))
        return next(c);
    TRY(m->ops->replay(m, c, &replayed));
    if (replayed)
        return OK;
    TRY(next(c));
    return m->ops->remember(m, c);
}

static err handle(struct call *c)
{
    return c->use_case->run(c);
}

static behaviour *const pipeline[] = {trace, authorize, validate, transact, replay, audit, handle};

static err next(struct call *c)
{
    return pipeline[c->step++](c);
}

err mediator_send(struct scope *scope, const struct use_case *use_case, const void *request,
                  void *result)
{
    struct call call = {.use_case = use_case,
                        .scope = scope,
                        .request = request,
                        .result = result,
                        .idempotency_key = scope->idempotency_key};
    scope->idempotency_key = STR_NONE; /* of this command, not of those it sends */
    memset(result, 0, use_case->result->size);
    return next(&call);
}

err mediator_authorize(struct scope *scope, const struct use_case *use_case)
{
    const struct access *access;
    return decide(scope, use_case, &access);
}

void mediator_refused(struct scope *scope, const struct use_case *use_case, err outcome)
{
    struct call call = {.use_case = use_case, .scope = scope};
    err audited = scope->mediator->ops->audit(scope->mediator, &call, NULL, outcome);
    (void)audited.code; /* the refusal stands */
}

err mediator_send_within(const struct command_ctx *ctx, const struct principal *principal,
                         const struct use_case *use_case, const void *request, void *result)
{
    struct scope scope = *ctx->scope;
    struct call call = {
        .use_case = use_case, .scope = &scope, .request = request, .result = result};
    scope.principal = principal;
    scope.issues = (struct issues){.arena = scope.arena};
    scope.subject_id = (uuid){0};
    memset(result, 0, use_case->result->size);
    TRY(decide(&scope, use_case, &call.access));
    schema_validate(use_case->request, request, &scope.issues);
    if (scope.issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    call.command = *ctx;
    call.command.scope = &scope;
    call.command.principal = principal;
    call.command.access = call.access;
    TRY(use_case->run(&call));
    return use_case->keeps_no_audit
               ? OK
               : scope.mediator->ops->audit(scope.mediator, &call, ctx->uow, OK);
}

err mediator_publish(struct outbox *outbox, struct arena *a, const struct event_type *type,
                     int64_t organization_key, uuid aggregate, const void *event)
{
    struct buf payload = BUF_IN(a);
    json_write(&payload, type->payload, event, JSON_INTERNAL);
    return outbox->ops->add(outbox, type, organization_key, aggregate, buf_str(&payload));
}
