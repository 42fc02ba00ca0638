/* What is kept of the indexed attributes of an instance, out of its metadata. */
#ifndef APPLICATION_MODELS_KEPT_VALUES_H
#define APPLICATION_MODELS_KEPT_VALUES_H

#include "application/models/ingest_rules.h"

struct instance_values {
    struct kept_values_slice kept;
    struct key_slice incomplete; /* attributes with more values than are kept */
};

bool attribute_list_eq(const struct attribute_list *one, const struct attribute_list *other);

/* document: its metadata as DICOM JSON. */
void instance_values_read(struct arena *a, str document, const struct attribute_list *list,
                          struct instance_values *out);
err instance_values_put(struct command_ctx *ctx, const struct instance *instance,
                        const struct instance_values *values);
/* In place of what is kept of it. */
err instance_values_renew(struct command_ctx *ctx, const struct instance *instance, str document);

#endif
