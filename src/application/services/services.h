/* The services a handler can ask, interfaces only; filled at the composition root. */
#ifndef APPLICATION_SERVICES_SERVICES_H
#define APPLICATION_SERVICES_SERVICES_H

#include "application/services/attribute_cache.h"
#include "application/services/message_bus.h"
#include "application/services/metadata_cache.h"
#include "application/services/password_service.h"
#include "application/services/principal_cache.h"
#include "application/services/rate_counter.h"
#include "application/services/secret_service.h"
#include "application/services/storage_service.h"
#include "application/services/token_service.h"
#include "domain/enums/duplicate_policy.h"
#include "domain/repositories/unit_of_work.h"

struct services {
    struct storage *storage;
    struct token_service *tokens;
    struct password_service *passwords;
    struct secret_service *secrets;
    struct principal_cache *principals;
    struct metadata_cache *metadata;
    struct attribute_cache *attributes;
    struct rate_counter *rates;
    struct message_bus *bus;
    bool keeps_preambles; /* of files, as they came */
    enum duplicate_policy duplicates;
};

#endif
