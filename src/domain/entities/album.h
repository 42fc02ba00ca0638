/* An album: studies that somebody put together. Its owner and administrators change it; who else
 * sees it has a grant on it. */
#ifndef DOMAIN_ENTITIES_ALBUM_H
#define DOMAIN_ENTITIES_ALBUM_H

#include "domain/entities/entity.h"

struct album {
    ENTITY_MEMBERS;
    str name;
    str description;
    int64_t owner_key;
    uuid owner_id;
};
DECLARE_SCHEMA(album);
SLICE(album);

#endif
