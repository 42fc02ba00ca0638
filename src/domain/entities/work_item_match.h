/* Matching keys on work items, PS3.4 C.2.2.2 and CC.2.8: which attributes are members of struct
 * work_item, so that a database finds by them, and how every attribute matches. */
#ifndef DOMAIN_ENTITIES_WORK_ITEM_MATCH_H
#define DOMAIN_ENTITIES_WORK_ITEM_MATCH_H

#include "dicom/vr.h"
#include "domain/entities/work_item.h"

enum {
    WORK_ITEM_PATH_DEPTH_MAX = 8,
    WORK_ITEM_KEY_COUNT_MAX = 64,
    WORK_ITEM_VALUE_COUNT_MAX = 100, /* of a list in a key */
    WORK_ITEM_WORD_COUNT_MAX = 16    /* of a name that is matched word by word */
};

enum work_item_column_kind {
    WORK_ITEM_COLUMN_TEXT,
    WORK_ITEM_COLUMN_NAME, /* compared by the member called so with "_key" */
    WORK_ITEM_COLUMN_SET,  /* of values, by "\" */
    WORK_ITEM_COLUMN_MOMENT,
    WORK_ITEM_COLUMN_STATE
};
struct work_item_column {
    const char *member;
    enum work_item_column_kind kind;
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX]; /* of sequences, and the attribute; 0 behind it */
};
extern const struct work_item_column work_item_columns[];
extern const size_t work_item_column_count;

void *work_item_column_member(const struct work_item_column *column, void *item);
/* What the data set has there. */
str work_item_column_values(struct arena *a, const struct work_item_column *column, str data_set);
/* The name as it is compared; absent for none. */
str work_item_name_key(struct arena *a, str name);
/* (0008,0201), else 0: UTC. */
int work_item_utc_offset(struct arena *a, str data_set);

enum work_item_condition_kind {
    WORK_ITEM_IS_ONE_OF,    /* texts */
    WORK_ITEM_IS_LIKE,      /* texts[0], a pattern */
    WORK_ITEM_NAME_LIKE,    /* texts[0], a folded pattern */
    WORK_ITEM_NAME_WORDS,   /* each of texts begins a word of the name */
    WORK_ITEM_IS_BETWEEN,   /* moments */
    WORK_ITEM_TIME_BETWEEN, /* texts[0] and texts[1]; absent where it is open */
    WORK_ITEM_IS_NUMBER
};

struct work_item_condition {
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth;
    const struct work_item_column *column; /* NULL: it is answered by the data set alone */
    enum work_item_condition_kind kind;
    struct str_slice texts;
    instant first, last; /* INT64_MIN, INT64_MAX where it is open */
    double number;
};
SLICE(work_item_condition);

/* *is_one is false for a key that matches everything. Errors: INVALID (a value that the attribute
 * cannot be matched with, or no attribute with values). */
err work_item_condition_make(struct arena *a, const uint32_t *path, size_t depth, str value,
                             bool is_fuzzy, struct work_item_condition *out, bool *is_one);

/* Of the members alone: for a condition with a column. */
bool work_item_column_holds(const struct work_item_condition *condition,
                            const struct work_item *item);
/* All of them, by the data set. */
bool work_item_matches(struct arena *a, const struct work_item_condition_slice *conditions,
                       const struct work_item *item);

#endif
