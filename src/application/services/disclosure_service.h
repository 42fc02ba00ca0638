/* Projects of de-identification and destinations as the API shows them, and their secrets; how a
 * task remembers how far it is. */
#ifndef APPLICATION_SERVICES_DISCLOSURE_SERVICE_H
#define APPLICATION_SERVICES_DISCLOSURE_SERVICE_H

#include "application/models/task_report_body.h"
#include "application/services/tasks/task_service.h"
#include "domain/entities/disclosure.h"

struct deidentification_project_view {
    struct deidentification_project project;
    struct str_slice options; /* names */
};
DECLARE_SCHEMA(deidentification_project_view);
SLICE(deidentification_project_view);

struct deidentification_project_view project_view_of(struct arena *a,
                                                     const struct deidentification_project *p);
/* Bits of the names; what is none is complained of. */
int64_t project_options_read(const struct str_slice *names, struct issues *issues);
const char *project_prefix_complaint(str prefix);
const char *risk_policy_complaint(str name);
enum risk_policy risk_policy_of(str name);
const char *destination_credential_complaint(str name);
enum destination_credential destination_credential_of(str name);

/* The key of a project, sealed for it alone. */
str project_secret_make(struct command_ctx *ctx, uuid project_id);
/* Errors: MALFORMED. */
err project_secret_open(struct services *services, struct arena *a,
                        const struct deidentification_project *project, str *out);
str destination_secret_seal(struct command_ctx *ctx, uuid destination_id, str plain);
err destination_secret_open(struct services *services, struct arena *a,
                            const struct destination *destination, str *out);

/* Whether it could be sent to. Errors: INVALID, with complaints. */
err destination_check(struct command_ctx *ctx, const struct destination *destination);

/* Each is there and may be seen; each once. out: as text, for the parameters of a task.
 * Errors: NOT_FOUND, INVALID (one that is no identifier). */
err disclosed_studies_check(struct command_ctx *ctx, const struct str_slice *studies);

/* How far a run is: read when it begins, saved every now and then and at its end. */
struct task_run_report {
    struct task_run *run;
    struct task_report_body body;
    struct arena arena; /* of what is in it; deinit it */
    uint64_t saved_ns;
    int64_t saved_position;
};
err task_run_report_open(struct task_run_report *r, struct task_run *run);
/* At once, or only if there is something to lose. */
err task_run_report_save(struct task_run_report *r, bool is_needed);

#endif
