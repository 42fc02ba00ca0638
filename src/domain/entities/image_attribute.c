/* The table of attributes that can be searched by. */
#include "domain/entities/image_attribute.h"

#include "base/err.h"
#include "domain/entities/non_patient_attribute.h"

#define STUDY(tag_, vr_, match_, member_, default_)                                                \
    {                                                                                              \
        tag_, VR_##vr_, LEVEL_STUDY, MATCH_##match_, member_, default_, 0                          \
    }
#define SERIES(tag_, vr_, match_, member_, default_)                                               \
    {                                                                                              \
        tag_, VR_##vr_, LEVEL_SERIES, MATCH_##match_, member_, default_, 0                         \
    }
#define INSTANCE(tag_, vr_, match_, member_, default_)                                             \
    {                                                                                              \
        tag_, VR_##vr_, LEVEL_INSTANCE, MATCH_##match_, member_, default_, 0                       \
    }

#define IN_REQUEST(tag_, vr_, match_, member_)                                                     \
    {                                                                                              \
        tag_, VR_##vr_, LEVEL_SERIES, MATCH_##match_, member_, true, 0x00400275                    \
    }

/* In the order of tags, which is the order they are written in. */
const struct image_attribute image_attributes[] = {
    INSTANCE(0x00080016, UI, UID, "sop_class_uid", true),
    INSTANCE(0x00080018, UI, UID, "sop_instance_uid", true),
    STUDY(0x00080020, DA, DATE, "study_date", true),
    SERIES(0x00080021, DA, DATE, "series_date", true),
    INSTANCE(0x00080023, DA, DATE, "content_date", false),
    STUDY(0x00080030, TM, TIME, "study_time", true),
    SERIES(0x00080031, TM, TIME, "series_time", true),
    INSTANCE(0x00080033, TM, TIME, "content_time", false),
    STUDY(0x00080050, SH, TEXT, "accession_number", true),
    SERIES(0x00080060, CS, TEXT, "modality", true),
    STUDY(0x00080061, CS, SET, "modalities", true),
    STUDY(0x00080062, UI, SET, "sop_classes", false),
    SERIES(0x00080080, LO, TEXT, "institution_name", false),
    STUDY(0x00080090, PN, NAME, "referring_physician_name", true),
    STUDY(0x00080201, SH, TEXT, "timezone_offset_from_utc", true),
    SERIES(0x00081010, SH, TEXT, "station_name", false),
    STUDY(0x00081030, LO, TEXT, "study_description", true),
    SERIES(0x0008103E, LO, TEXT, "series_description", true),
    STUDY(0x00083002, UI, SET, "transfer_syntaxes", false),
    SERIES(0x00083002, UI, SET, "transfer_syntaxes", false),
    INSTANCE(0x00083002, UI, UID, "transfer_syntax_uid", true),
    STUDY(0x00100010, PN, NAME, "patient_name", true),
    STUDY(0x00100020, LO, TEXT, "patient_id", true),
    STUDY(0x00100021, LO, TEXT, "issuer_of_patient_id", true),
    STUDY(0x00100030, DA, DATE, "patient_birth_date", true),
    STUDY(0x00100040, CS, TEXT, "patient_sex", true),
    SERIES(0x00180015, CS, TEXT, "body_part_examined", true),
    SERIES(0x00181030, LO, TEXT, "protocol_name", false),
    STUDY(0x0020000D, UI, UID, "study_instance_uid", true),
    SERIES(0x0020000E, UI, UID, "series_instance_uid", true),
    STUDY(0x00200010, SH, TEXT, "study_id", true),
    SERIES(0x00200011, IS, NUMBER, "series_number", true),
    INSTANCE(0x00200013, IS, NUMBER, "instance_number", true),
    SERIES(0x00200060, CS, TEXT, "laterality", false),
    STUDY(0x00201206, IS, NUMBER, "series_count", true),
    STUDY(0x00201208, IS, NUMBER, "instance_count", true),
    SERIES(0x00201209, IS, NUMBER, "instance_count", true),
    INSTANCE(0x00280008, IS, NUMBER, "number_of_frames", true),
    INSTANCE(0x00280010, US, NUMBER, "rows", true),
    INSTANCE(0x00280011, US, NUMBER, "columns", true),
    INSTANCE(0x00280100, US, NUMBER, "bits_allocated", true),
    IN_REQUEST(0x00400009, SH, TEXT, "scheduled_procedure_step_id"),
    SERIES(0x00400244, DA, DATE, "performed_procedure_step_start_date", true),
    SERIES(0x00400245, TM, TIME, "performed_procedure_step_start_time", true),
    IN_REQUEST(0x00401001, SH, TEXT, "requested_procedure_id"),
};
const size_t image_attribute_count = COUNT_OF(image_attributes);

const struct image_attribute *image_attribute_find(uint32_t tag)
{
    size_t low = 0, high = image_attribute_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (image_attributes[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return low < image_attribute_count && image_attributes[low].tag == tag ? &image_attributes[low]
                                                                           : NULL;
}

const struct image_attribute *image_attribute_seen_from(const struct image_attribute *attribute,
                                                        enum image_level level)
{
    const struct image_attribute *found = NULL, *end = image_attributes + image_attribute_count;
    for (const struct image_attribute *a = attribute; a < end && a->tag == attribute->tag; a++)
        if (a->level <= level)
            found = a;
    return found;
}

const struct image_attribute *image_attribute_at(const uint32_t *path, size_t depth)
{
    const struct image_attribute *found =
        depth == 0 || depth > 2 ? NULL : image_attribute_find(path[depth - 1]);
    return found == NULL || (depth == 2 && found->sequence != path[0]) ? NULL : found;
}

static const struct image_attribute *find_beside(uint32_t tag)
{
    for (size_t i = 0; i < non_patient_attribute_count; i++)
        if (non_patient_attributes[i].path[0] == tag)
            return &non_patient_attributes[i].key;
    return NULL;
}

const struct image_attribute *image_attribute_time_of(const struct image_attribute *day)
{
    static const uint32_t pairs[][2] = {{0x00080012, 0x00080013},
                                        {0x00080020, 0x00080030},
                                        {0x00080021, 0x00080031},
                                        {0x00080023, 0x00080033},
                                        {0x00400244, 0x00400245}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        if (day->tag == pairs[i][0])
            return day->level == LEVEL_NON_PATIENT ? find_beside(pairs[i][1])
                                                   : image_attribute_find(pairs[i][1]);
    return NULL;
}

const struct image_attribute *image_attribute_by_member(enum image_level level, str member)
{
    for (size_t i = 0; i < image_attribute_count; i++)
        if (image_attributes[i].level == level &&
            str_eq(str_of(image_attributes[i].member), member))
            return &image_attributes[i];
    return NULL;
}

const struct field *image_attribute_field(const struct image_attribute *attribute)
{
    static const struct schema *const schemas[] = {&study_schema, &series_schema, &instance_schema,
                                                   &non_patient_object_schema};
    void *nowhere = NULL;
    return schema_find(schemas[attribute->level], str_of(attribute->member), &nowhere);
}
