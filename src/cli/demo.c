/* gantry demo: the synthetic studies, through the same door as every other image. */
#include "application/services/phantom/phantom.h"
#include "base/arena.h"
#include "cli/cli.h"

int cli_demo(struct app *app, int count, char **arguments)
{
    struct import_summary summary;
    struct progress progress;
    struct principal principal = principal_system(app->organization_key);
    uint64_t start = monotonic_ns();
    (void)count;
    (void)arguments;
    import_summary_begin(&summary);
    progress_begin(&progress, "instances", phantom_demo_count());
    for (size_t i = 0; i < phantom_demo_count(); i++) {
        struct arena a = {0};
        struct memory_source source;
        memory_source_init(&source, phantom_demo_file(&a, i));
        import_one(app, &summary, &principal, STR("phantom"), &source.base);
        arena_deinit(&a);
        progress_step(&progress, i + 1);
    }
    progress_end(&progress);
    return import_summary_end(&summary, start);
}
