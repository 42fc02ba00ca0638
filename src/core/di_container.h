/* The container: an ordered table of modules, opened from the first to the last, closed in reverse.
 * What a module needs stands before it. Lifetimes are three, each a struct: the app (process), the
 * scope (a request), the call (a use case). */
#ifndef CORE_DI_CONTAINER_H
#define CORE_DI_CONTAINER_H

#include "base/err.h"
#include "base/str.h"

struct app; /* defined by the entry points: one member per module */

struct module {
    const char *name;
    err (*open)(struct app *app);
    void (*close)(struct app *app); /* accepts a half-open module */
    err (*health)(struct app *app); /* OK when its work can be done now; may wait, see
                                       core/health_monitor.h */
    bool is_optional; /* without it the work is done, slower: the process stays ready */
    bool (*is_used)(struct app *app); /* has a health to tell; NULL: always */
    unsigned roles;                   /* opened when the process has one of them; 0: always */
};

struct di_container {
    const struct module *modules;
    size_t module_count, opened_count;
    unsigned roles;
};

/* Opens what roles need, in order. On failure everything opened is closed again and the error names
 * the module. */
err di_container_open(struct di_container *c, struct app *app, struct arena *a);
void di_container_close(struct di_container *c, struct app *app);
/* By the roles of the process. */
bool di_container_is_wanted(const struct di_container *c, const struct module *module);

#endif
