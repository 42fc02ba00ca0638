/* Schemas, and what a rule is about. */
#include "domain/entities/retention.h"

#include "base/arena.h"

const char *const retention_start_names[] = {"received", "study_date", NULL};

SCHEMA(retention_rule, ENTITY_FIELDS(retention_rule),
       FIELD(retention_rule, name, .max = NAME_SIZE_MAX, .doc = "What to call it"),
       FIELD(retention_rule, modality, .max = RETENTION_MODALITY_SIZE_MAX,
             .doc = "Of studies with this modality among theirs; absent: of all"),
       FIELD_ENUM_OF(retention_rule, counted_from, retention_start_names,
                     .doc = "From when on the days are counted: received, study_date"),
       FIELD(retention_rule, days, .doc = "Then a study goes to the trash"),
       FIELD(retention_rule, is_enabled, .doc = "Whether it does"));
SCHEMA(legal_hold, ENTITY_FIELDS(legal_hold),
       FIELD(legal_hold, study_key, .flags = INTERNAL, .doc = "Which study"),
       FIELD(legal_hold, study_id, .doc = "Which study"),
       FIELD(legal_hold, reason, .flags = PHI, .max = LEGAL_HOLD_REASON_SIZE_MAX, .doc = "Why"),
       FIELD(legal_hold, placed_by, .doc = "Who placed it, or said last why"));

bool retention_start_find(str name, enum retention_start *out)
{
    opt_i64 number = name_number(retention_start_names, name);
    if (number.is_set)
        *out = (enum retention_start)number.value;
    return number.is_set;
}

const char *retention_start_complaint(str name)
{
    enum retention_start ignored;
    return retention_start_find(name, &ignored) ? NULL : "must be received or study_date";
}

const char *retention_modality_complaint(str modality)
{
    for (size_t i = 0; i < modality.len; i++) {
        char c = modality.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ' '))
            return "is not a modality, such as CT";
    }
    return NULL;
}

struct retention_filter retention_filter_of(struct arena *a, const struct retention_rule *rule,
                                            instant now)
{
    struct retention_filter filter = {.organization_key = rule->organization_key,
                                      .modality = rule->modality};
    instant before = instant_add(now, -SECONDS(rule->days * 86400));
    unsigned year, month, day;
    if (rule->counted_from == RETENTION_FROM_RECEIVED) {
        filter.received_before = before;
        return filter;
    }
    civil_from_days(before.us / SECONDS(86400), &year, &month, &day);
    filter.study_date_before = str_format(a, "%04u%02u%02u", year, month, day);
    return filter;
}
