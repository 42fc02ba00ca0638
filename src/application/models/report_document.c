/* From entities to documents. */
#include "application/models/report_document.h"

#include "base/arena.h"
#include "dicom/uid.h"
#include "dicom/write/structured_report.h"

enum { SR_SERIES_NUMBER = 9000, PDF_SERIES_NUMBER };

SCHEMA(report_image_place, FIELD(report_image_place, series_number),
       FIELD(report_image_place, instance_number));
SCHEMA(report_document, FIELD_OBJECT_OF(report_document, report, report),
       FIELD_OBJECT_OF(report_document, version, report_version),
       FIELD_OBJECT_OF(report_document, content, report_content),
       FIELD_LIST_OF(report_document, places, report_image_place),
       FIELD_OBJECT_OF(report_document, study, study), FIELD(report_document, organization_name),
       FIELD(report_document, predecessor_id), FIELD(report_document, has_sr),
       FIELD(report_document, has_pdf));

/* The version, and the one signed before it. */
static err find_versions(struct readers *readers, struct arena *a, int64_t number,
                         struct report_document *d)
{
    struct report_version_slice all;
    TRY(report_reader_find_versions(readers->reports, a, d->report.key, &all));
    for (size_t i = 0; i < all.len; i++) {
        const struct report_version *v = &all.at[i];
        if (v->number == number)
            d->version = *v;
        if (v->number < number && report_version_is_signed(v))
            d->predecessor_id = v->id;
    }
    return d->version.key != 0 ? OK : ERR(NOT_FOUND, "not found");
}

/* Of an instance with one frame it is the instance that is meant: then the frame is 0. */
static err settle_frame(struct readers *readers, struct arena *a, const struct access *access,
                        struct report_key_image *image)
{
    struct instance instance;
    err e = image_reader_get_instance(readers->images, a, access, image->instance_id, &instance);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    bool has_many = !failed(e) && instance.number_of_frames.value > 1;
    image->frame = has_many || image->frame > 1 ? image->frame : 0;
    return OK;
}

static err find_place(struct readers *readers, struct arena *a, const struct access *access,
                      const struct study *study, const struct report_key_image *image,
                      struct report_image_place *out)
{
    struct image_row row;
    struct series series;
    err e = image_reader_locate(readers->images, a, access, study->study_instance_uid,
                                image->series_instance_uid, image->sop_instance_uid, &row);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e;
    TRY(image_reader_get_series(readers->images, a, access, row.series.id, &series));
    *out = (struct report_image_place){series.series_number, row.instance.instance_number};
    return OK;
}

static err is_stored(struct readers *readers, struct arena *a, const struct access *access,
                     const struct report_document *d, enum report_document_kind kind, bool *out)
{
    struct image_row row;
    err e = image_reader_locate(readers->images, a, access, d->study.study_instance_uid,
                                report_series_uid(a, d->report.id, kind),
                                report_document_uid(a, d->version.id, kind), &row);
    *out = !failed(e);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err report_document_read(struct readers *readers, struct arena *a, const struct access *access,
                         const struct report *report, int64_t number, struct report_document *out)
{
    struct organization organization;
    *out = (struct report_document){.report = *report};
    TRY(find_versions(readers, a, number, out));
    TRY(report_content_read(a, out->version.content, &out->content));
    TRY(image_reader_get_study(readers->images, a, access, report->study_id, &out->study));
    TRY(organization_reader_get(readers->organizations, a, report->organization_key,
                                &organization));
    out->organization_name = organization.name;
    for (size_t i = 0; i < out->content.key_images.len; i++) {
        struct report_key_image *image = &out->content.key_images.at[i];
        TRY(settle_frame(readers, a, access, image));
        TRY(find_place(readers, a, access, &out->study, image, SLICE_PUSH(a, &out->places)));
    }
    TRY(is_stored(readers, a, access, out, REPORT_DOCUMENT_SR, &out->has_sr));
    return is_stored(readers, a, access, out, REPORT_DOCUMENT_PDF, &out->has_pdf);
}

/* The identifiers are of version 7 (RFC 9562); what is made of them has another number in that
 * place, so that it is no other identifier's. */
static str uid_of(struct arena *a, uuid id, unsigned version)
{
    id.at[6] = (uint8_t)((id.at[6] & 0x0F) | version << 4);
    return uid_from_bytes(a, id.at);
}

str report_series_uid(struct arena *a, uuid report_id, enum report_document_kind kind)
{
    return uid_of(a, report_id, kind == REPORT_DOCUMENT_SR ? 0x9 : 0xB);
}

str report_document_uid(struct arena *a, uuid version_id, enum report_document_kind kind)
{
    return uid_of(a, version_id, kind == REPORT_DOCUMENT_SR ? 0x8 : 0xA);
}

static struct document_head head_of(struct arena *a, const struct report_document *d,
                                    enum report_document_kind kind)
{
    const struct study *s = &d->study;
    return (struct document_head){.study_instance_uid = s->study_instance_uid,
                                  .study_date = s->study_date,
                                  .study_time = s->study_time,
                                  .accession_number = s->accession_number,
                                  .study_id = s->study_id,
                                  .study_description = s->study_description,
                                  .referring_physician_name = s->referring_physician_name,
                                  .patient_name = s->patient_name,
                                  .patient_id = s->patient_id,
                                  .issuer_of_patient_id = s->issuer_of_patient_id,
                                  .patient_birth_date = s->patient_birth_date,
                                  .patient_sex = s->patient_sex,
                                  .timezone_offset_from_utc = s->timezone_offset_from_utc,
                                  .series_instance_uid = report_series_uid(a, d->report.id, kind),
                                  .sop_instance_uid = report_document_uid(a, d->version.id, kind),
                                  .series_number = kind == REPORT_DOCUMENT_SR ? SR_SERIES_NUMBER
                                                                              : PDF_SERIES_NUMBER,
                                  .instance_number = d->version.number,
                                  .series_description = STR("Report"),
                                  .content_at = d->version.signed_at};
}

static str value_text(struct arena *a, const struct report_value *v)
{
    date day;
    if (v->type == REPORT_VALUE_DATE && date_from_text(v->value, &day))
        return str_format(a, "%08d", (int)day.ymd);
    return v->unit.len != 0 ? str_format(a, "%.*s %.*s", STR_ARG(v->value), STR_ARG(v->unit))
                            : v->value;
}

static void put_texts(struct arena *a, const struct report_content *content,
                      struct structured_report *out)
{
    for (size_t i = 0; i < content->sections.len; i++)
        *SLICE_PUSH(a, &out->sections) = (struct document_section){content->sections.at[i].heading,
                                                                   content->sections.at[i].text};
    for (size_t i = 0; i < content->values.len; i++) {
        const struct report_value *v = &content->values.at[i];
        *SLICE_PUSH(a, &out->values) =
            (struct document_value){v->name, v->label.len != 0 ? v->label : v->name,
                                    value_text(a, v), v->type == REPORT_VALUE_DATE};
    }
    for (size_t i = 0; i < content->addenda.len; i++) {
        const struct report_addendum *added = &content->addenda.at[i];
        *SLICE_PUSH(a, &out->addenda) =
            (struct document_section){str_format(a, "%.*s, %.*s", STR_ARG(added->author_name),
                                                 STR_ARG(instant_text(a, added->written_at))),
                                      added->text};
    }
}

str report_document_sr(struct arena *a, const struct report_document *d)
{
    struct structured_report out = {.head = head_of(a, d, REPORT_DOCUMENT_SR),
                                    .title = d->version.title,
                                    .language = d->version.language,
                                    .author_name = d->version.author_name,
                                    .verifier_name = d->version.signer_name,
                                    .verifier_organization = d->organization_name,
                                    .verified_at = d->version.signed_at};
    put_texts(a, &d->content, &out);
    for (size_t i = 0; i < d->content.key_images.len; i++) {
        const struct report_key_image *image = &d->content.key_images.at[i];
        *SLICE_PUSH(a, &out.images) =
            (struct document_image){image->series_instance_uid, image->sop_class_uid,
                                    image->sop_instance_uid, image->frame, image->caption};
    }
    if (uuid_is_set(d->predecessor_id))
        out.predecessor_sop_instance_uid =
            report_document_uid(a, d->predecessor_id, REPORT_DOCUMENT_SR);
    return structured_report_write(a, &out);
}

str report_document_pdf(struct arena *a, const struct report_document *d, str pdf)
{
    return encapsulated_pdf_write(
        a, &(struct encapsulated_pdf){.head = head_of(a, d, REPORT_DOCUMENT_PDF),
                                      .title = d->version.title,
                                      .source_sop_class_uid = STR(BASIC_TEXT_SR_SOP_CLASS),
                                      .source_sop_instance_uid =
                                          report_document_uid(a, d->version.id, REPORT_DOCUMENT_SR),
                                      .pdf = pdf});
}
