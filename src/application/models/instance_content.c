/* Attributes as columns have them: normalized, folded for matching, absent as "". */
#include "application/models/instance_content.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"

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

void study_describe(struct arena *a, const struct dicom_index *i, struct study *out)
{
    out->study_instance_uid = i->study_instance_uid;
    out->study_date = date_normalized(a, i->study_date);
    out->study_time = time_normalized(a, i->study_time);
    out->accession_number = present(i->accession_number);
    out->study_id = present(i->study_id);
    out->study_description = present(i->study_description);
    out->referring_physician_name = present(i->referring_physician_name);
    out->patient_name = present(i->patient_name);
    out->patient_id = present(i->patient_id);
    out->issuer_of_patient_id = present(i->issuer_of_patient_id);
    out->patient_birth_date = date_normalized(a, i->patient_birth_date);
    out->patient_sex = present(i->patient_sex);
    out->timezone_offset_from_utc = present(i->timezone_offset_from_utc);
    out->patient_name_key = person_name_fold(a, present(i->patient_name));
    out->referring_physician_name_key = person_name_fold(a, present(i->referring_physician_name));
    out->search_key = search_key(a, i);
}

void series_describe(struct arena *a, const struct dicom_index *i, struct series *out)
{
    out->series_instance_uid = i->series_instance_uid;
    out->modality = present(i->modality);
    out->series_number = number_of(i->series_number);
    out->series_description = present(i->series_description);
    out->series_date = date_normalized(a, i->series_date);
    out->series_time = time_normalized(a, i->series_time);
    out->body_part_examined = present(i->body_part_examined);
    out->laterality = present(i->laterality);
    out->protocol_name = present(i->protocol_name);
    out->station_name = present(i->station_name);
    out->institution_name = present(i->institution_name);
    out->performed_procedure_step_start_date =
        date_normalized(a, i->performed_procedure_step_start_date);
    out->performed_procedure_step_start_time =
        time_normalized(a, i->performed_procedure_step_start_time);
    out->scheduled_procedure_step_id = present(i->scheduled_procedure_step_id);
    out->requested_procedure_id = present(i->requested_procedure_id);
}

void instance_describe(struct arena *a, const struct instance_content *content,
                       struct instance *out)
{
    const struct dicom_index *i = content->index;
    out->sop_instance_uid = i->sop_instance_uid;
    out->sop_class_uid = present(i->sop_class_uid);
    out->transfer_syntax_uid = content->transfer_syntax_uid;
    out->instance_number = number_of(i->instance_number);
    out->rows = positive(i->rows);
    out->columns = positive(i->columns);
    out->bits_allocated = positive(i->bits_allocated);
    out->number_of_frames = positive(content->frame_count);
    out->content_date = date_normalized(a, i->content_date);
    out->content_time = time_normalized(a, i->content_time);
    out->object_name = content->object_name;
    out->size = content->size;
}
