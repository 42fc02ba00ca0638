/* What the process does by itself, now and then or when it is woken: the jobs of its scheduler, and
 * the one that sends mails, which has a thread of its own because servers can be slow. */
#ifndef APP_JOBS_H
#define APP_JOBS_H

#include "app.h"

/* Every process has jobs of its own; those of the installation are for the workers. */
err app_jobs_open(struct app *app);
void app_jobs_close(struct app *app);

err app_mail_open(struct app *app);
void app_mail_close(struct app *app);

#endif
