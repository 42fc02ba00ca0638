/* Matching of the values of any attribute, PS3.4 C.2.2.2: how a value is kept so that it can be
 * compared, and what a key asks of it.
 *
 * A kept value is two texts. folded is what an index is in the order of: its beginning in small
 * ASCII letters, of a name one of its groups folded, of DT the moment as written. value decides:
 * the text itself, the whole folded name, of DT the moment in UTC. What has no value, or one that
 * is none of its VR, is kept as a value whose folded is "". */
#ifndef DICOM_VALUE_MATCH_H
#define DICOM_VALUE_MATCH_H

#include "base/err.h"
#include "dicom/vr.h"

enum {
    FOLDED_SIZE_MAX = 64,
    MATCHED_UID_COUNT_MAX = 2000,  /* of one key: UIDs, and coded values that are compared whole */
    MATCHED_VALUE_COUNT_MAX = 100, /* values that are matched one by one */
    MATCHED_WORD_COUNT_MAX = 16    /* of a fuzzy name */
};

struct attribute_value {
    str folded, value;
};
SLICE(attribute_value);

/* Adds what is kept of one value of the data set, which is UTF-8: of a name a row for each group,
 * of what cannot be compared none. offset: minutes east of UTC of a DT that has none of its own. */
void attribute_value_add(struct arena *a, enum dicom_vr vr, str utf8, int offset,
                         struct attribute_value_slice *out);

enum value_test_kind {
    VALUE_IS_EMPTY,
    VALUE_IS_ONE_OF,    /* value is one of texts, folded one of folded_texts */
    VALUE_IS_LIKE,      /* value is like the pattern, the one of texts */
    VALUE_IS_NAME_LIKE, /* likewise, as names are */
    VALUE_HAS_WORDS,    /* each of texts, folded, begins a word of the name */
    VALUE_IS_WITHIN     /* no more than the bounds say */
};

/* Bounds are inclusive, and absent where there is none. */
struct value_test {
    enum value_test_kind kind;
    struct str_slice texts, folded_texts;
    str low, high;         /* of folded */
    str utc_low, utc_high; /* of value */
};
SLICE(value_test);

/* One of the tests holds. */
struct value_condition {
    struct value_test_slice any;
};

struct value_switches {
    bool matches_empty; /* empty value matching: the text is not looked at */
    bool matches_any;   /* multiple value matching: one of the values between "\" */
    bool is_fuzzy;      /* of names */
};

/* The text asks for nothing: universal matching. */
bool value_is_universal(str text, const struct value_switches *switches);
/* What a key that is not universal asks of values of vr, for which see attribute_path_vr; a
 * sequence as such can only be asked whether it is empty. A bound of DT without offset is compared
 * with what was written, one with an offset with the moment in UTC.
 * Errors: INVALID (no value of that VR, too many of them). */
err value_condition_make(struct arena *a, enum dicom_vr vr, str text,
                         const struct value_switches *switches, struct value_condition *out);
bool value_condition_holds(const struct value_condition *c, const struct attribute_value *value);

#endif
