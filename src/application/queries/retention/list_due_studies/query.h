/* The next studies that the rules of retention move to the trash: for the program itself. */
#ifndef APPLICATION_QUERIES_RETENTION_LIST_DUE_STUDIES_QUERY_H
#define APPLICATION_QUERIES_RETENTION_LIST_DUE_STUDIES_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct list_due_studies {
    EMPTY_STRUCT;
};
struct list_due_studies_result {
    struct uuid_slice ids; /* RETENTION_PAGE_SIZE at most; empty: there are none */
};
DECLARE_USE_CASE(list_due_studies);

#endif
