/* The same instance becomes the same bytes under the same identifiers, so one that was stored
 * before the worker was killed is found stored. */
#include "application/services/tasks/anonymize.h"

#include "application/commands/disclosures/number_patient/command.h"
#include "application/queries/disclosures/read_deidentification_project/query.h"
#include "application/services/ingest_service.h"
#include "application/services/tasks/instance_walk.h"
#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/pseudonym.h"
#include "dicom/dictionary.h"

SCHEMA(anonymize_parameters, FIELD(anonymize_parameters, project_id),
       FIELD(anonymize_parameters, studies));

struct anonymizing {
    struct instance_walk walk;
    struct deidentify_report changes;
    struct deidentification_project project;
    str key;
    struct task_report_body counted; /* of the instance at hand */
    struct arena *counted_arena;
    str numbered_study, number; /* the pseudonym of the study's patient; in the run's arena */
};

static void count_change(struct deidentify_report *r, const struct deidentify_change *change)
{
    struct anonymizing *n = container_of(r, struct anonymizing, changes);
    uint32_t tag = change->tags[change->depth];
    const struct dictionary_entry *entry = dictionary_find(tag);
    char text[9];
    for (int i = 0; i < 8; i++)
        text[i] = "0123456789ABCDEF"[tag >> (28 - 4 * i) & 15];
    task_report_count(n->counted_arena, &n->counted, (str){text, 8},
                      entry != NULL ? str_of(entry->keyword) : STR_NONE,
                      str_of(deidentify_action_name(change->action)), 1);
}

/* All of a study are of the study's patient, whatever each says. */
static err choose_patient(struct anonymizing *n, struct scope *scope,
                          const struct walked_study *study, struct deidentify_facts *facts)
{
    struct number_patient_result numbered;
    struct arena *kept = n->walk.report.run->scope->arena;
    facts->patient_id = study->list->patient_id;
    facts->issuer_of_patient_id = study->list->issuer_of_patient_id;
    facts->study_instance_uid = study->list->study_instance_uid;
    if (n->project.pseudonym_prefix.len == 0)
        return OK;
    if (!str_eq(n->numbered_study, study->id)) {
        bool has_id = facts->patient_id.len != 0;
        const struct number_patient cmd = {
            n->project.id,
            pseudonym_patient(scope->arena, n->key,
                              has_id ? facts->issuer_of_patient_id : STR("(0020,000D)"),
                              has_id ? facts->patient_id : facts->study_instance_uid)};
        TRY(number_patient_send(scope, &cmd, &numbered));
        n->number = str_format(kept, "%.*s%04lld", STR_ARG(n->project.pseudonym_prefix),
                               (long long)numbered.number);
        n->numbered_study = study->id;
    }
    facts->shown_patient_id = n->number;
    return OK;
}

/* Errors: FORBIDDEN, with the reason in item. */
static err check_risks(const struct anonymizing *n, struct arena *a,
                       const struct deidentify_facts *facts, struct task_item *item)
{
    struct buf text = BUF_IN(a);
    unsigned risks = deidentify_risk(facts);
    for (unsigned i = 0; i < DEIDENTIFY_RISK_COUNT; i++)
        if ((risks >> i & 1) != 0)
            buf_addf(&text, "%s%s", text.len != 0 ? "; " : "",
                     deidentify_risk_text((enum deidentify_risk)i));
    if (risks == 0)
        return OK;
    item->reason = buf_str(&text);
    return n->project.risks == RISKS_REPORTED && (risks >> DEIDENTIFY_RISK_DIRECTORY & 1) == 0
               ? OK
               : ERR(FORBIDDEN, "it may show whose it is");
}

static err write_and_store(struct anonymizing *n, struct scope *scope, int from, uint64_t size,
                           int to, const struct deidentify_facts *facts)
{
    struct region_source source;
    struct fd_sink sink;
    struct ingest_result stored;
    const struct ingest_options none = {0};
    const struct deidentify_options options = {(unsigned)n->project.options, n->key, &n->changes};
    region_source_init(&source, from, 0, size);
    fd_sink_init(&sink, to);
    TRY(deidentify_write(scope->arena, &source.base, &options, facts, NULL, &sink.base));
    region_source_init(&source, to, 0, UINT64_MAX / 2);
    return ingest_instance(scope, &source.base, &none, &stored);
}

static err anonymize_file(struct anonymizing *n, struct scope *scope,
                          const struct walked_study *study, const struct object_file *file,
                          struct task_item *item)
{
    struct deidentify_facts facts;
    struct region_source source;
    int scratch;
    region_source_init(&source, file->fd, 0, file->size);
    TRY(deidentify_facts_read(scope->arena, &source.base, &facts));
    TRY(check_risks(n, scope->arena, &facts, item));
    TRY(choose_patient(n, scope, study, &facts));
    TRY(storage_scratch(scope->services->storage, &scratch));
    err e = write_and_store(n, scope, file->fd, file->size, scratch, &facts);
    fd_close(scratch);
    return e;
}

static err anonymize(struct instance_walk *walk, struct scope *scope,
                     const struct walked_study *study, const struct study_object *object,
                     struct task_item *item)
{
    struct anonymizing *n = container_of(walk, struct anonymizing, walk);
    struct object_file file;
    n->counted = (struct task_report_body){0};
    n->counted_arena = scope->arena;
    TRY(storage_open(scope->services->storage, object->object_name, OBJECT_WHOLE, &file));
    err e = anonymize_file(n, scope, study, &file, item);
    fd_close(file.fd);
    TRY(e);
    for (size_t i = 0; i < n->counted.changes.len; i++) {
        const struct task_change *c = &n->counted.changes.at[i];
        task_report_count(&walk->report.arena, &walk->report.body, c->attribute, c->keyword,
                          c->action, c->count);
    }
    return OK;
}

/* A project that was deleted meanwhile numbers nobody. */
static bool ends(err e)
{
    (void)e;
    return false;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct anonymize_parameters *p = parameters;
    struct read_deidentification_project_result found;
    struct anonymizing n = {.walk = {.each = anonymize, .ends = ends}, .changes = {count_change}};
    TRY(read_deidentification_project_send(
        run->scope, &(struct read_deidentification_project){p->project_id}, &found));
    n.project = found.project;
    TRY(project_secret_open(run->scope->services, run->scope->arena, &n.project, &n.key));
    TRY(instance_walk_run(&n.walk, run, &p->studies));
    const struct task_report_body *body = &n.walk.report.body;
    out->words =
        str_format(run->scope->arena, "%lld instances were de-identified, %lld were left out",
                   (long long)body->done_count, (long long)body->failed_count);
    return body->done_count == 0 && body->failed_count != 0
               ? ERRF(run->scope->arena, CONFLICT, "%.*s", STR_ARG(out->words))
               : OK;
}

const struct task_kind anonymize_kind = {
    .name = "anonymize",
    .doc = "Make de-identified copies of studies",
    .parameters = &anonymize_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 8,
    .run = run,
};
