/* Finds or makes patient, study and series, adds the instance, counts. Same bytes again change
 * nothing; the same UID with other bytes is met as the policy has it, in another series or of
 * another patient it is refused: an archive does not overwrite evidence. */
#include "application/commands/images/store_instance/command.h"

#include "application/events/instance_stored.h"
#include "application/events/study_sent_in.h"
#include "application/models/instance_versions.h"
#include "application/models/kept_values.h"
#include "application/models/quota.h"
#include "application/models/study_recount.h"
#include "base/arena.h"
#include "dicom/matching.h"

SCHEMA_EMPTY(store_instance);
SCHEMA_EMPTY(store_instance_result);

static str present(str s)
{
    return s.ptr != NULL ? s : STR("");
}

static err find_patient(struct command_ctx *ctx, const struct dicom_index *i,
                        struct patient *patient)
{
    int64_t organization_key = ctx->principal->organization_key;
    instant now = clock_now(ctx->clock);
    TRY(image_writer_locate_patient(ctx->uow->images, ctx->arena, organization_key,
                                    present(i->patient_id), present(i->issuer_of_patient_id),
                                    patient));
    if (patient->key != 0)
        return OK;
    *patient =
        (struct patient){.id = uuid_make(ctx->clock),
                         .organization_key = organization_key,
                         .created_at = now,
                         .updated_at = now,
                         .patient_id = present(i->patient_id),
                         .issuer_of_patient_id = present(i->issuer_of_patient_id),
                         .patient_name = present(i->patient_name),
                         .patient_birth_date = date_normalized(ctx->arena, i->patient_birth_date),
                         .patient_sex = present(i->patient_sex)};
    return image_writer_add_patient(ctx->uow->images, patient);
}

static err make_study(struct command_ctx *ctx, const struct dicom_index *i, struct study *study)
{
    struct patient patient;
    instant now = clock_now(ctx->clock);
    TRY(find_patient(ctx, i, &patient));
    *study = (struct study){.id = uuid_make(ctx->clock),
                            .organization_key = ctx->principal->organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .patient_key = patient.key,
                            .modalities = STR(""),
                            .sop_classes = STR(""),
                            .transfer_syntaxes = STR("")};
    study_describe(ctx->arena, i, study);
    return image_writer_add_study(ctx->uow->images, study);
}

static err make_series(struct command_ctx *ctx, const struct dicom_index *i, struct study *study,
                       struct series *series)
{
    instant now = clock_now(ctx->clock);
    *series = (struct series){.id = uuid_make(ctx->clock),
                              .organization_key = ctx->principal->organization_key,
                              .created_at = now,
                              .updated_at = now,
                              .study_key = study->key,
                              .transfer_syntaxes = STR("")};
    series_describe(ctx->arena, i, series);
    study->series_count++;
    return image_writer_add_series(ctx->uow->images, series);
}

/* To a set that is not counted yet nothing is added: it will be. */
static void add_syntax(struct arena *a, str *set, str uid)
{
    if (set->ptr != NULL)
        *set = value_set_add(a, *set, uid);
}

static err add_instance(struct command_ctx *ctx, const struct instance_content *content,
                        struct image_row *row)
{
    instant now = clock_now(ctx->clock);
    row->instance = (struct instance){.id = uuid_make(ctx->clock),
                                      .organization_key = ctx->principal->organization_key,
                                      .created_at = now,
                                      .updated_at = now,
                                      .study_key = row->study.key,
                                      .series_key = row->series.key};
    instance_describe(ctx->arena, content, &row->instance);
    TRY(image_writer_add_instance(ctx->uow->images, &row->instance, &content->blobs));
    row->series.instance_count++;
    row->series.size += content->size;
    row->series.updated_at = now;
    row->study.instance_count++;
    row->study.size += content->size;
    row->study.updated_at = now;
    row->study.modalities =
        value_set_add(ctx->arena, row->study.modalities, present(content->index->modality));
    row->study.sop_classes =
        value_set_add(ctx->arena, row->study.sop_classes, row->instance.sop_class_uid);
    add_syntax(ctx->arena, &row->study.transfer_syntaxes, content->transfer_syntax_uid);
    add_syntax(ctx->arena, &row->series.transfer_syntaxes, content->transfer_syntax_uid);
    return image_writer_count_instance(ctx->uow->images, &row->study, &row->series);
}

/* What is kept of indexed attributes is read out of the document before the unit of work begins;
 * within it, where nobody else writes, the list decides whether that is still right. */
struct indexing {
    struct ingest_rules rules;
    struct instance_values values;
};

static err index_before(struct command_ctx *ctx, const struct instance_content *content,
                        struct indexing *out)
{
    TRY(ingest_rules_read(ctx, &out->rules));
    instance_values_read(ctx->arena, content->document, &out->rules.attributes, &out->values);
    return OK;
}

static err index_within(struct command_ctx *ctx, const struct instance_content *content,
                        const struct instance *instance, const struct attribute_list *list,
                        struct indexing *indexing)
{
    if (!attribute_list_eq(list, &indexing->rules.attributes))
        instance_values_read(ctx->arena, content->document, list, &indexing->values);
    return instance_values_put(ctx, instance, &indexing->values);
}

/* What was in the trash because nothing in it was left. */
static err bring_back(struct command_ctx *ctx, struct image_row *row)
{
    if (row->series.state == STUDY_TRASHED) {
        row->series.state = STUDY_RECEIVED;
        row->study.series_count++;
        TRY(image_writer_save_series(ctx->uow->images, &row->series));
    }
    if (row->study.state != STUDY_TRASHED)
        return OK;
    row->study.state = STUDY_RECEIVED;
    row->study.updated_at = clock_now(ctx->clock);
    return image_writer_save_study(ctx->uow->images, &row->study);
}

/* Where it belongs is not for a newcomer to change, nor whose it is. */
static bool is_same_place(const struct image_row *row, const struct dicom_index *i)
{
    return row->instance.study_key == row->study.key &&
           row->instance.series_key == row->series.key &&
           str_eq(row->study.patient_id, present(i->patient_id)) &&
           str_eq(row->study.issuer_of_patient_id, present(i->issuer_of_patient_id));
}

/* Other bytes under a UID that is stored. */
static err meet(struct command_ctx *ctx, const struct instance_content *content,
                struct image_row *row, struct store_instance_result *out)
{
    enum duplicate_policy policy = ctx->services->duplicates;
    if (policy == DUPLICATES_REFUSE || !is_same_place(row, content->index))
        return ERR(CONFLICT, "an instance with this UID and other content is stored");
    out->is_beside = policy == DUPLICATES_KEEP;
    return out->is_beside ? instance_keep(ctx, row, content, &out->was_there)
                          : instance_replace(ctx, row, content, VERSION_REPLACED);
}

static err not_taken(void)
{
    return ERR(CONFLICT, "the study is not taken here");
}

/* Who may store with a limit sends in: new studies, and more of those they sent. What is there of
 * others is not told. */
static err may_add_to(struct command_ctx *ctx, const struct image_row *row)
{
    struct study study;
    if (!ctx->access->is_limited || row->study.key == 0)
        return row->instance.key == 0 || !ctx->access->is_limited ? OK : not_taken();
    err e = image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, row->study.id,
                                   &study);
    return e.code == ERR_NOT_FOUND ? not_taken() : e;
}

/* One that was removed meanwhile takes nothing; the inbox does. */
static err put_into_album(struct command_ctx *ctx, const struct share *share,
                          const struct study *study, instant now)
{
    struct album album;
    err e = album_reader_get(ctx->readers->albums, ctx->arena, share->organization_key,
                             share->album_id, &album);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e;
    return album_writer_put_study(ctx->uow->albums, album.key, study->key, (uuid){0}, now);
}

/* The sender may go on with it, and finds it where the inbox has its album. */
static err note_sender(struct command_ctx *ctx, const struct study *study)
{
    const struct access *access = ctx->access;
    instant now = clock_now(ctx->clock);
    struct share share;
    struct grant grant = {.id = uuid_make(ctx->clock),
                          .organization_key = study->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .grantee_kind = access->grantee_kind,
                          .grantee_key = access->grantee_key,
                          .grantee_id = ctx->principal->session_id,
                          .granted_kind = GRANTED_STUDY,
                          .granted_key = study->key,
                          .granted_id = study->id,
                          .rights = INT64_C(1) << WRITE_STUDIES};
    if (!access->is_limited)
        return OK;
    TRY(grant_writer_add(ctx->uow->grants, &grant));
    if (access->grantee_kind != GRANTEE_SHARE)
        return OK;
    TRY(share_reader_get_by_key(ctx->readers->shares, ctx->arena, access->grantee_key, &share));
    struct study_sent_in event = {share.id, study->id};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &study_sent_in_event,
                         study->organization_key, study->id, &event));
    return share.album_key != 0 ? put_into_album(ctx, &share, study, now) : OK;
}

static err store_instance_handle(struct command_ctx *ctx, const struct store_instance *cmd,
                                 struct store_instance_result *out)
{
    const struct instance_content *content = &cmd->content;
    const struct dicom_index *i = content->index;
    struct image_row row;
    struct indexing indexing;
    struct ingest_rules rules;
    TRY(index_before(ctx, content, &indexing));
    TRY(image_writer_locate(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                            i->study_instance_uid, i->series_instance_uid, i->sop_instance_uid,
                            &row));
    TRY(may_add_to(ctx, &row));
    TRY(study_must_be_there(&row));
    ctx->scope->subject_id = row.study.id;
    if (row.instance.key != 0) {
        if (row.instance.state == STUDY_TRASHED)
            return ERR(CONFLICT, "the instance is in the trash");
        *out = (struct store_instance_result){.study_id = row.study.id,
                                              .instance_id = row.instance.id};
        out->was_there = str_eq(row.instance.object_name, content->object_name);
        return out->was_there ? OK : meet(ctx, content, &row, out);
    }
    if (row.study.key == 0) {
        TRY(make_study(ctx, i, &row.study));
        TRY(note_sender(ctx, &row.study));
    }
    ctx->scope->subject_id = row.study.id;
    if (row.series.key == 0)
        TRY(make_series(ctx, i, &row.study, &row.series));
    TRY(bring_back(ctx, &row));
    TRY(ingest_rules_read(ctx, &rules));
    if (rules.has_quota) /* as it is now; an organization's first is INGEST_RULES_MS late at most */
        TRY(quota_take(ctx, content->size));
    TRY(add_instance(ctx, content, &row));
    TRY(index_within(ctx, content, &row.instance, &rules.attributes, &indexing));
    struct instance_stored event = {row.study.id, row.series.id, row.instance.id};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &instance_stored_event,
                         row.study.organization_key, row.study.id, &event));
    *out = (struct store_instance_result){.study_id = row.study.id, .instance_id = row.instance.id};
    return OK;
}
COMMAND(store_instance, .needs = WRITE_STUDIES, .is_limitable = true, .counts_audit = true,
        .doc = "Store an instance");
