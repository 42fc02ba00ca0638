/* The DICOM JSON model, PS3.18 F: written while the file is read, value by value.
 *
 * Pixel data, long bytes and very long texts stand as BulkDataURI; where they lie goes to the bulk
 * table. URIs begin with a placeholder, because the UIDs they need may come later in the file;
 * json_model_finish puts the prefix in. Of an attribute that stands twice in a data set or item the
 * first is written. */
#ifndef DICOM_JSON_H
#define DICOM_JSON_H

#include "base/buf.h"
#include "dicom/charset.h"
#include "dicom/part10/reader.h"
#include "dicom/part10/tag_set.h"

enum {
    JSON_MODEL_INLINE_SIZE_MAX = 1024,      /* bytes that stand in the document as base64 */
    JSON_MODEL_TEXT_SIZE_MAX = 64 * 1024,   /* text that does */
    JSON_MODEL_NUMBERS_SIZE_MAX = 64 * 1024 /* binary numbers that do */
};

struct json_model {
    struct buf json, bulk;
    struct arena *scratch; /* of one value; the caller resets it */
    unsigned depth;
    bool first[PART10_NESTING_MAX + 2];
    struct tag_set tags;
    uint32_t item[PART10_NESTING_MAX + 2], item_count; /* their numbers in tags */
    bool skipping; /* within a sequence that stands for one already written */
    unsigned skip_depth;
    struct charset charset[PART10_NESTING_MAX + 2];
    uint32_t path_tag[PART10_NESTING_MAX + 2];
    uint32_t path_item[PART10_NESTING_MAX + 2];
    bool has_items[PART10_NESTING_MAX + 2];
};

/* Both buffers grow in a. */
void json_model_init(struct json_model *m, struct arena *a, struct arena *scratch);

size_t json_model_wants(const struct part10_element *e);
void json_model_element(struct json_model *m, const struct part10_element *e, str value);
void json_model_sequence_begin(struct json_model *m, const struct part10_element *e);
void json_model_item_begin(struct json_model *m, uint32_t index);
void json_model_item_end(struct json_model *m);
void json_model_sequence_end(struct json_model *m);

/* The document with prefix before each "/bulkdata/…". extra: members to add at the end, without the
 * comma, or absent. */
str json_model_finish(struct json_model *m, struct arena *a, str prefix, str extra);

/* One value as DICOM JSON writes it, `{"vr":"PN","Value":[…]}`, from text that is UTF-8 already:
 * for search results. */
void json_model_write_text(struct buf *out, enum dicom_vr vr, str utf8);

/* A DS or IS as a number of JSON: they allow what it does not, "+1", "007", ".5", "1." become 1, 7,
 * 0.5, 1. False when it is no number; then nothing is added. */
bool json_model_add_number(struct buf *out, str text);

/* Where a bulk value is, by the path behind "/bulkdata/". size UINT64_MAX: encapsulated pixel data,
 * see the frame table. Errors: NOT_FOUND. */
struct bulk_place {
    uint64_t offset, size;
    enum dicom_vr vr;
};
err bulk_table_find(str table, str path, struct bulk_place *out);
/* The first of what is left of a table, which loses it; false at the end. path is a view into the
 * table. Errors: MALFORMED. */
err bulk_table_next(str *rest, str *path, struct bulk_place *out, bool *found);

#endif
