/* The conditions of a list of images, with their parameters in order. */
#ifndef INFRASTRUCTURE_SQL_MATCH_H
#define INFRASTRUCTURE_SQL_MATCH_H

#include "base/buf.h"
#include "domain/repositories/image_repository.h"
#include "infrastructure/sql/engine.h"

struct sql_parameter {
    bool is_number, is_uuid;
    int64_t number;
    str text;
};
SLICE(sql_parameter);

struct sql_builder {
    struct arena *arena;
    const struct sql_dialect *dialect;
    struct buf where;
    /* Of kept values: one of the two is said too, whether the index leads or is asked about each */
    struct buf lead, probe;
    struct buf words;    /* what the search table is asked, FTS5, where there is one */
    size_t words_place;  /* its parameter; 0: there are no words */
    bool in_alternative; /* within an OR, where the index may not narrow */
    struct sql_parameter_slice parameters;
};

/* The tables of the levels: "st", "se", "i", "np". */
extern const char *const image_aliases[];

/* A row of studies under that alias is of the patient of st, and as much in the trash; what has no
 * Patient ID is of a patient of its own. */
#define SQL_SAME_PATIENT(alias)                                                                    \
    alias ".organization_key = st.organization_key AND " alias ".state = st.state AND " alias      \
          ".patient_id = st.patient_id AND " alias ".patient_key = st.patient_key AND "            \
          "(st.patient_id <> '' OR " alias ".key = st.key)"

/* Where the values of the limit of an access stand, behind the organization. */
enum { SQL_GRANTED_PARAMETER = 2 };

/* Adds a placeholder and its value. */
void sql_add_text(struct sql_builder *b, str text);
void sql_add_number(struct sql_builder *b, int64_t number);
/* All of them, in their order. */
/* Not every row matches. */
bool sql_asks(const struct image_match *m);
void sql_bind_parameters(struct statement *s, const struct sql_builder *b);
/* "*" and "?" as LIKE has them, with '\' before what it has besides. */
str sql_like_pattern(struct arena *a, str value);

/* "*" and "?" as LIKE has them. */
str sql_like_pattern(struct arena *a, str value);
/* "(column LIKE …)": the word begins the folded name in the column, or stands in it behind what
 * ends a word. */
void sql_match_word(struct sql_builder *b, const char *column, str word);
/* What the filter asks of kept values, and of instances below its level (match_values.c). below:
 * the conditions on what is below, on the tables of their aliases. */
err sql_match_values(struct sql_builder *b, const struct image_filter *f,
                     err (*below)(struct sql_builder *b, const struct image_filter *f));

/* Series or instances that are in the trash, of the whole organization: they are gone along in
 * trash_items, which is "t". */
bool sql_trash_leads(const struct image_filter *filter);

/* " WHERE …" for all that the filter asks, but for its cursor.
 * Errors: INVALID (a value that its attribute cannot be matched with). */
err sql_match(struct sql_builder *b, const struct image_filter *filter);

#endif
