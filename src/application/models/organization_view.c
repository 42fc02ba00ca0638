/* One object of two rows. */
#include "application/models/organization_view.h"

SCHEMA(organization_view, FIELD_EMBED_OF(organization_view, organization, organization),
       FIELD(organization_view, language, .doc = "Of mails and documents, BCP 47"),
       FIELD(organization_view, mfa_required_roles, .doc = "Whose users need a second factor"),
       FIELD(organization_view, break_glass_roles,
             .doc = "Who may open a study in an emergency; none: nobody"),
       FIELD(organization_view, break_glass_minutes, .doc = "For how long"),
       FIELD(organization_view, quota_size,
             .doc = "Bytes that it may store; 0: as many as there is room for"),
       FIELD(organization_view, used_size, .doc = "Bytes of the objects of its studies"),
       FIELD(organization_view, trash_days,
             .doc = "After which what is in the trash goes for good; 0: never"));

void organization_view_of(struct arena *a, const struct organization *organization,
                          const struct organization_settings *settings,
                          struct organization_view *out)
{
    *out = (struct organization_view){
        .organization = *organization,
        .language = settings->language,
        .mfa_required_roles = roles_list(a, (uint64_t)settings->mfa_required_roles),
        .break_glass_roles = roles_list(a, (uint64_t)settings->break_glass_roles),
        .break_glass_minutes = settings->break_glass_minutes,
        .quota_size = settings->quota_size,
        .trash_days = settings->trash_days};
}
