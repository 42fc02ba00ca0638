/* The newest event, and the organization's public name. */
#include "application/models/audit_end.h"

static err find_organization(struct readers *readers, struct arena *a, int64_t key, uuid *out)
{
    struct organization_slice all;
    TRY(organization_reader_all(readers->organizations, a, &all));
    for (size_t i = 0; i < all.len; i++)
        if (all.at[i].key == key)
            *out = all.at[i].id;
    return OK;
}

err audit_end_find(struct readers *readers, const struct services *services, struct arena *a,
                   int64_t organization_key, instant now, struct audit_end *out)
{
    struct audit_event_slice newest;
    struct audit_filter filter = {.organization_key = organization_key, .limit = 1};
    *out = (struct audit_end){0};
    TRY(find_organization(readers, a, organization_key, &out->organization_id));
    TRY(audit_reader_find(readers->audit, a, &filter, &newest));
    if (newest.len == 0)
        return OK;
    out->key = newest.at[0].key;
    if (!newest.at[0].sequence.is_set)
        return OK;
    out->anchor = (struct audit_anchor){.organization_id = out->organization_id,
                                        .sequence = newest.at[0].sequence.value,
                                        .hash = newest.at[0].hash,
                                        .anchored_at = now};
    audit_sealer_sign(services->audit_sealer, a, &out->anchor);
    return OK;
}
