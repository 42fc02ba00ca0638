/* The change feed for DICOMweb clients: what they know a study, series and instance by. */
#ifndef APPLICATION_QUERIES_CHANGES_FOLLOW_CHANGES_QUERY_H
#define APPLICATION_QUERIES_CHANGES_FOLLOW_CHANGES_QUERY_H

#include "application/models/change_page.h"

struct follow_changes {
    int64_t since;  /* last of the answer before; 0: from the start */
    uint32_t limit; /* 0 means CHANGE_COUNT_DEFAULT */
};
struct dicomweb_change {
    int64_t sequence;
    instant time;
    str kind;
    str study_instance_uid;
    str series_instance_uid, sop_instance_uid; /* absent when it is about the study as a whole */
};
DECLARE_SCHEMA(dicomweb_change);
SLICE(dicomweb_change);
struct follow_changes_result {
    struct dicomweb_change_slice changes;
    int64_t last;
    bool done;
};
DECLARE_USE_CASE(follow_changes);

#endif
