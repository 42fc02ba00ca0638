/* Where a study, a series or an instance is. */
#ifndef DOMAIN_ENUMS_STUDY_STATE_H
#define DOMAIN_ENUMS_STUDY_STATE_H

enum study_state { STUDY_RECEIVED, STUDY_TRASHED, STUDY_STATE_COUNT };

extern const char *const study_state_names[];

#endif
