/* Walks the table of modules forth and back. */
#include "core/di_container.h"

bool di_container_is_wanted(const struct di_container *c, const struct module *module)
{
    return module->roles == 0 || (module->roles & c->roles) != 0;
}

err di_container_open(struct di_container *c, struct app *app, struct arena *a)
{
    for (; c->opened_count < c->module_count; c->opened_count++) {
        const struct module *module = &c->modules[c->opened_count];
        if (!di_container_is_wanted(c, module))
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
        if (di_container_is_wanted(c, module) && module->close != NULL)
            module->close(app);
    }
}
