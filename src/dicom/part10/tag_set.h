/* The tags that the data set and each item of a file have had, for those who let the first of an
 * attribute that stands twice count: PS3.5 7.1 has no such file, archives do. */
#ifndef DICOM_PART10_TAG_SET_H
#define DICOM_PART10_TAG_SET_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct tag_set {
    struct arena *arena;
    struct tag_in_item {
        uint32_t item, tag; /* item: 0 is an empty place */
    } * at;
    size_t count, room; /* room: a power of two, or 0 */
    uint64_t seed;
};

/* Grows in a, up to PART10_ELEMENT_COUNT_MAX tags of a file. */
void tag_set_init(struct tag_set *s, struct arena *a);

/* item: any number but 0 that the data set or item has for itself. False when it has had the tag
 * already. */
bool tag_set_add(struct tag_set *s, uint32_t item, uint32_t tag);

#endif
