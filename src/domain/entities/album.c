/* Schema of the album. */
#include "domain/entities/album.h"

SCHEMA(album, ENTITY_FIELDS(album),
       FIELD(album, name, .flags = REQUIRED, .max = NAME_SIZE_MAX, .doc = "What it is called"),
       FIELD(album, description, .max = LONG_TEXT_SIZE_MAX, .doc = "What it is for"),
       FIELD(album, owner_key, .flags = INTERNAL, .doc = "Row key of who made it"),
       FIELD(album, owner_id, .doc = "User who made it"));
