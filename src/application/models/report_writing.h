/* Writing a report: what all commands that change one do before and after. Nothing is held until
 * the report is saved, which fails when somebody else saved it meanwhile; then its lock is looked
 * at, in the same unit of work. */
#ifndef APPLICATION_MODELS_REPORT_WRITING_H
#define APPLICATION_MODELS_REPORT_WRITING_H

#include "application/models/report_view.h"

struct report_writing {
    struct report report;
    struct report_version version; /* the one being written */
    struct report_form form;
    struct report_content content;
};

/* What a request says of it; what is absent stays. */
struct report_text {
    str title;
    str language;
    struct report_section_slice sections;
    struct report_value_slice values;
    struct report_key_image_slice key_images;
    str addendum;
};
DECLARE_SCHEMA(report_text);

/* The report as whoever asks may change it, at the version they have seen.
 * Errors: NOT_FOUND, PRECONDITION_REQUIRED, PRECONDITION_FAILED. */
err report_to_change(struct command_ctx *ctx, uuid id, int64_t if_match, struct report *out);
/* With the version being written. Errors: as above, CONFLICT. */
err report_writing_begin(struct command_ctx *ctx, uuid id, int64_t if_match,
                         struct report_writing *out);
/* Puts what the request says into it. Errors: INVALID with issues, CONFLICT (the text before an
 * addendum stays). */
err report_writing_apply(struct command_ctx *ctx, const struct report_text *text,
                         struct report_writing *w);
/* Errors: PRECONDITION_FAILED, CONFLICT (somebody else is writing). */
err report_writing_save(struct command_ctx *ctx, struct report_writing *w);
/* After the report was saved. Errors: CONFLICT. */
err report_check_lock(struct command_ctx *ctx, const struct report *report);
/* Gives whoever asks the lock that was located. */
err report_lock_give(struct command_ctx *ctx, const struct report *report,
                     struct report_lock *lock);
/* Saved by whoever need not have seen it: a change meanwhile runs the command again. */
err report_save_again(struct command_ctx *ctx, struct report *report);

/* A version of the report, not added yet. */
struct report_version report_version_new(struct command_ctx *ctx, const struct report *report,
                                         int64_t number, enum report_version_kind kind);

/* The name of whoever asks, as reports carry it. */
err report_author_name(struct command_ctx *ctx, str *out);

/* Own password, or a code of the second factor where there is one: a session that was taken over
 * signs nothing. user is whoever asks. Errors: INVALID with issues, FORBIDDEN. */
err report_confirm(struct command_ctx *ctx, str password, str otp, struct user *user);

/* Texts of a template for a study: {PatientName}, {PatientID}, {PatientBirthDate}, {PatientSex},
 * {PatientAge}, {StudyDate}, {StudyDescription}, {AccessionNumber}, {Modality},
 * {ReferringPhysicianName}, {AuthorName}, {Today}. Other words in braces stay as they are. */
str report_fill_in(struct arena *a, str text, const struct study *study, str author_name,
                   instant now);

/* "Family, Given Middle" of the first group of a DICOM name that there is. */
str report_name_text(struct arena *a, str name);

#endif
