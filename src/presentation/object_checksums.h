/* Checksums (CRC-32) of objects that were sent in archives lately: an archive that goes on after a
 * break, or is looked into from its end, need not read again what comes before. An object's bytes
 * never change, so that what is remembered is never wrong. Safe for several threads. */
#ifndef PRESENTATION_OBJECT_CHECKSUMS_H
#define PRESENTATION_OBJECT_CHECKSUMS_H

#include "base/str.h"

enum { OBJECT_CHECKSUM_COUNT = 32768 };

struct object_checksums;
struct object_checksums *object_checksums_create(void);
void object_checksums_destroy(struct object_checksums *c);

bool object_checksums_find(struct object_checksums *c, str object_name, uint32_t *out);
void object_checksums_put(struct object_checksums *c, str object_name, uint32_t crc);

#endif
