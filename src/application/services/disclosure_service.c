/* Seals are bound to what they belong to. */
#include "application/services/disclosure_service.h"

#include "application/commands/disclosures/save_task_report/command.h"
#include "application/queries/disclosures/read_task_report/query.h"
#include "base/arena.h"
#include "base/json.h"
#include "dicom/deidentify/confidentiality.h"

enum { REPORT_SAVED_SECONDS = 3, REPORT_SAVED_COUNT = 100 };

SCHEMA(deidentification_project_view,
       FIELD_EMBED_OF(deidentification_project_view, project, deidentification_project),
       FIELD(deidentification_project_view, options,
             .doc = "Of PS3.15 E.3: retain_device, retain_institution, retain_patient, "
                    "retain_dates, shift_dates, clean_descriptors, retain_safe_private"));

/* Not to keep UIDs: what is made is kept beside what it was made of. */
static const struct {
    const char *name;
    unsigned flag;
} options[] = {
    {"retain_device", DEIDENTIFY_RETAIN_DEVICE},
    {"retain_institution", DEIDENTIFY_RETAIN_INSTITUTION},
    {"retain_patient", DEIDENTIFY_RETAIN_PATIENT},
    {"retain_dates", DEIDENTIFY_RETAIN_DATES},
    {"shift_dates", DEIDENTIFY_SHIFT_DATES},
    {"clean_descriptors", DEIDENTIFY_CLEAN_DESCRIPTORS},
    {"retain_safe_private", DEIDENTIFY_RETAIN_SAFE_PRIVATE},
};

struct deidentification_project_view project_view_of(struct arena *a,
                                                     const struct deidentification_project *p)
{
    struct deidentification_project_view view = {.project = *p};
    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (((unsigned)p->options & options[i].flag) != 0)
            *SLICE_PUSH(a, &view.options) = str_of(options[i].name);
    return view;
}

int64_t project_options_read(const struct str_slice *names, struct issues *issues)
{
    const unsigned both = DEIDENTIFY_RETAIN_DATES | DEIDENTIFY_SHIFT_DATES;
    unsigned flags = 0;
    for (size_t i = 0; i < names->len; i++) {
        unsigned flag = 0;
        for (size_t k = 0; k < COUNT_OF(options); k++)
            if (str_eq(names->at[i], str_of(options[k].name)))
                flag = options[k].flag;
        if (flag == 0)
            issues_add(issues, STR("options"), "names an option that there is not");
        flags |= flag;
    }
    if ((flags & both) == both)
        issues_add(issues, STR("options"), "dates are either kept or shifted");
    return flags;
}

const char *project_prefix_complaint(str prefix)
{
    for (size_t i = 0; i < prefix.len; i++) {
        char c = prefix.ptr[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '_')
            return "is made of letters, digits, - and _";
    }
    return NULL;
}

const char *risk_policy_complaint(str name)
{
    return name_number(risk_policy_names, name).is_set ? NULL : "is refuse or report";
}

enum risk_policy risk_policy_of(str name)
{
    opt_i64 number = name_number(risk_policy_names, name);
    return number.is_set ? (enum risk_policy)number.value : RISKS_REFUSED;
}

const char *destination_credential_complaint(str name)
{
    return name_number(destination_credential_names, name).is_set ? NULL
                                                                  : "is none, bearer or basic";
}

enum destination_credential destination_credential_of(str name)
{
    opt_i64 number = name_number(destination_credential_names, name);
    return number.is_set ? (enum destination_credential)number.value : CREDENTIAL_NONE;
}

static str place_of(struct arena *a, const char *what, uuid id)
{
    return str_format(a, "%s %.*s", what, STR_ARG(uuid_text(a, id)));
}

str project_secret_make(struct command_ctx *ctx, uuid project_id)
{
    unsigned char bytes[DEIDENTIFICATION_KEY_SIZE];
    struct buf text = BUF_IN(ctx->arena);
    random_bytes(bytes, sizeof bytes);
    buf_add_base64(&text, bytes, sizeof bytes);
    return seal(ctx->services->seals, ctx->arena, place_of(ctx->arena, "project", project_id),
                buf_str(&text));
}

err project_secret_open(struct services *services, struct arena *a,
                        const struct deidentification_project *project, str *out)
{
    str text;
    TRY(unseal(services->seals, a, place_of(a, "project", project->id), project->secret, &text));
    return base64_decode(a, text, out) && out->len == DEIDENTIFICATION_KEY_SIZE
               ? OK
               : ERR(MALFORMED, "the key of the project is none");
}

str destination_secret_seal(struct command_ctx *ctx, uuid destination_id, str plain)
{
    return seal(ctx->services->seals, ctx->arena,
                place_of(ctx->arena, "destination", destination_id), plain);
}

err destination_secret_open(struct services *services, struct arena *a,
                            const struct destination *destination, str *out)
{
    *out = STR("");
    if (destination->secret.ptr == NULL)
        return OK;
    return unseal(services->seals, a, place_of(a, "destination", destination->id),
                  destination->secret, out);
}

err destination_check(struct command_ctx *ctx, const struct destination *d)
{
    struct issues *issues = &ctx->scope->issues;
    err e = http_client_check(ctx->services->http, ctx->arena, d->url);
    if (e.code == ERR_INVALID)
        issues_add(issues, STR("url"), e.text);
    else
        TRY(e);
    if (str_find_char(d->url, '?') != SIZE_MAX)
        issues_add(issues, STR("url"), "must not have a query");
    if (d->credential != CREDENTIAL_NONE && d->secret.ptr == NULL)
        issues_add(issues, STR("secret"), "is needed by that credential, and for a new address");
    if (d->credential == CREDENTIAL_BASIC &&
        (d->user_name.len == 0 || str_find_char(d->user_name, ':') != SIZE_MAX))
        issues_add(issues, STR("user_name"), "is needed by basic, and has no colon");
    return issues->list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

err disclosed_studies_check(struct command_ctx *ctx, const struct str_slice *studies)
{
    struct study study;
    uuid id;
    for (size_t i = 0; i < studies->len; i++) {
        if (!uuid_from_text(studies->at[i], &id))
            issues_add(&ctx->scope->issues, STR("studies"), "has one that is no identifier");
        for (size_t k = 0; k < i; k++)
            if (str_eq(studies->at[i], studies->at[k]))
                issues_add(&ctx->scope->issues, STR("studies"), "names one twice");
    }
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    for (size_t i = 0; i < studies->len; i++) {
        uuid_from_text(studies->at[i], &id);
        TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, id, &study));
    }
    return OK;
}

/* ---- how far a run is ---- */

err task_run_report_open(struct task_run_report *r, struct task_run *run)
{
    struct read_task_report_result found;
    struct issues issues = {.arena = run->scope->arena};
    *r = (struct task_run_report){.run = run, .saved_ns = monotonic_ns()};
    TRY(read_task_report_send(run->scope, &(struct read_task_report){run->task.key}, &found));
    if (found.body.len != 0)
        TRY(json_read(&r->arena, str_copy(&r->arena, found.body), &task_report_body_schema,
                      &r->body, &issues));
    r->saved_position = r->body.position;
    return OK;
}

err task_run_report_save(struct task_run_report *r, bool is_needed)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct scope scope = *r->run->scope;
    struct buf body = BUF_IN(&scratch);
    struct save_task_report_result saved;
    int64_t seconds = (int64_t)((monotonic_ns() - r->saved_ns) / 1000000000u);
    if (!is_needed && seconds < REPORT_SAVED_SECONDS &&
        r->body.position - r->saved_position < REPORT_SAVED_COUNT)
        return OK;
    json_write(&body, &task_report_body_schema, &r->body, JSON_INTERNAL);
    scope.arena = scope.issues.arena = &scratch;
    const struct save_task_report cmd = {r->run->task.key, r->run->task.fence, buf_str(&body)};
    TRY(save_task_report_send(&scope, &cmd, &saved));
    r->saved_ns = monotonic_ns();
    r->saved_position = r->body.position;
    return OK;
}
