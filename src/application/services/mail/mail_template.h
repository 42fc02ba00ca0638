/* Templates of mails: which values each has, and its text in each language. A text is written once;
 * the part for people who read plain text and the one in HTML are both made of it.
 *
 * In a text {name} stands for a value. A paragraph in which a value is missing is left out. Two
 * values are always there: {organization}, and {greeted}, which is " Ada" or nothing. */
#ifndef APPLICATION_SERVICES_MAIL_MAIL_TEMPLATE_H
#define APPLICATION_SERVICES_MAIL_MAIL_TEMPLATE_H

#include "domain/entities/mail.h"

enum { MAIL_PARAGRAPH_COUNT_MAX = 5 };

enum mail_value_kind {
    MAIL_TEXT,
    MAIL_TIME, /* an instant's text; shown in the words of the language, UTC */
    MAIL_PATH, /* behind GANTRY_PUBLIC_URL; it is the mail's link, and secret */
    MAIL_LIST  /* lines of a text, a tab and a path; shown behind the first paragraphs */
};

struct mail_value_rule {
    const char *name;
    enum mail_value_kind kind;
    bool is_optional;
};

struct mail_template_rules {
    struct mail_value_rule values[MAIL_VALUE_COUNT_MAX]; /* up to one without a name */
};
extern const struct mail_template_rules mail_template_rules[MAIL_TEMPLATE_COUNT];

struct mail_template_text {
    const char *subject;                              /* no secret in it */
    const char *before[MAIL_PARAGRAPH_COUNT_MAX + 1]; /* the link; NULL-terminated */
    const char *link;                                 /* what its button says; NULL: no link */
    const char *behind[MAIL_PARAGRAPH_COUNT_MAX + 1];
};

struct mail_language {
    const char *tag;      /* "en" */
    const char *greeting; /* "Hello{greeted}," */
    const char *footer[MAIL_PARAGRAPH_COUNT_MAX + 1];
    const char *time; /* {day}, {month}, {year}, {hour}, {minute} */
    const char *months[12];
    struct mail_template_text texts[MAIL_TEMPLATE_COUNT];
};
extern const struct mail_language mail_english, mail_german;
extern const struct mail_language *const mail_languages[]; /* NULL-terminated; the default first */

/* By a tag of BCP 47, "de-AT": its first part. Never NULL. */
const struct mail_language *mail_language_of(str tag);

/* NULL: the template has no such value. */
const struct mail_value_rule *mail_value_rule_of(enum mail_template number, str name);

/* What a path may be made of: then it is the same in a text, in HTML and in a URL. NULL, or what is
 * wrong with it. */
const char *mail_path_complaint(str path);

/* text with its values in it. False when one of them is missing. add: how a value is written. */
bool mail_fill(struct buf *out, const char *text, const struct mail_values *values,
               void (*add)(struct buf *out, str value));

/* A text on one line: what is no space but looks like one, ends lines, turns the direction of
 * writing or is not shown at all becomes a space. */
str mail_clean(struct arena *a, str text);

#endif
