/* What the use cases of the worklist share (PS3.4 CC). */
#ifndef APPLICATION_SERVICES_WORKLIST_SERVICE_H
#define APPLICATION_SERVICES_WORKLIST_SERVICE_H

#include "application/models/base_model.h"
#include "domain/entities/work_item_rules.h"

enum {
    WORK_ITEM_CANDIDATE_COUNT_MAX = 10000, /* looked at for keys that no column answers */
    WORK_ITEM_CANDIDATE_PAGE_SIZE = 500,
    WORK_ITEM_CANDIDATE_BYTES_MAX = 16 * 1024 * 1024, /* of one page of them */
    FILTERED_SUBSCRIPTION_COUNT_MAX = 100,            /* of an organization */
    FILTER_SIZE_MAX = 8192
};

/* The item of the principal's organization, which nobody else changes until the command has ended;
 * what is done is about it. Errors: NOT_FOUND. */
err worklist_get(struct command_ctx *ctx, str uid, struct work_item *out);
err worklist_save(struct command_ctx *ctx, struct work_item *item);

/* An event of the item for everybody who has subscribed to it. source: the data set that the
 * attributes of the event are in. */
err worklist_tell(struct command_ctx *ctx, const struct work_item *item,
                  enum work_item_event_type type, str source);
/* The state it is in, to one. */
err worklist_tell_state_to(struct command_ctx *ctx, const struct work_item *item, str ae_title);

/* Items that match all conditions, those that no column answers too, in the order of their start.
 * The item lives until visit returns. Errors: TOO_LARGE (more candidates than are looked at), and
 * what visit returns. */
typedef err worklist_visit_fn(void *context, const struct work_item *item);
err worklist_each_match(struct readers *readers, int64_t organization_key,
                        const struct work_item_condition_slice *conditions,
                        worklist_visit_fn *visit, void *context);

/* A filter, "tag.tag=value" in each line, as conditions. Errors: MALFORMED. */
err worklist_filter_read(struct arena *a, str filter, struct work_item_condition_slice *out);
/* Whoever has a filtered subscription that matches the new item gets one of its own. */
err worklist_subscribe_by_filters(struct command_ctx *ctx, const struct work_item *item);

/* AE (PS3.5 6.2). Errors: MALFORMED. */
err worklist_check_ae_title(str ae_title);
/* What an address names: one item, or one of the well-known UIDs. */
enum subscription_scope worklist_scope_of(str uid);

#endif
