/* Finds or makes patient, study and series, adds the instance, counts. Same bytes again change
 * nothing; the same UID with other bytes, or in another series, is refused: an archive does not
 * overwrite evidence. */
#include "application/commands/images/store_instance/command.h"

#include "application/events/instance_stored.h"
#include "application/models/study_recount.h"
#include "base/arena.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"

SCHEMA_EMPTY(store_instance);
SCHEMA_EMPTY(store_instance_result);

static str present(str s)
{
    return s.ptr != NULL ? s : STR("");
}

static opt_i64 number_of(str text)
{
    opt_i64 number = {0};
    number.is_set = dicom_integer(text, &number.value);
    return number;
}

static opt_i64 positive(int64_t value)
{
    return (opt_i64){.is_set = value > 0, .value = value};
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

static str search_key(struct arena *a, const struct dicom_index *i)
{
    const str parts[] = {i->patient_name,
                         i->patient_id,
                         i->accession_number,
                         i->study_description,
                         i->referring_physician_name,
                         i->study_id};
    struct buf out = BUF_IN(a);
    for (size_t n = 0; n < COUNT_OF(parts); n++) {
        if (parts[n].len == 0)
            continue;
        if (out.len != 0)
            buf_add_char(&out, '\n');
        buf_add(&out, search_fold(a, parts[n]));
    }
    return buf_str(&out);
}

static err make_study(struct command_ctx *ctx, const struct dicom_index *i, struct study *study)
{
    struct patient patient;
    instant now = clock_now(ctx->clock);
    TRY(find_patient(ctx, i, &patient));
    *study =
        (struct study){.id = uuid_make(ctx->clock),
                       .organization_key = ctx->principal->organization_key,
                       .created_at = now,
                       .updated_at = now,
                       .patient_key = patient.key,
                       .study_instance_uid = i->study_instance_uid,
                       .study_date = date_normalized(ctx->arena, i->study_date),
                       .study_time = time_normalized(ctx->arena, i->study_time),
                       .accession_number = present(i->accession_number),
                       .study_id = present(i->study_id),
                       .study_description = present(i->study_description),
                       .referring_physician_name = present(i->referring_physician_name),
                       .patient_name = present(i->patient_name),
                       .patient_id = present(i->patient_id),
                       .issuer_of_patient_id = present(i->issuer_of_patient_id),
                       .patient_birth_date = date_normalized(ctx->arena, i->patient_birth_date),
                       .patient_sex = present(i->patient_sex),
                       .timezone_offset_from_utc = present(i->timezone_offset_from_utc),
                       .modalities = STR(""),
                       .sop_classes = STR(""),
                       .patient_name_key = person_name_fold(ctx->arena, present(i->patient_name)),
                       .referring_physician_name_key =
                           person_name_fold(ctx->arena, present(i->referring_physician_name)),
                       .search_key = search_key(ctx->arena, i)};
    return image_writer_add_study(ctx->uow->images, study);
}

static err make_series(struct command_ctx *ctx, const struct dicom_index *i, struct study *study,
                       struct series *series)
{
    instant now = clock_now(ctx->clock);
    *series =
        (struct series){.id = uuid_make(ctx->clock),
                        .organization_key = ctx->principal->organization_key,
                        .created_at = now,
                        .updated_at = now,
                        .study_key = study->key,
                        .series_instance_uid = i->series_instance_uid,
                        .modality = present(i->modality),
                        .series_number = number_of(i->series_number),
                        .series_description = present(i->series_description),
                        .series_date = date_normalized(ctx->arena, i->series_date),
                        .series_time = time_normalized(ctx->arena, i->series_time),
                        .body_part_examined = present(i->body_part_examined),
                        .laterality = present(i->laterality),
                        .protocol_name = present(i->protocol_name),
                        .station_name = present(i->station_name),
                        .institution_name = present(i->institution_name),
                        .performed_procedure_step_start_date =
                            date_normalized(ctx->arena, i->performed_procedure_step_start_date),
                        .performed_procedure_step_start_time =
                            time_normalized(ctx->arena, i->performed_procedure_step_start_time),
                        .scheduled_procedure_step_id = present(i->scheduled_procedure_step_id),
                        .requested_procedure_id = present(i->requested_procedure_id)};
    study->series_count++;
    return image_writer_add_series(ctx->uow->images, series);
}

static err add_instance(struct command_ctx *ctx, const struct store_instance *cmd,
                        struct image_row *row)
{
    const struct dicom_index *i = cmd->index;
    instant now = clock_now(ctx->clock);
    row->instance = (struct instance){.id = uuid_make(ctx->clock),
                                      .organization_key = ctx->principal->organization_key,
                                      .created_at = now,
                                      .updated_at = now,
                                      .study_key = row->study.key,
                                      .series_key = row->series.key,
                                      .sop_instance_uid = i->sop_instance_uid,
                                      .sop_class_uid = present(i->sop_class_uid),
                                      .transfer_syntax_uid = cmd->transfer_syntax_uid,
                                      .instance_number = number_of(i->instance_number),
                                      .rows = positive(i->rows),
                                      .columns = positive(i->columns),
                                      .bits_allocated = positive(i->bits_allocated),
                                      .number_of_frames = positive(cmd->frame_count),
                                      .content_date = date_normalized(ctx->arena, i->content_date),
                                      .content_time = time_normalized(ctx->arena, i->content_time),
                                      .object_name = cmd->object_name,
                                      .size = cmd->size};
    TRY(image_writer_add_instance(ctx->uow->images, &row->instance, &cmd->blobs));
    row->series.instance_count++;
    row->series.size += cmd->size;
    row->series.updated_at = now;
    row->study.instance_count++;
    row->study.size += cmd->size;
    row->study.updated_at = now;
    row->study.modalities = value_set_add(ctx->arena, row->study.modalities, present(i->modality));
    row->study.sop_classes =
        value_set_add(ctx->arena, row->study.sop_classes, present(i->sop_class_uid));
    return image_writer_count_instance(ctx->uow->images, &row->study, &row->series);
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

static err store_instance_handle(struct command_ctx *ctx, const struct store_instance *cmd,
                                 struct store_instance_result *out)
{
    const struct dicom_index *i = cmd->index;
    struct image_row row;
    TRY(image_writer_locate(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                            i->study_instance_uid, i->series_instance_uid, i->sop_instance_uid,
                            &row));
    TRY(study_must_be_there(&row));
    if (row.instance.key != 0) {
        if (row.instance.state == STUDY_TRASHED)
            return ERR(CONFLICT, "the instance is in the trash");
        if (!str_eq(row.instance.object_name, cmd->object_name))
            return ERR(CONFLICT, "an instance with this UID and other content is stored");
        *out = (struct store_instance_result){true, row.study.id, row.instance.id};
        return OK;
    }
    if (row.study.key == 0)
        TRY(make_study(ctx, i, &row.study));
    if (row.series.key == 0)
        TRY(make_series(ctx, i, &row.study, &row.series));
    TRY(bring_back(ctx, &row));
    TRY(add_instance(ctx, cmd, &row));
    struct instance_stored event = {row.study.id, row.series.id, row.instance.id};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &instance_stored_event, row.study.id,
                         &event));
    *out = (struct store_instance_result){false, row.study.id, row.instance.id};
    return OK;
}
COMMAND(store_instance, .needs = WRITE_STUDIES, .keeps_no_audit = true, .doc = "Store an instance");
