/* What use case files include: the blocks of a request and a handler, the entities' ports and the
 * services. */
#ifndef APPLICATION_MODELS_BASE_MODEL_H
#define APPLICATION_MODELS_BASE_MODEL_H

#include "application/services/services.h"
#include "core/command.h"
#include "core/query.h"
#include "domain/entities/access.h"
#include "domain/entities/principal.h"

/* A request that says by its path which entity it is about. */
struct by_id {
    uuid id;
};

#endif
