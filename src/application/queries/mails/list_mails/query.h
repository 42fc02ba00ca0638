/* The mails of the organization. */
#ifndef APPLICATION_QUERIES_MAILS_LIST_MAILS_QUERY_H
#define APPLICATION_QUERIES_MAILS_LIST_MAILS_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"
#include "domain/entities/mail.h"

struct list_mails {
    struct paged_query page;
    struct searchable_query search;
    str state;         /* of mail_state_names; absent: all */
    str template_name; /* of mail_template_names */
};
struct list_mails_result {
    struct mail_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_mails);

#endif
