/* What happens with events: they are told to whoever hears them, studies that came in are told of,
 * and what all have heard goes. On a thread of its own, in the worker that leads. */
#ifndef APP_EVENTS_H
#define APP_EVENTS_H

#include "app.h"

err app_events_open(struct app *app);
void app_events_close(struct app *app);

#endif
