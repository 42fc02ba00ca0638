/* Plain text, for tests alone. */
#include "tests/support/fake_password.h"

static err fake_hash(struct password_service *p, struct arena *a, str password, str *out)
{
    (void)p;
    *out = str_format(a, "plain:%.*s", STR_ARG(password));
    return OK;
}

static err fake_verify(struct password_service *p, str password, str hash, bool *matches)
{
    container_of(p, struct fake_password, base)->verify_count++;
    *matches = str_starts(hash, STR("plain:")) && str_eq(str_sub(hash, 6, hash.len), password);
    return OK;
}

static err fake_normalize(struct password_service *p, struct arena *a, str password, str *out)
{
    (void)p;
    *out = str_copy(a, password);
    return OK;
}

static const struct password_service_ops fake_ops = {
    .hash = fake_hash, .verify = fake_verify, .normalize = fake_normalize};

void fake_password_init(struct fake_password *p)
{
    *p = (struct fake_password){.base = {&fake_ops}};
}
