/* Reports as people see them, and what of them somebody sees: those on studies that they see, and
 * drafts only when they write or sign. */
#ifndef APPLICATION_MODELS_REPORT_VIEW_H
#define APPLICATION_MODELS_REPORT_VIEW_H

#include "application/models/base_model.h"
#include "domain/entities/report.h"

/* A version with what it says. */
struct report_version_view {
    struct report_version details;
    struct report_content content;
};
DECLARE_SCHEMA(report_version_view);
SLICE(report_version_view);

/* With the version that the reader has: for who writes the one being written, for all others the
 * one signed last, or the preliminary one. */
struct report_view {
    struct report report;
    int64_t number; /* of the version shown */
    struct report_content content;
    struct report_lock lock; /* while somebody writes */
    struct critical_result critical;
};
DECLARE_SCHEMA(report_view);

struct report_template_view {
    struct report_template details;
    struct report_form form;
};
DECLARE_SCHEMA(report_template_view);
SLICE(report_template_view);

/* The studies whose reports somebody sees: those they see. False: none. */
bool report_access(const struct principal *principal, instant now, struct access *out);
bool report_shows_drafts(const struct principal *principal);

/* A report that whoever asks sees. Errors: NOT_FOUND. */
err report_get_visible(struct readers *readers, struct arena *a, const struct principal *principal,
                       instant now, uuid id, struct report *out);

/* The number of the version that they see of it. */
int64_t report_number_shown(const struct principal *principal, const struct report *report);

err report_show(struct readers *readers, struct arena *a, const struct principal *principal,
                instant now, const struct report *report, struct report_view *out);
err report_version_show(struct arena *a, const struct report_version *version,
                        struct report_version_view *out);
err report_template_show(struct arena *a, const struct report_template *details,
                         struct report_template_view *out);

/* Where a signature stands. */
struct report_verification {
    uuid report_id;
    int64_t number;
    bool is_valid;   /* the hash is that of what is kept, and the signature is that of the key */
    bool is_own_key; /* the key is that of the installation's secret as it is now */
    bool is_current; /* no later version is signed, and the report was not retracted */
    bool is_retracted;
    str hash, key_id, public_key, signature, signed_text, canonical_text;
    instant signed_at;
    str signer_name, meaning;
};
DECLARE_SCHEMA(report_verification);

/* Errors: CONFLICT (it is not signed). */
err report_verify(const struct services *services, struct arena *a, const struct report *report,
                  const struct report_version *version, struct report_verification *out);

#endif
