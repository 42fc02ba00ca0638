/* Which attributes a work item must have when: PS3.4 table CC.2.5-3, as tables. Data sets are DICOM
 * JSON objects of this program's own form, in the order of tags. */
#ifndef DOMAIN_ENTITIES_WORK_ITEM_RULES_H
#define DOMAIN_ENTITIES_WORK_ITEM_RULES_H

#include "dicom/json_members.h"
#include "domain/entities/work_item.h"

enum {
    TAG_TRANSACTION_UID = 0x00081195,
    TAG_PROCEDURE_STEP_STATE = 0x00741000,
    TAG_PROGRESS_INFORMATION = 0x00741002,
    TAG_DISCONTINUATION_REASON = 0x0074100E,
    TAG_REASON_FOR_CANCELLATION = 0x00741238,
    TAG_CANCELLATION_DATE_TIME = 0x00404052,
    TAG_INPUT_READINESS_STATE = 0x00404041
};

/* The item out of what was sent to make it: what is to be there is, what is left out and may be is
 * filled in. uid: its SOP Instance UID. *was_changed: something had to be put right that its sender
 * should know of. Sets the data set and everything made of it.
 * Errors: MALFORMED (names the tag), TOO_LARGE. */
err work_item_make(struct arena *a, str uid, instant now, str data_set, struct work_item *out,
                   bool *was_changed);

/* What a change was about. */
struct work_item_changes {
    bool is_any, readiness, progress, assignment;
};
/* The changes replace attributes as a whole. What may not be changed may be there if it is the
 * same. Nothing is changed when it fails. Errors: MALFORMED, TOO_LARGE. */
err work_item_change(struct arena *a, struct work_item *item, instant now, str changes,
                     struct work_item_changes *out);

/* Into another state, with what that state needs: fills the time of a cancellation. Errors:
 * CONFLICT (the final state requirements are not met; names the tag), TOO_LARGE. */
err work_item_move(struct arena *a, struct work_item *item, enum work_item_state to, instant now);

/* Why it is canceled, where its owner does not say: attributes of a cancel request. */
err work_item_note_reason(struct arena *a, struct work_item *item, instant now, str request);

/* Attributes a search answers with that was not asked for more. */
bool work_item_is_returned(uint32_t tag);

/* Details of an event: the attributes of that type out of the item (or of the cancel request). */
str work_item_event_details(struct arena *a, enum work_item_event_type type, str data_set);

#endif
