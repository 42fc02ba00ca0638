/* Values of instances as the parts of an answer, each in the media type that Accept prefers of
 * those it is had in: bulk data, pixel data, and what is shown as it is. What cannot be had in any
 * that is accepted is left out; when nothing is left, the answer is 406 and says what there is. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_VALUES_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_VALUES_H

#include "application/queries/images/retrieve_bulk/query.h"
#include "dicom/json.h"
#include "dicom/part10/frames.h"
#include "presentation/internal_routers/dicomweb_answer.h"

enum value_kind {
    VALUE_BYTES,    /* place.size bytes, little endian */
    VALUE_PIXELS,   /* the same of native pixel data */
    VALUE_FRAMES,   /* encapsulated pixel data: a part a frame */
    VALUE_VIDEO,    /* all of it is one stream */
    VALUE_FRAGMENTS /* encapsulated in an item of a sequence: one stream */
};

struct value {
    const struct bulk_owner *owner;
    enum value_kind kind;
    struct bulk_place place;
    str content;      /* in memory, instead of place; absent */
    str location;     /* behind the address of the instance: "bulkdata/7FE00010", "rendered" */
    str type, alias;  /* of bytes, and of video that is shown; alias "": none */
    bool is_rendered; /* as type alone, whatever transfer syntax is named; else as octets, too */

    /* what it is sent as, filled in by values_respond */
    enum form form;
    str named, syntax_uid;
};
SLICE(value);

struct values_answer {
    struct value_slice values;
    str etag;            /* of what the values are of; their choice is added */
    bool is_immutable;   /* of one instance */
    bool prefers_single; /* a single value is sent alone to who takes everything */
    struct accept_item_slice accept;
    const char *what; /* for texts: "bulk data", "pixel data" */
};

/* Before a single value is sent alone: its headers. NULL: none. */
typedef void value_headers(struct request *r, const struct value *value);

/* Errors: NOT_FOUND (no values), NOT_ACCEPTABLE, TOO_LARGE (more than MULTIPART_PART_COUNT_MAX
 * parts), and those of pieces_respond. */
err values_respond(struct request *r, struct values_answer *answer, value_headers *headers);

#endif
