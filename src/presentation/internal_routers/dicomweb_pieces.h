/* An answer of pieces of instances: heads of parts, and bytes that stand in objects as they are, or
 * are made of them first. What has to be made is inflated, cut or turned into one scratch file, and
 * of that only what is sent; so memory is the same for any size. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_PIECES_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_PIECES_H

#include "dicom/part10/frames.h"
#include "presentation/internal_routers/dicomweb_answer.h"

struct pieces {
    struct request *r;
    struct http_part_slice parts;
    struct instance_piece *as_stored; /* of the instance that came last */
    bool is_refused;                  /* what was added is not to be sent */
};

/* Bytes in memory, which live as long as the request. */
void pieces_add_text(struct pieces *p, str text);
/* The file of an instance, as it is. instance: lives as long as the request, here and below. */
void pieces_add_object(struct pieces *p, const struct instance *instance);
/* size bytes of its data set at offset, as its tables count: in the file, or in what a deflated one
 * inflates to. word: bytes of a word whose order is turned (vr_word_size); 0 or 1: none. */
void pieces_add_value(struct pieces *p, const struct instance *instance, uint64_t offset,
                      uint64_t size, unsigned word);
/* One frame; if it begins within a byte, it is moved to begin one. */
void pieces_add_frame(struct pieces *p, const struct instance *instance,
                      const struct frame_place *place, unsigned word);

/* The answer, or the range of it that is asked for: the same bytes every time. Errors: RANGE,
 * NO_SPACE, UNAVAILABLE; it may begin again on another lane. */
err pieces_respond(struct pieces *p, str content_type, str etag);

#endif
