/* UPS-RS, PS3.18 11: the worklist service. dicomweb_workitems.c has its transactions on an item,
 * dicomweb_workitems_search.c the search, dicomweb_workitems_events.c who is told and how. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_WORKITEMS_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_WORKITEMS_H

#include "presentation/internal_routers/dicomweb.h"

err workitems_create(struct request *r);
err workitems_retrieve(struct request *r);
err workitems_update(struct request *r);
err workitems_change_state(struct request *r);
err workitems_request_cancel(struct request *r);
err workitems_search(struct request *r);
err workitems_subscribe(struct request *r);
err workitems_unsubscribe(struct request *r);
err workitems_suspend(struct request *r);
err workitems_events(struct request *r);

/* The UID of the address. Errors: NOT_FOUND (what can be no UID). */
err workitems_uid(struct request *r, str *out);
/* "Warning: 299 {service}: text", PS3.18 8.4.3. */
void workitems_warn(struct request *r, const char *text);
/* The error itself; what is wrong with the request is a warning too (PS3.18 11.6.3.2). */
err workitems_refuse(struct request *r, err e);

#endif
