/* Retrieve Workitem, PS3.18 11.5. */
#ifndef APPLICATION_QUERIES_WORK_ITEMS_GET_WORK_ITEM_QUERY_H
#define APPLICATION_QUERIES_WORK_ITEMS_GET_WORK_ITEM_QUERY_H

#include "application/services/worklist_service.h"

struct get_work_item {
    str uid;
};
struct get_work_item_result {
    str data_set; /* DICOM JSON, without the Transaction UID */
    int64_t version;
};
DECLARE_USE_CASE(get_work_item);

#endif
