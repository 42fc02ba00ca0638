/* The threads that do tasks. Every worker has its own; the database says who does which. */
#ifndef APP_TASKS_H
#define APP_TASKS_H

#include "app.h"

err app_tasks_open(struct app *app);
void app_tasks_close(struct app *app);
/* Gauges of the queue, in the text format of Prometheus. */
void app_tasks_metrics(struct app *app, struct buf *out);

#endif
