/* The same page, in other words. */
#include "application/queries/changes/follow_changes/query.h"

SCHEMA(dicomweb_change, FIELD(dicomweb_change, sequence, .doc = "Position in the feed, growing"),
       FIELD(dicomweb_change, time, .doc = "When"),
       FIELD(dicomweb_change, kind, .doc = "instance_stored, study_trashed or study_restored"),
       FIELD(dicomweb_change, study_instance_uid, .doc = "Study Instance UID (0020,000D)"),
       FIELD(dicomweb_change, series_instance_uid,
             .doc = "Series Instance UID (0020,000E), where it is about an instance"),
       FIELD(dicomweb_change, sop_instance_uid,
             .doc = "SOP Instance UID (0008,0018), where it is about an instance"));
SCHEMA(follow_changes,
       FIELD(follow_changes, since, .max = INT64_MAX, .doc = "last of the answer before"),
       FIELD(follow_changes, limit, .max = CHANGE_COUNT_MAX, .doc = "Changes at most, 1 to 1000"));
SCHEMA(follow_changes_result, FIELD_LIST_OF(follow_changes_result, changes, dicomweb_change),
       FIELD(follow_changes_result, last, .doc = "Give it back as since to go on from here"),
       FIELD(follow_changes_result, done, .doc = "There are no further changes now"));

static err follow_changes_handle(struct query_ctx *ctx, const struct follow_changes *query,
                                 struct follow_changes_result *out)
{
    struct change_page page;
    TRY(change_page_read(ctx, query->since, query->limit, &page));
    for (size_t i = 0; i < page.items.len; i++) {
        const struct change *c = &page.items.at[i];
        *SLICE_PUSH(ctx->arena, &out->changes) = (struct dicomweb_change){
            c->sequence,           c->created_at,          c->kind,
            c->study_instance_uid, c->series_instance_uid, c->sop_instance_uid};
    }
    out->last = page.last;
    out->done = !page.has_more;
    return OK;
}
QUERY(follow_changes, .needs = READ_STUDIES,
      .doc = "Follow the changes of the archive by their UIDs");
