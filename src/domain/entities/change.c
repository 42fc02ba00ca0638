/* Schema of the change. */
#include "domain/entities/change.h"

SCHEMA(
    change, FIELD(change, sequence, .doc = "Position in the feed, growing"),
    FIELD(change, organization_key, .flags = INTERNAL, .doc = "Owner"),
    FIELD(change, created_at, .doc = "When"),
    FIELD(change, kind, .max = 32,
          .doc = "instance_stored, instance_replaced; study_, series_ or instance_ with trashed or "
                 "restored, study_purged"),
    FIELD(change, study_id, .doc = "Which study"),
    FIELD(change, series_id, .doc = "Which series, where it is about one as a whole"),
    FIELD(change, instance_id, .doc = "Which instance, where it is about one"),
    FIELD(change, study_instance_uid, .doc = "Study Instance UID (0020,000D)"),
    FIELD(change, series_instance_uid,
          .doc = "Of the series or instance: Series Instance UID (0020,000E)"),
    FIELD(change, sop_instance_uid, .doc = "Of the instance: SOP Instance UID (0008,0018)"));
