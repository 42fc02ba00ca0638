/* What has been in the trash for as long as the organization keeps it there: for the program
 * itself.
 */
#ifndef APPLICATION_QUERIES_RETENTION_LIST_DUE_TRASH_QUERY_H
#define APPLICATION_QUERIES_RETENTION_LIST_DUE_TRASH_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct list_due_trash {
    EMPTY_STRUCT;
};
struct list_due_trash_result {
    struct trash_item_slice items; /* RETENTION_PAGE_SIZE at most; empty: there are none */
};
DECLARE_USE_CASE(list_due_trash);

#endif
