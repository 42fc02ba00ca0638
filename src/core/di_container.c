/* Walks the table of modules forth and back. */
#include "core/di_container.h"

static bool is_wanted(const struct di_container *c, const struct module *module)
{
    return module->roles == 0 || (module->roles & c->roles) != 0;
}

err di_container_open(struct di_container *c, struct app *app, struct arena *a)
{
    for (; c->opened_count < c->module_count; c->opened_count++) {
        const struct module *module = &c->modules[c->opened_count];
        if (!is_wanted(c, module))
            continue;
        err e = module->open(app);
        if (failed(e)) {
            if (module->close != NULL)
                module->close(app);
            di_container_close(c, app);
            return err_format(a, e.code, e.where, "%s: %s", module->name, e.text);
        }
    }
    return OK;
}

void di_container_close(struct di_container *c, struct app *app)
{
    while (c->opened_count != 0) {
        const struct module *module = &c->modules[--c->opened_count];
        if (is_wanted(c, module) && module->close != NULL)
            module->close(app);
    }
}

err di_container_health(struct di_container *c, struct app *app,
                        void (*report)(void *to, const struct module *module, err health), void *to)
{
    err worst = OK;
    for (size_t i = 0; i < c->opened_count; i++) {
        const struct module *module = &c->modules[i];
        if (!is_wanted(c, module) || module->health == NULL ||
            (module->is_used != NULL && !module->is_used(app)))
            continue;
        err e = module->health(app);
        report(to, module, e);
        if (failed(e) && !module->is_optional)
            worst = e;
    }
    return worst;
}
