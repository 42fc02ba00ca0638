/* gantry-worker: tasks and schedules alone. */
#include "app.h"

#include <stdio.h>

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "version") == 0)
        return printf("gantry-worker %s\n", GANTRY_VERSION) < 0;
    return app_main(count == 3 && strcmp(arguments[1], "--config") == 0 ? str_of(arguments[2])
                                                                        : STR_NONE,
                    ROLE_WORKER);
}
