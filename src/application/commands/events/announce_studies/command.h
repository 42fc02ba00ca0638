/* Tell of the studies to which nothing came for a while. */
#ifndef APPLICATION_COMMANDS_EVENTS_ANNOUNCE_STUDIES_COMMAND_H
#define APPLICATION_COMMANDS_EVENTS_ANNOUNCE_STUDIES_COMMAND_H

#include "application/models/base_model.h"

enum { ANNOUNCED_STUDY_COUNT_MAX = 100 };

struct announce_studies {
    int64_t quiet_seconds; /* for so long */
};
struct announce_studies_result {
    int64_t study_count;
    bool has_more; /* perhaps */
};
DECLARE_USE_CASE(announce_studies);

#endif
