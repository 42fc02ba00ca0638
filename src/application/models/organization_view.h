/* An organization with what it has decided for all in it. */
#ifndef APPLICATION_MODELS_ORGANIZATION_VIEW_H
#define APPLICATION_MODELS_ORGANIZATION_VIEW_H

#include "application/models/base_model.h"

struct organization_view {
    struct organization organization;
    str language;
    struct str_slice mfa_required_roles, break_glass_roles;
    int64_t break_glass_minutes;
    int64_t quota_size, used_size; /* bytes; quota 0: none */
    int64_t trash_days;
};
DECLARE_SCHEMA(organization_view);

void organization_view_of(struct arena *a, const struct organization *organization,
                          const struct organization_settings *settings,
                          struct organization_view *out);

#endif
