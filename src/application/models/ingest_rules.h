/* The rules of the principal's organization for what it stores. */
#ifndef APPLICATION_MODELS_INGEST_RULES_H
#define APPLICATION_MODELS_INGEST_RULES_H

#include "application/models/base_model.h"
#include "application/services/ingest_rules_cache.h"

/* Of now or of less than INGEST_RULES_MS ago. */
err ingest_rules_read(struct command_ctx *ctx, struct ingest_rules *out);

#endif
