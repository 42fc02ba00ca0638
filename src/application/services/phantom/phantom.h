/* Synthetic studies: images without anyone's data, the same for the same seed. A 3-D Shepp–Logan
 * head as a CT series, a beating cine as one multi-frame object, small studies of people whose
 * names are written in many scripts; and as many more of those as a test wants. */
#ifndef APPLICATION_SERVICES_PHANTOM_PHANTOM_H
#define APPLICATION_SERVICES_PHANTOM_PHANTOM_H

#include "base/str.h"

enum { PHANTOM_SLICE_COUNT = 64, PHANTOM_SIZE = 256, PHANTOM_CINE_FRAME_COUNT = 30 };

/* Files of the demonstration set. */
size_t phantom_demo_count(void);
/* Part 10 file number at, in a. */
str phantom_demo_file(struct arena *a, size_t at);

/* Any number of small CT instances: study, series and instance by number, with side × side pixels
 * of 16 bits. */
struct phantom_place {
    uint32_t study, series, instance;
};
str phantom_archive_file(struct arena *a, struct phantom_place place, uint16_t side);

#endif
