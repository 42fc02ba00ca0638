/* What stands in a report: sections of text, typed values, key images, addenda; and the form that
 * says what must: the headings, the fields with their types, and macros, which are texts that
 * readers call by a short name. Both are kept as JSON in a column, by the schemas here. */
#ifndef DOMAIN_ENTITIES_REPORT_CONTENT_H
#define DOMAIN_ENTITIES_REPORT_CONTENT_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    REPORT_SECTION_COUNT_MAX = 40,
    REPORT_SECTION_SIZE_MAX = 60 * 1024,
    REPORT_HEADING_SIZE_MAX = 120,
    REPORT_VALUE_COUNT_MAX = 100,
    REPORT_VALUE_SIZE_MAX = 2000,
    REPORT_CHOICE_COUNT_MAX = 50,
    REPORT_KEY_IMAGE_COUNT_MAX = 50,
    REPORT_ADDENDUM_COUNT_MAX = 100,
    REPORT_MACRO_COUNT_MAX = 200,
    REPORT_MACRO_SIZE_MAX = 4000,
    REPORT_NAME_SIZE_MAX = 64,
    REPORT_UNIT_SIZE_MAX = 32,
    REPORT_TEXT_SIZE_MAX = 256 * 1024 /* of all its texts together */
};

/* Kept as numbers. */
enum report_value_type {
    REPORT_VALUE_TEXT,
    REPORT_VALUE_NUMBER,
    REPORT_VALUE_CHOICE,
    REPORT_VALUE_DATE,
    REPORT_VALUE_TYPE_COUNT
};
extern const char *const report_value_type_names[]; /* NULL-terminated */

struct form_section {
    str heading;
    str text; /* what it begins with; may have {placeholders} */
    bool is_required;
};
DECLARE_SCHEMA(form_section);
SLICE(form_section);

struct form_field {
    str name;
    str label;
    enum report_value_type type;
    str unit;             /* UCUM, of a number */
    str minimum, maximum; /* of a number, decimal; absent: none */
    struct str_slice choices;
    bool is_required;
};
DECLARE_SCHEMA(form_field);
SLICE(form_field);

struct form_macro {
    str name;
    str text; /* may have {placeholders} */
};
DECLARE_SCHEMA(form_macro);
SLICE(form_macro);

struct report_form {
    struct form_section_slice sections;
    struct form_field_slice fields;
    struct form_macro_slice macros;
};
DECLARE_SCHEMA(report_form);

struct report_section {
    str heading;
    str text;
};
DECLARE_SCHEMA(report_section);
SLICE(report_section);

struct report_value {
    str name;
    str label;
    enum report_value_type type;
    str value; /* a number in JSON's grammar, a day as 2026-11-27 */
    str unit;
};
DECLARE_SCHEMA(report_value);
SLICE(report_value);

struct report_key_image {
    uuid instance_id;
    int64_t frame; /* from 1 */
    str caption;
    str series_instance_uid, sop_instance_uid, sop_class_uid; /* filled in when it is referred to */
};
DECLARE_SCHEMA(report_key_image);
SLICE(report_key_image);

/* Written behind a report that was signed, whose text stays. */
struct report_addendum {
    int64_t number; /* of the version that brought it */
    str text;
    str author_name;
    instant written_at;
};
DECLARE_SCHEMA(report_addendum);
SLICE(report_addendum);

struct report_content {
    struct report_section_slice sections;
    struct report_value_slice values;
    struct report_key_image_slice key_images;
    struct report_addendum_slice addenda;
};
DECLARE_SCHEMA(report_content);

/* What is wrong with the form itself: names twice, limits that are no numbers, choices of what is
 * none. */
void report_form_check(const struct report_form *form, struct issues *issues);

/* Brings values into the order of the form's fields, with their labels, types and units, and
 * complains of those that are not of their type, beyond a limit or not among the choices. Without
 * fields in the form values say themselves of which type they are. */
void report_values_check(const struct report_form *form, struct arena *a,
                         struct report_value_slice *values, struct issues *issues);

/* Complains of what the form requires and is not there: for whoever lets others read it. */
void report_content_check_complete(const struct report_form *form,
                                   const struct report_content *content, struct issues *issues);

/* All that it says, folded, to be searched. */
str report_search_text(struct arena *a, str title, const struct report_content *content);

/* Bytes of all its texts. */
size_t report_content_size(const struct report_content *content);

/* As JSON, and back. Errors: MALFORMED (never for what was written). */
str report_content_text(struct arena *a, const struct report_content *content);
err report_content_read(struct arena *a, str text, struct report_content *out);
str report_form_text(struct arena *a, const struct report_form *form);
/* An absent text is an empty form. */
err report_form_read(struct arena *a, str text, struct report_form *out);

#endif
