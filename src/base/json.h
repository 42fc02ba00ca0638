/* JSON (RFC 8259) straight between bytes and structs, by schema, without a tree.
 *
 * Reading is strict: one value, valid UTF-8, no unknown, repeated or misspelt member, limits on
 * depth and size. Writing is streaming into a buf. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/schema.h"

enum { JSON_DEPTH_MAX = 16 };

/* Reads one object. Texts are views into text where they carry no escape, copies in a otherwise.
 * Errors: MALFORMED (not JSON; says where). What is JSON but not of the schema goes to issues. */
err json_read(struct arena *a, str text, const struct schema *schema, void *out,
              struct issues *issues);

enum json_write_flags {
    JSON_REDACT = 1,  /* PHI and SECRET members become "***": for logs */
    JSON_INTERNAL = 2 /* INTERNAL members too: for payloads the program reads itself */
};
void json_write(struct buf *out, const struct schema *schema, const void *object, unsigned flags);

/* The pieces, for documents without a struct (DICOM JSON, OpenAPI). The caller writes the commas.
 */
void json_write_str(struct buf *out, str text); /* quoted; invalid UTF-8 becomes U+FFFD */
void json_write_member(struct buf *out, bool *first,
                       str name); /* comma when needed, then "name": */

/* Reading piece by piece, for documents without a schema: the caller knows what must come and holds
 * the text to be UTF-8 (str_is_utf8). Each passes over the space before what it takes.
 * Errors: MALFORMED (not JSON; says where, never what stands there). */
struct json_cursor {
    struct arena *arena; /* of error texts and of texts that carry an escape */
    str text;
    size_t at;
    struct issues *issues; /* of json_read alone */
};
/* What comes next, without taking it; NUL at the end. */
char json_peek(struct json_cursor *c);
err json_expect(struct json_cursor *c, char wanted);
/* A text, without its quotes and escapes. */
err json_take_text(struct json_cursor *c, str *out);
/* A number, true, false or null as it stands. */
err json_take_word(struct json_cursor *c, str *out);
/* Behind an opening bracket and then behind each value or member: takes the comma before the next,
 * or the closing bracket. *first is true before the first. */
err json_next(struct json_cursor *c, bool *first, char close, bool *more);

/* For documents of unknown shape: walks one value and tells whether it is well-formed JSON within
 * JSON_DEPTH_MAX. */
err json_check(str text);

#endif
