/* What an access to one series means for every question about images: engines know of studies
 * only. */
#include "domain/repositories/image_repository.h"

#include "base/arena.h"

static err not_there(void)
{
    return ERR(NOT_FOUND, "not found");
}

/* Tells of its study what can be seen of it. */
static void narrow(const struct series *series, struct study *study)
{
    study->series_count = 1;
    study->instance_count = series->instance_count;
    study->size = series->size;
    study->modalities = series->modality.ptr != NULL ? series->modality : STR("");
    study->transfer_syntaxes = series->transfer_syntaxes;
    study->sop_classes = STR("");
}

static err narrow_rows(struct image_reader *r, struct arena *a, const struct access *access,
                       struct image_row_slice *rows)
{
    struct series series;
    if (rows->len == 0)
        return OK;
    TRY(r->ops->get_series(r, a, access, access->series_id, &series));
    for (size_t i = 0; i < rows->len; i++) {
        narrow(&series, &rows->at[i].study);
        rows->at[i].of_patient.studies = rows->at[i].of_patient.series = 1;
        rows->at[i].of_patient.instances = series.instance_count;
    }
    return OK;
}

/* False: it asks for another series, and nothing is there. */
static bool limit_to_series(const struct image_filter *filter, struct image_filter *out)
{
    *out = *filter;
    out->series_id = filter->access.series_id;
    return !uuid_is_set(filter->series_id) || uuid_eq(filter->series_id, out->series_id);
}

/* What a study says of all its series, as columns of its own. */
static bool is_of_all_series(const struct image_attribute *attribute)
{
    static const char *const members[] = {"modalities", "sop_classes", "transfer_syntaxes",
                                          "series_count", "instance_count"};
    bool is_one = false;
    for (size_t i = 0; i < COUNT_OF(members); i++)
        is_one |= strcmp(attribute->member, members[i]) == 0;
    return attribute->level == LEVEL_STUDY && is_one;
}

/* One of the values between "\\" or ",". */
static bool names_value(str values, str wanted)
{
    bool is_one = false;
    for (size_t at = 0, from = 0; at <= values.len; at++)
        if (at == values.len || values.ptr[at] == '\\' || values.ptr[at] == ',') {
            is_one |= str_eq(str_trim(str_sub(values, from, at)), wanted);
            from = at + 1;
        }
    return is_one;
}

static bool asks_for_all(const struct image_match *m)
{
    str value = str_trim(m->value);
    return !m->matches_empty && (value.len == 0 || str_eq(value, STR("*")));
}

/* Of what is told about one series; sets of UIDs are not. */
static bool series_answers(struct arena *a, const struct image_match *m,
                           const struct series *series)
{
    const char *member = m->attribute->member;
    if (asks_for_all(m))
        return true;
    str told = strcmp(member, "modalities") == 0     ? series->modality
               : strcmp(member, "series_count") == 0 ? STR("1")
               : strcmp(member, "instance_count") == 0
                   ? str_format(a, "%lld", (long long)series->instance_count)
                   : STR_NONE;
    return told.len != 0 && !m->matches_empty && names_value(m->value, told);
}

/* Matches on such columns, answered by the one series that is seen; the others are left. False: one
 * of them does not match. */
static bool match_series(struct arena *a, const struct image_match_slice *matches,
                         const struct series *series, struct image_match_slice *left)
{
    *left = (struct image_match_slice){0};
    for (size_t i = 0; i < matches->len; i++)
        if (!is_of_all_series(matches->at[i].attribute))
            *SLICE_PUSH(a, left) = matches->at[i];
        else if (!series_answers(a, &matches->at[i], series))
            return false;
    return true;
}

static bool is_among(const struct key_slice *keys, int64_t key)
{
    bool is_there = keys == NULL;
    for (size_t i = 0; keys != NULL && i < keys->len; i++)
        is_there |= keys->at[i] == key;
    return is_there;
}

/* The filter with nothing but the one series in it, whatever level it is of: else what is asked of
 * the study would be answered by those that are not seen. False: it finds nothing. */
static err limit_filter(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                        struct image_filter *out, bool *is_asked)
{
    struct series series = {0};
    err e = r->ops->get_series(r, a, &filter->access, filter->access.series_id, &series);
    *is_asked = !failed(e) && limit_to_series(filter, out) &&
                (filter->level != LEVEL_STUDY || is_among(filter->only, series.study_key)) &&
                match_series(a, &filter->matches, &series, &out->matches);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

/* The study is looked for by its one series. */
static err find_study_of_series(struct image_reader *r, struct arena *a,
                                struct image_filter *by_series, struct image_page *out)
{
    by_series->level = LEVEL_SERIES;
    by_series->only = NULL; /* keys of studies */
    by_series->one_per_patient = by_series->wants_patient_counts = false;
    TRY(r->ops->find(r, a, by_series, out));
    for (size_t i = 0; i < out->rows.len; i++)
        out->rows.at[i].series = (struct series){0};
    return OK;
}

err image_reader_find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                      struct image_page *out)
{
    struct image_filter limited;
    bool is_asked;
    if (filter->access.series_key == 0 || filter->level == LEVEL_NON_PATIENT)
        return r->ops->find(r, a, filter, out);
    *out = (struct image_page){.total = filter->wants_total ? 0 : -1};
    TRY(limit_filter(r, a, filter, &limited, &is_asked));
    if (!is_asked)
        return OK;
    TRY(filter->level == LEVEL_STUDY ? find_study_of_series(r, a, &limited, out)
                                     : r->ops->find(r, a, &limited, out));
    return narrow_rows(r, a, &filter->access, &out->rows);
}

err image_reader_each_match(struct image_reader *r, struct arena *a,
                            const struct image_filter *filter, uint32_t count_max,
                            struct image_sink *sink)
{
    struct image_filter limited;
    bool is_asked;
    if (filter->access.series_key == 0)
        return r->ops->each_match(r, a, filter, count_max, sink);
    TRY(limit_filter(r, a, filter, &limited, &is_asked));
    return is_asked ? r->ops->each_match(r, a, &limited, count_max, sink) : OK;
}

err image_reader_get_study(struct image_reader *r, struct arena *a, const struct access *access,
                           uuid id, struct study *out)
{
    struct series series;
    TRY(r->ops->get_study(r, a, access, id, out));
    if (access->series_key == 0)
        return OK;
    TRY(r->ops->get_series(r, a, access, access->series_id, &series));
    narrow(&series, out);
    return series.study_key == out->key ? OK : not_there();
}

err image_reader_get_series(struct image_reader *r, struct arena *a, const struct access *access,
                            uuid id, struct series *out)
{
    TRY(r->ops->get_series(r, a, access, id, out));
    return access->series_key == 0 || out->key == access->series_key ? OK : not_there();
}

err image_reader_get_instance(struct image_reader *r, struct arena *a, const struct access *access,
                              uuid id, struct instance *out)
{
    TRY(r->ops->get_instance(r, a, access, id, out));
    return access->series_key == 0 || out->series_key == access->series_key ? OK : not_there();
}

err image_reader_locate(struct image_reader *r, struct arena *a, const struct access *access,
                        str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    TRY(r->ops->locate(r, a, access, study_uid, series_uid, sop_uid, out));
    if (access->series_key == 0)
        return OK;
    if (series_uid.len == 0) {
        TRY(r->ops->get_series(r, a, access, access->series_id, &out->series));
        return out->series.study_key == out->study.key && out->series.state == STUDY_RECEIVED
                   ? OK
                   : not_there();
    }
    return out->series.key == access->series_key ? OK : not_there();
}
