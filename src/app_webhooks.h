/* What sends to webhooks: a client, and threads of its own for the tasks that wait for others. */
#ifndef APP_WEBHOOKS_H
#define APP_WEBHOOKS_H

#include "app.h"

err app_webhooks_open(struct app *app);
void app_webhooks_close(struct app *app);
/* How deliveries go, in the text format of Prometheus. */
void app_webhooks_metrics(struct app *app, struct buf *out);

#endif
