/* The schemas of the list blocks, and the one reader of `sort`. */
#include "core/paged_result.h"
#include "core/searchable_query.h"

SCHEMA(paged_query,
       FIELD(paged_query, page, .max = PAGE_MAX, .doc = "Page, from 1", .example = "1"),
       FIELD(paged_query, page_size, .max = PAGE_SIZE_MAX, .doc = "Items on a page, 1 to 200"),
       FIELD(paged_query, cursor, .max = 512,
             .doc = "`next` of the page before: stable while rows arrive"));

SCHEMA(searchable_query,
       FIELD(searchable_query, search, .max = SEARCH_SIZE_MAX, .doc = "Words to look for",
             .flags = PHI),
       FIELD(searchable_query, sort, .max = 128, .doc = "Members to sort by, `-` for descending",
             .example = "-created_at"));

SCHEMA(paged_result, FIELD(paged_result, total, .doc = "Matches in all"),
       FIELD(paged_result, page, .doc = "This page, from 1"),
       FIELD(paged_result, page_size, .doc = "Items asked for on a page"),
       FIELD(paged_result, next, .flags = NULLABLE,
             .doc = "Cursor of the next page, null on the last"));

static bool is_allowed(str name, const char *const *allowed)
{
    for (size_t i = 0; allowed[i] != NULL; i++)
        if (str_eq(name, str_of(allowed[i])))
            return true;
    return false;
}

void searchable_query_sort(const struct searchable_query *q, const char *const *allowed,
                           struct arena *a, struct sort_key_slice *out, struct issues *issues)
{
    str rest = q->sort, part;
    *out = (struct sort_key_slice){0};
    while (str_cut(&rest, ',', &part)) {
        bool descending = part.len != 0 && part.ptr[0] == '-';
        str name = str_sub(part, descending ? 1 : 0, part.len);
        if (!is_allowed(name, allowed) || out->len == SORT_KEY_COUNT_MAX) {
            issues_add(issues, STR("sort"), "is not something this list can be sorted by");
            return;
        }
        *SLICE_PUSH(a, out) = (struct sort_key){name, descending};
    }
}
