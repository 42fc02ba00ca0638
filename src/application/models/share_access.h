/* Who may look after a share or an album: who made it, and who looks after the organization. */
#ifndef APPLICATION_MODELS_SHARE_ACCESS_H
#define APPLICATION_MODELS_SHARE_ACCESS_H

#include "application/models/base_model.h"
#include "core/paged_result.h"

/* 0: of everybody. */
int64_t share_owner_shown(const struct principal *principal);

/* Errors: NOT_FOUND, also when it is not the principal's to look after. */
err share_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                  uuid id, struct share *out);
err album_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                  uuid id, struct album *out);
/* What a share or a membership of an album opens is what its owner may themselves, with everything
 * of the organization. Errors: FORBIDDEN. */
err share_check_rights(const struct principal *principal, enum share_kind kind,
                       bool allows_download);

/* Also one that was granted to the principal. Errors: NOT_FOUND. */
err album_get_visible(struct query_ctx *ctx, uuid id, struct album *out);

/* A share as its owner sees it. */
struct shown_share {
    struct share share;
    enum share_state state;
    bool has_password;
};
DECLARE_SCHEMA(shown_share);
SLICE(shown_share);
/* As share_state_at, or SHARE_SUSPENDED: whoever made it is deactivated or deleted, and it opens
 * nothing to whoever is there either. */
err share_state_now(struct arena *a, struct readers *readers, const struct share *share,
                    instant now, enum share_state *out);
err share_show(struct arena *a, struct readers *readers, const struct share *share, instant now,
               struct shown_share *out);

/* Identifiers of a list of texts; complains about what is none under the name of the field. */
err ids_read(struct command_ctx *ctx, const struct str_slice *texts, const char *field,
             struct uuid_slice *out);

/* Rights of a grant to a share. */
int64_t share_rights(bool allows_download);

#endif
