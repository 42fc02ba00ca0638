/* struct searchable_query: free text and order of a list; embedded beside paged_query. */
#ifndef CORE_SEARCHABLE_QUERY_H
#define CORE_SEARCHABLE_QUERY_H

#include "base/schema.h"

enum { SEARCH_SIZE_MAX = 200, SORT_KEY_COUNT_MAX = 4 };

struct searchable_query {
    str search;
    str sort; /* "-created_at,name": names of members, "-" for descending */
};
DECLARE_SCHEMA(searchable_query);

struct sort_key {
    str name;
    bool descending;
};
SLICE(sort_key);

/* Splits sort into keys, each of which must be among allowed (NULL-terminated names). Complains in
 * issues. */
void searchable_query_sort(const struct searchable_query *q, const char *const *allowed,
                           struct arena *a, struct sort_key_slice *out, struct issues *issues);

#endif
