/* An API key as its administrators see it, and what they may give. */
#ifndef APPLICATION_MODELS_API_KEY_VIEW_H
#define APPLICATION_MODELS_API_KEY_VIEW_H

#include "application/models/base_model.h"

struct api_key_view {
    uuid id;
    instant created_at;
    instant updated_at;
    int64_t version;
    str name;
    struct str_slice scopes;
    bool is_limited;
    int64_t requests_per_minute;
    int64_t daily_size;
    instant expires_at;
    instant revoked_at;
    instant last_used_at;
    str last_used_from;
    uuid created_by;
    bool is_suspended;
};
DECLARE_SCHEMA(api_key_view);
SLICE(api_key_view);

/* Whether whoever made it, or took it over, is there: of somebody deactivated or deleted a key is
 * good for nothing. One that the program made itself is nobody's. */
err api_key_maker_is_active(struct arena *a, struct readers *readers, const struct api_key *key,
                            bool *out);
err api_key_show(struct arena *a, struct readers *readers, const struct api_key *key,
                 struct api_key_view *out);

/* The set of scopes of their names; complains in issues. */
int64_t api_key_scopes_read(const struct str_slice *names, struct issues *issues);

/* Nobody gives a key more than they have themselves. Errors: FORBIDDEN. */
err api_key_check_grantor(const struct principal *by, const struct api_key *key);

#endif
