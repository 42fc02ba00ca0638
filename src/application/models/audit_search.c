/* The search as clients write it, and as the repository takes it. */
#include "application/models/audit_search.h"

SCHEMA(audit_search, FIELD(audit_search, user_id, .doc = "Only by this user"),
       FIELD(audit_search, actor_id, .doc = "Only by this user, API key or share"),
       FIELD(audit_search, subject_id, .doc = "Only about this study, user, …"),
       FIELD(audit_search, study_id, .doc = "Only about this study or a part of it"),
       FIELD(audit_search, action, .max = 64, .doc = "Only of this kind"),
       FIELD(audit_search, outcome, .max = 32, .doc = "Only with this outcome: OK, FORBIDDEN, …"),
       FIELD(audit_search, actor_kind, .max = 16,
             .doc = "Only by a user, api_key, share, system, nobody"),
       FIELD(audit_search, subject_kind, .max = 32, .doc = "Only about a study, series, user, …"),
       FIELD(audit_search, peer_address, .max = 64, .doc = "Only from this address"),
       FIELD(audit_search, from, .doc = "Not before that time"),
       FIELD(audit_search, to, .doc = "Before that time"));

struct audit_filter audit_search_filter(const struct audit_search *s, int64_t organization_key)
{
    return (struct audit_filter){.organization_key = organization_key,
                                 .user_id = s->user_id,
                                 .actor_id = s->actor_id,
                                 .subject_id = s->subject_id,
                                 .study_id = s->study_id,
                                 .action = s->action,
                                 .outcome = s->outcome,
                                 .actor_kind = s->actor_kind,
                                 .subject_kind = s->subject_kind,
                                 .peer_address = s->peer_address,
                                 .since = s->from,
                                 .until = s->to};
}
