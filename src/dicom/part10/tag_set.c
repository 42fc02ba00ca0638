/* Open addressing. The seed is random, so that no file can be made whose tags all meet in one
 * place. */
#include "dicom/part10/tag_set.h"

#include "base/uuid.h"

enum { TAG_SET_ROOM_FIRST = 256 };

void tag_set_init(struct tag_set *s, struct arena *a)
{
    *s = (struct tag_set){.arena = a};
    random_bytes(&s->seed, sizeof s->seed);
    s->seed |= 1;
}

/* Where it is, or would be. */
static struct tag_in_item *place_of(const struct tag_set *s, uint32_t item, uint32_t tag)
{
    uint64_t hash = ((uint64_t)item << 32 | tag) * s->seed;
    hash = (hash ^ hash >> 32) * s->seed;
    size_t i = (size_t)(hash >> 32) & (s->room - 1);
    while (s->at[i].item != 0 && (s->at[i].item != item || s->at[i].tag != tag))
        i = (i + 1) & (s->room - 1);
    return &s->at[i];
}

static void grow(struct tag_set *s)
{
    struct tag_set wider = *s;
    wider.room = s->room != 0 ? s->room * 2 : TAG_SET_ROOM_FIRST;
    wider.at = NEW_ARRAY(s->arena, struct tag_in_item, wider.room);
    for (size_t i = 0; i < s->room; i++)
        if (s->at[i].item != 0)
            *place_of(&wider, s->at[i].item, s->at[i].tag) = s->at[i];
    *s = wider;
}

bool tag_set_add(struct tag_set *s, uint32_t item, uint32_t tag)
{
    if (s->count * 2 >= s->room)
        grow(s);
    struct tag_in_item *place = place_of(s, item, tag);
    if (place->item != 0)
        return false;
    *place = (struct tag_in_item){item, tag};
    s->count++;
    return true;
}
