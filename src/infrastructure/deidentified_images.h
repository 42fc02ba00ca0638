/* Images as somebody sees them who must not know whose they are: a reader of images in front of
 * another. Every row, every piece of metadata and every table that a query is given has passed it,
 * so that no query and no door has to know. What is stored is as it was.
 *
 * Identifiers of rows are encrypted with AES under a key of the view, and the Study Instance UID is
 * "2.25." and that number: what a visitor asks for leads back to the row without anything being
 * kept. All other UIDs are keyed hashes (dicom/deidentify/pseudonym.h), looked for within their
 * study, or remembered.
 *
 * Nobody searches or sorts by what they do not see: a key on an attribute that is not kept as it is
 * is refused, but for UIDs, which mean those of the view. */
#ifndef INFRASTRUCTURE_DEIDENTIFIED_IMAGES_H
#define INFRASTRUCTURE_DEIDENTIFIED_IMAGES_H

#include "domain/repositories/image_repository.h"

/* Which UID a shown one stands for, of those that were shown lately; safe for several threads. It
 * saves to look through a study, and is never wrong: what it has is made again and compared. */
struct shown_uids;
struct shown_uids *shown_uids_create(void);
void shown_uids_destroy(struct shown_uids *u);

/* Lives in a, as does what it gives beyond what it is given an arena for. inner and access live as
 * long. */
struct image_reader *deidentified_images(struct arena *a, struct image_reader *inner,
                                         const struct deidentified_access *access,
                                         struct shown_uids *shown);

/* The row that an identifier of the view stands for; one of no row, when it is none of the view's.
 */
uuid deidentified_row_id(const struct deidentified_access *access, uuid shown);

#endif
