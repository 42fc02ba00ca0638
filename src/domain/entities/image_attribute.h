/* The attributes the archive can be searched by: which DICOM attribute is which member of which
 * entity, and how it matches (PS3.4 C.2.2.2). One table serves QIDO-RS, the JSON API and the SQL
 * that both become. */
#ifndef DOMAIN_ENTITIES_IMAGE_ATTRIBUTE_H
#define DOMAIN_ENTITIES_IMAGE_ATTRIBUTE_H

#include "dicom/vr.h"
#include "domain/entities/instance.h"
#include "domain/entities/series.h"
#include "domain/entities/study.h"

enum image_level {
    LEVEL_STUDY,
    LEVEL_SERIES,
    LEVEL_INSTANCE,
    LEVEL_COUNT,
    LEVEL_NON_PATIENT = LEVEL_COUNT /* beside them: objects of no study */
};

enum match_kind {
    MATCH_TEXT, /* single value and wild card */
    MATCH_NAME, /* PN: without case and accents, wild card */
    MATCH_UID,  /* single value and list of UIDs */
    MATCH_DATE, /* single value and range */
    MATCH_TIME,
    MATCH_NUMBER, /* single value */
    MATCH_SET,    /* one of the values of a "\"-separated member */
    MATCH_COUNT
};

struct image_attribute {
    uint32_t tag;
    enum dicom_vr vr;
    enum image_level level;
    enum match_kind match;
    const char *member; /* in the level's schema */
    bool by_default;    /* in every answer of its level (PS3.18 10.6.3.3), else when asked for */
    uint32_t sequence;  /* it stands in the items of that sequence; 0: in the data set itself */
};

extern const struct image_attribute image_attributes[];
extern const size_t image_attribute_count;

/* One that several levels have is found at the highest of them. */
const struct image_attribute *image_attribute_find(uint32_t tag);
/* What an answer of that level has of an attribute that was found: the lowest above or at it; NULL:
 * nothing. */
const struct image_attribute *image_attribute_seen_from(const struct image_attribute *attribute,
                                                        enum image_level level);
/* The attribute at a path of sequence and attribute, or of the attribute alone. NULL when it is not
 * searchable there: an attribute of another sequence is another attribute. */
const struct image_attribute *image_attribute_at(const uint32_t *path, size_t depth);
/* The time that belongs to a date, as study_time to study_date; NULL when attribute is no such
 * date. */
const struct image_attribute *image_attribute_time_of(const struct image_attribute *day);
const struct image_attribute *image_attribute_by_member(enum image_level level, str member);

/* The place of the member in its struct. */
const struct field *image_attribute_field(const struct image_attribute *attribute);

#endif
