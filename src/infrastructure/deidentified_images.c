/* Identifiers on the way in, rows and derived data on the way out. */
#include "infrastructure/deidentified_images.h"

#include "application/models/deidentified_object.h"
#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/deidentify/pseudonym.h"
#include "dicom/deidentify/replaced_value.h"
#include "dicom/json.h"
#include "dicom/json_members.h"
#include "dicom/uid.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

enum {
    BLOCK_SIZE = 16,
    HASH_SIZE = 32,
    SHOWN_COUNT = 16384,
    SHOWN_SIZE_MAX = 45, /* "2.25." and 39 digits, with its end */
    ORIGINAL_SIZE_MAX = 65
};

#define STUDY_UID 0x0020000D
#define SERIES_UID 0x0020000E
#define SOP_UID 0x00080018

/* ---- keys ---- */

static void row_key_of(const struct deidentified_access *view, unsigned char out[BLOCK_SIZE])
{
    static const char label[] = "rows";
    unsigned char hash[HASH_SIZE];
    unsigned size = sizeof hash;
    if (HMAC(EVP_sha256(), view->key, sizeof view->key, (const unsigned char *)label,
             sizeof label - 1, hash, &size) == NULL)
        __builtin_trap(); /* a row must not go out under its own identifier instead */
    memcpy(out, hash, BLOCK_SIZE);
}

/* One block of AES-128: every identifier has one other. */
static uuid crypt_id(const unsigned char key[BLOCK_SIZE], uuid id, bool encrypts)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    uuid out = {0};
    int size = 0;
    if (c == NULL || EVP_CipherInit_ex(c, EVP_aes_128_ecb(), NULL, key, NULL, encrypts) != 1 ||
        EVP_CIPHER_CTX_set_padding(c, 0) != 1 ||
        EVP_CipherUpdate(c, out.at, &size, id.at, sizeof id.at) != 1 || size != sizeof out.at)
        __builtin_trap();
    EVP_CIPHER_CTX_free(c);
    return out;
}

uuid deidentified_row_id(const struct deidentified_access *access, uuid shown)
{
    unsigned char key[BLOCK_SIZE];
    row_key_of(access, key);
    return crypt_id(key, shown, false);
}

/* ---- UIDs that were shown ---- */

struct shown_uid {
    char shown[SHOWN_SIZE_MAX], original[ORIGINAL_SIZE_MAX];
};
struct shown_uids {
    pthread_mutex_t lock;
    struct shown_uid at[SHOWN_COUNT];
};

struct shown_uids *shown_uids_create(void)
{
    struct shown_uids *u = heap_alloc(sizeof *u);
    pthread_mutex_init(&u->lock, NULL);
    return u;
}

void shown_uids_destroy(struct shown_uids *u)
{
    if (u != NULL)
        pthread_mutex_destroy(&u->lock);
    heap_free(u);
}

static void keep_shown(struct shown_uids *u, str shown, str original)
{
    struct shown_uid *place = &u->at[str_hash(shown) % SHOWN_COUNT];
    if (shown.len >= SHOWN_SIZE_MAX || original.len >= ORIGINAL_SIZE_MAX)
        return;
    pthread_mutex_lock(&u->lock);
    memset(place, 0, sizeof *place);
    memcpy(place->shown, shown.ptr, shown.len);
    memcpy(place->original, original.ptr, original.len);
    pthread_mutex_unlock(&u->lock);
}

static bool recall_shown(struct shown_uids *u, struct arena *a, str shown, str *out)
{
    const struct shown_uid *place = &u->at[str_hash(shown) % SHOWN_COUNT];
    pthread_mutex_lock(&u->lock);
    bool is_there = shown.len != 0 && str_eq(str_of(place->shown), shown);
    if (is_there)
        *out = str_copy(a, str_of(place->original));
    pthread_mutex_unlock(&u->lock);
    return is_there;
}

/* ---- the view ---- */

/* Whose the images of a study are. */
struct whose {
    int64_t study_key;
    str patient_id, issuer, study_uid, shown_study_uid, shown_patient;
    int shift_days;
};

struct view {
    struct image_reader base;
    struct image_reader *inner;
    struct arena *arena;
    const struct deidentified_access *access;
    struct shown_uids *shown;
    unsigned char row_key[BLOCK_SIZE];
    str key;
    struct whose whose; /* of the study that was last asked about */
    int64_t read_key;   /* of the instance whose derived data were last made; 0: of none */
    struct instance_blobs read;
};

static struct view *self(struct image_reader *r)
{
    return container_of(r, struct view, base);
}

static err not_there(void)
{
    return ERR(NOT_FOUND, "not found");
}

static err not_shown(void)
{
    return ERR(FORBIDDEN, "what is seen de-identified is not searched, sorted or listed by that");
}

static uuid shown_id(const struct view *v, uuid id)
{
    return uuid_is_set(id) ? crypt_id(v->row_key, id, true) : id;
}

static uuid row_id(const struct view *v, uuid shown)
{
    return uuid_is_set(shown) ? crypt_id(v->row_key, shown, false) : shown;
}

static str shown_uid(struct view *v, str uid)
{
    if (uid.len == 0)
        return uid;
    str shown = pseudonym_uid(v->arena, v->key, uid);
    keep_shown(v->shown, shown, uid);
    return shown;
}

/* The number of a UID "2.25.<number>", 128 bits at most. */
static bool number_of_uid(str uid, unsigned char out[BLOCK_SIZE])
{
    memset(out, 0, BLOCK_SIZE);
    if (!str_starts(uid, STR("2.25.")) || uid.len == 5 || uid.len >= SHOWN_SIZE_MAX ||
        (uid.ptr[5] == '0' && uid.len != 6))
        return false;
    for (size_t i = 5; i < uid.len; i++) {
        unsigned carry = (unsigned)(uid.ptr[i] - '0');
        if (uid.ptr[i] < '0' || uid.ptr[i] > '9')
            return false;
        for (size_t k = BLOCK_SIZE; k-- != 0;) {
            carry += out[k] * 10u;
            out[k] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry != 0)
            return false;
    }
    return true;
}

static str shown_study_uid(const struct view *v, uuid id)
{
    return uid_from_bytes(v->arena, crypt_id(v->row_key, id, true).at);
}

static void note_whose(struct view *v, const struct study *study)
{
    struct whose *w = &v->whose;
    if (w->study_key == study->key)
        return;
    *w = (struct whose){.study_key = study->key,
                        .patient_id = str_copy(v->arena, study->patient_id),
                        .issuer = str_copy(v->arena, study->issuer_of_patient_id),
                        .study_uid = str_copy(v->arena, study->study_instance_uid),
                        .shown_study_uid = shown_study_uid(v, study->id)};
    bool has_id = w->patient_id.len != 0;
    str issuer = has_id ? w->issuer : STR("(0020,000D)");
    str id = has_id ? w->patient_id : w->study_uid;
    if (w->patient_id.ptr == NULL)
        w->patient_id = STR("");
    if (w->issuer.ptr == NULL)
        w->issuer = issuer = STR("");
    w->shown_patient = pseudonym_patient(v->arena, v->key, issuer, id);
    w->shift_days = pseudonym_shift_days(v->key, issuer, id);
}

/* Errors: NOT_FOUND. */
static err find_whose(struct view *v, int64_t study_key)
{
    struct key_slice only = {&study_key, 1};
    struct image_filter filter = {
        .level = LEVEL_STUDY, .access = v->access->behind, .only = &only, .limit = 1};
    struct image_page page;
    if (v->whose.study_key == study_key)
        return OK;
    TRY(image_reader_find(v->inner, v->arena, &filter, &page));
    if (page.rows.len == 0)
        return not_there();
    note_whose(v, &page.rows.at[0].study);
    return OK;
}

/* ---- rows ---- */

static enum deidentify_action action_of(const struct image_attribute *attribute)
{
    const struct deidentify_place sequence = {.tag = attribute->sequence, .vr = VR_SQ};
    struct deidentify_place place = {.tag = attribute->tag, .vr = attribute->vr};
    if (attribute->sequence == 0)
        return confidentiality_action(&place, DEIDENTIFIED_VIEW_FLAGS);
    enum deidentify_action above = confidentiality_action(&sequence, DEIDENTIFIED_VIEW_FLAGS);
    if (above == DEIDENTIFY_REMOVE || above == DEIDENTIFY_EMPTY)
        return above;
    place.is_nested = true;
    place.above = above;
    return confidentiality_action(&place, DEIDENTIFIED_VIEW_FLAGS);
}

/* What the profile makes of the value where the option leaves nothing. */
static str fallback_of(const struct image_attribute *attribute)
{
    const struct deidentify_place place = {
        .tag = attribute->tag, .vr = attribute->vr, .is_nested = attribute->sequence != 0};
    return confidentiality_fallback(&place) == DEIDENTIFY_DUMMY ? dummy_value(attribute->vr)
                                                                : STR("");
}

static str shown_text(struct view *v, const struct image_attribute *attribute, str text)
{
    const struct whose *w = &v->whose;
    str made;
    if (text.len == 0)
        return text;
    switch (action_of(attribute)) {
    case DEIDENTIFY_KEEP:
        return !deidentify_is_time(attribute->tag, attribute->vr) || time_is_plain(text)
                   ? text
                   : fallback_of(attribute);
    case DEIDENTIFY_DUMMY:
        return dummy_value(attribute->vr);
    case DEIDENTIFY_UID:
        return attribute->tag == STUDY_UID ? w->shown_study_uid : shown_uid(v, text);
    case DEIDENTIFY_SHIFT:
        return dates_shift(v->arena, attribute->vr, text, w->shift_days, &made)
                   ? made
                   : fallback_of(attribute);
    case DEIDENTIFY_CLEAN:
        made = text_clean(v->arena, attribute->vr, text);
        return made.len != 0 ? made : fallback_of(attribute);
    case DEIDENTIFY_PSEUDONYM:
        return attribute->vr == VR_PN
                   ? str_format(v->arena, "Anonymized^%.*s", STR_ARG(w->shown_patient))
                   : w->shown_patient;
    default:
        return STR("");
    }
}

/* Of a row what is an attribute, each as the profile has it; nothing else is taken along. */
static void show_attributes(struct view *v, enum image_level level, const void *from, void *to)
{
    for (size_t i = 0; i < image_attribute_count; i++) {
        const struct image_attribute *attribute = &image_attributes[i];
        if (attribute->level != level)
            continue;
        const struct field *f = image_attribute_field(attribute);
        const char *original = (const char *)from + f->offset;
        char *shown = (char *)to + f->offset;
        if (f->kind == FIELD_STR)
            *(str *)(void *)shown = shown_text(v, attribute, *(const str *)(const void *)original);
        else if (action_of(attribute) == DEIDENTIFY_KEEP)
            memcpy(shown, original, f->size);
    }
}

/* When something was received and how large it is, is not told: it could be found again by that. */
static void show_study(struct view *v, struct study *study)
{
    struct study shown = {.key = study->key,
                          .id = shown_id(v, study->id),
                          .version = study->version,
                          .state = study->state};
    show_attributes(v, LEVEL_STUDY, study, &shown);
    shown.study_instance_uid = shown_study_uid(v, study->id);
    *study = shown;
}

static void show_series(struct view *v, struct series *series)
{
    struct series shown = {.key = series->key,
                           .study_key = series->study_key,
                           .id = shown_id(v, series->id),
                           .version = series->version,
                           .state = series->state};
    show_attributes(v, LEVEL_SERIES, series, &shown);
    *series = shown;
}

static str shown_object_name(struct view *v, const struct instance *instance)
{
    unsigned char hash[HASH_SIZE];
    unsigned size = sizeof hash;
    struct buf hex = BUF_IN(v->arena);
    if (HMAC(EVP_sha256(), v->key.ptr, (int)v->key.len,
             (const unsigned char *)instance->object_name.ptr, instance->object_name.len, hash,
             &size) == NULL)
        __builtin_trap();
    buf_add_hex(&hex, hash, sizeof hash);
    return buf_str(&hex);
}

static void show_instance(struct view *v, struct instance *instance)
{
    const struct whose *w = &v->whose;
    struct deidentified_object *object = NEW(v->arena, struct deidentified_object);
    *object = (struct deidentified_object){.object_name = str_copy(v->arena, instance->object_name),
                                           .size = instance->size,
                                           .key = v->key,
                                           .patient_id = w->patient_id,
                                           .issuer_of_patient_id = w->issuer,
                                           .study_instance_uid = w->study_uid,
                                           .shown_study_instance_uid = w->shown_study_uid};
    struct instance shown = {.key = instance->key,
                             .study_key = instance->study_key,
                             .series_key = instance->series_key,
                             .id = shown_id(v, instance->id),
                             .version = instance->version,
                             .state = instance->state,
                             .object_name = shown_object_name(v, instance),
                             .deidentified = object};
    show_attributes(v, LEVEL_INSTANCE, instance, &shown);
    *instance = shown;
}

/* What is there of a row: the levels above may have no more than their identifiers. */
static void show_row(struct view *v, struct image_row *row)
{
    if (row->study.key != 0)
        show_study(v, &row->study);
    if (row->series.key != 0)
        show_series(v, &row->series);
    if (row->instance.key != 0)
        show_instance(v, &row->instance);
}

/* ---- what is asked for ---- */

/* A UID of a series or an instance that was shown, looked for within a study: by whether it becomes
 * the one that is asked for. "" when there is none. */
static err search_uid(struct view *v, enum image_level level, uuid study, uuid series, str asked,
                      str *out)
{
    struct image_filter filter = {.level = level,
                                  .access = v->access->behind,
                                  .study_id = study,
                                  .series_id = series,
                                  .limit = IMAGE_PAGE_SIZE_MAX};
    struct image_page page;
    *out = STR("");
    do {
        TRY(image_reader_find(v->inner, v->arena, &filter, &page));
        for (size_t i = 0; i < page.rows.len; i++) {
            const struct image_row *row = &page.rows.at[i];
            str uid = level == LEVEL_SERIES ? row->series.series_instance_uid
                                            : row->instance.sop_instance_uid;
            if (str_eq(shown_uid(v, uid), asked))
                *out = uid;
        }
        filter.offset += page.rows.len;
    } while (out->len == 0 && page.rows.len == IMAGE_PAGE_SIZE_MAX);
    return OK;
}

static err original_uid(struct view *v, enum image_level level, uuid study, uuid series, str asked,
                        str *out)
{
    unsigned char ignored[BLOCK_SIZE];
    if (recall_shown(v->shown, v->arena, asked, out) &&
        str_eq(pseudonym_uid(v->arena, v->key, *out), asked))
        return OK;
    *out = STR("");
    if (!number_of_uid(asked, ignored) || (!uuid_is_set(study) && !uuid_is_set(series)))
        return OK; /* none of a view, or nowhere to look for it */
    return search_uid(v, level, study, series, asked, out);
}

/* The study behind a shown UID. Errors: NOT_FOUND. */
static err study_of_uid(struct view *v, str asked, struct study *out)
{
    uuid id;
    if (!number_of_uid(asked, id.at))
        return not_there();
    TRY(image_reader_get_study(v->inner, v->arena, &v->access->behind, row_id(v, id), out));
    if (out->state != STUDY_RECEIVED)
        return not_there();
    note_whose(v, out);
    return OK;
}

/* What no object in its right mind has. */
#define NO_UID STR("0")

struct asked {
    uuid study, series; /* that the filter is within, as far as it says */
    bool names_study;   /* it does, if only one that is not there, or several */
};

/* One of the UIDs that a key lists. */
static err translate_uid(struct view *v, uint32_t tag, const struct asked *within, str uid,
                         struct buf *out)
{
    str original = STR("");
    struct study study;
    if (out->len != 0)
        buf_add_char(out, '\\');
    if (tag == STUDY_UID) {
        err e = study_of_uid(v, uid, &study);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
        original = failed(e) ? STR("") : study.study_instance_uid;
    } else if (within->names_study || uuid_is_set(within->study) || uuid_is_set(within->series)) {
        TRY(original_uid(v, tag == SERIES_UID ? LEVEL_SERIES : LEVEL_INSTANCE, within->study,
                         within->series, uid, &original));
    } else {
        return ERR(FORBIDDEN, "name the study of a series or an instance too");
    }
    buf_add(out, original.len != 0 ? original : NO_UID);
    return OK;
}

static err translate_uids(struct view *v, const struct asked *within, struct image_match *m)
{
    struct buf out = BUF_IN(v->arena);
    for (size_t at = 0, from = 0; at <= m->value.len; at++)
        if (at == m->value.len || m->value.ptr[at] == '\\' || m->value.ptr[at] == ',') {
            TRY(translate_uid(v, m->attribute->tag, within, str_trim(str_sub(m->value, from, at)),
                              &out));
            from = at + 1;
        }
    m->value = buf_str(&out);
    return OK;
}

static bool is_universal(const struct image_match *m)
{
    str value = str_trim(m->value);
    return !m->matches_empty && (value.len == 0 || str_eq(value, STR("*")));
}

static bool is_uid_of_row(const struct image_attribute *attribute)
{
    return attribute->tag == STUDY_UID || attribute->tag == SERIES_UID || attribute->tag == SOP_UID;
}

/* The one study that is meant, where a key names one alone. */
static err note_study(struct view *v, const struct image_match *m, struct asked *within)
{
    struct study study;
    if (m->attribute->tag != STUDY_UID || is_universal(m))
        return OK;
    err e = study_of_uid(v, str_trim(m->value), &study);
    within->names_study = true;
    if (!failed(e))
        within->study = study.id;
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err translate_matches(struct view *v, const struct image_match_slice *from,
                             struct image_filter *to)
{
    struct asked within = {.study = to->study_id, .series = to->series_id};
    to->matches = (struct image_match_slice){0};
    for (size_t i = 0; i < from->len; i++)
        TRY(note_study(v, &from->at[i], &within));
    for (size_t i = 0; i < from->len; i++) {
        struct image_match m = from->at[i];
        if (is_universal(&m))
            continue;
        if (is_uid_of_row(m.attribute))
            TRY(translate_uids(v, &within, &m));
        else if (action_of(m.attribute) != DEIDENTIFY_KEEP)
            return not_shown();
        *SLICE_PUSH(v->arena, &to->matches) = m;
    }
    return OK;
}

/* Studies come in the order in which they were received: by their day, which is the default, more
 * would be told than their shifted dates do. */
static err translate_sort(struct image_filter *f)
{
    for (size_t i = 0; i < f->sort_count; i++)
        if (f->sort[i].attribute != NULL && action_of(f->sort[i].attribute) != DEIDENTIFY_KEEP)
            return not_shown();
    if (f->sort_count == 0 && f->level == LEVEL_STUDY)
        f->sort[f->sort_count++] = (struct image_sort){NULL, true};
    return OK;
}

static err translate(struct view *v, const struct image_filter *from, struct image_filter *to)
{
    *to = *from;
    if (from->level >= LEVEL_COUNT || from->trashed || from->album_key != 0 ||
        from->values.len != 0 || from->only != NULL || from->search.len != 0 ||
        from->one_per_patient || from->wants_patient_counts)
        return not_shown();
    if (from->after.len != 0)
        return ERR(FORBIDDEN,
                   "pages of what is seen de-identified go on by their number or offset");
    to->access = v->access->behind;
    to->under_trashed = false;
    to->study_id = row_id(v, from->study_id);
    to->series_id = row_id(v, from->series_id);
    TRY(translate_sort(to));
    return translate_matches(v, &from->matches, to);
}

static err find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                struct image_page *out)
{
    struct view *v = self(r);
    struct image_filter behind;
    TRY(translate(v, filter, &behind));
    TRY(image_reader_find(v->inner, a, &behind, out));
    for (size_t i = 0; i < out->rows.len; i++) {
        struct image_row *row = &out->rows.at[i];
        if (filter->level == LEVEL_STUDY)
            note_whose(v, &row->study);
        TRY(find_whose(v, row->study.key));
        row->of_patient.studies = row->of_patient.series = row->of_patient.instances = 0;
        show_row(v, row);
    }
    out->next = STR_NONE; /* a cursor has the key of a row in it */
    return OK;
}

static err get_study(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                     struct study *out)
{
    struct view *v = self(r);
    (void)access;
    TRY(image_reader_get_study(v->inner, a, &v->access->behind, row_id(v, id), out));
    if (out->state != STUDY_RECEIVED)
        return not_there();
    note_whose(v, out);
    show_study(v, out);
    return OK;
}

/* What is under something that is in the trash is not there either. */
static err get_series(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                      struct series *out)
{
    struct view *v = self(r);
    (void)access;
    TRY(image_reader_get_series(v->inner, a, &v->access->behind, row_id(v, id), out));
    if (out->state != STUDY_RECEIVED)
        return not_there();
    TRY(find_whose(v, out->study_key));
    show_series(v, out);
    return OK;
}

static err get_instance(struct image_reader *r, struct arena *a, const struct access *access,
                        uuid id, struct instance *out)
{
    struct view *v = self(r);
    (void)access;
    TRY(image_reader_get_instance(v->inner, a, &v->access->behind, row_id(v, id), out));
    if (out->state != STUDY_RECEIVED)
        return not_there();
    TRY(find_whose(v, out->study_key));
    show_instance(v, out);
    return OK;
}

/* ---- derived data ---- */

static err show_bulk(struct arena *a, str table, str *out)
{
    struct buf kept = BUF_IN(a);
    for (bool found = true; found;) {
        struct bulk_place place;
        str path, before = table;
        TRY(bulk_table_next(&table, &path, &place, &found));
        if (found && deidentify_keeps_bulk(path, place.vr, DEIDENTIFIED_VIEW_FLAGS))
            buf_add(&kept, str_sub(before, 0, before.len - table.len));
    }
    *out = buf_str(&kept);
    return OK;
}

/* What stands for the metadata of an instance that is not shown: an object without members. */
static struct instance_blobs hidden_blobs(struct arena *a)
{
    struct metadata_block block = metadata_block_make(a, STR("{}"));
    return (struct instance_blobs){.metadata = block.bytes,
                                   .metadata_size = block.size,
                                   .metadata_crc = block.crc,
                                   .frames = STR(""),
                                   .bulk = STR("")};
}

static str bulk_prefix(struct arena *a, const struct view *v, str series_uid, str sop_uid)
{
    return str_format(a, "/dicom-web/studies/%.*s/series/%.*s/instances/%.*s",
                      STR_ARG(v->whose.shown_study_uid), STR_ARG(series_uid), STR_ARG(sop_uid));
}

/* Of the study that whose is of. *refusal: why it is not shown, or OK. */
static err show_blobs(struct view *v, struct arena *a, const struct instance_blobs *from,
                      struct instance_blobs *out, err *refusal)
{
    struct metadata_block block = {from->metadata, from->metadata_size, from->metadata_crc};
    const struct deidentified_object object = {.key = v->key,
                                               .patient_id = v->whose.patient_id,
                                               .issuer_of_patient_id = v->whose.issuer,
                                               .study_instance_uid = v->whose.study_uid,
                                               .shown_study_instance_uid =
                                                   v->whose.shown_study_uid};
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct buf text = BUF_IN(&scratch);
    struct deidentify_facts facts;
    str shown;
    TRY(metadata_block_text(&scratch, &block, &text));
    TRY(deidentify_facts_read_json(&scratch, buf_str(&text), &facts));
    *out = hidden_blobs(a);
    *refusal = deidentified_check(v->arena, &facts);
    if (failed(*refusal))
        return OK;
    const struct deidentify_options options = deidentified_options(&object, &facts);
    str sop_uid = shown_uid(v, facts.sop_instance_uid);
    str series_uid = shown_uid(v, json_model_member_text(&scratch, buf_str(&text), SERIES_UID));
    TRY(deidentify_json(&scratch, buf_str(&text), &options, &facts,
                        bulk_prefix(&scratch, v, series_uid, sop_uid), &shown));
    struct metadata_block made = metadata_block_make(a, shown);
    out->metadata = made.bytes;
    out->metadata_size = made.size;
    out->metadata_crc = made.crc;
    out->frames = str_copy(a, from->frames);
    return show_bulk(a, from->bulk, &out->bulk);
}

static err find_whose_instance(struct view *v, int64_t instance_key)
{
    struct key_slice only = {&instance_key, 1};
    struct image_filter filter = {
        .level = LEVEL_INSTANCE, .access = v->access->behind, .only = &only, .limit = 1};
    struct image_page page;
    TRY(image_reader_find(v->inner, v->arena, &filter, &page));
    return page.rows.len != 0 ? find_whose(v, page.rows.at[0].study.key) : not_there();
}

/* Errors: as the inner reader's; *refusal as of show_blobs. */
static err read_blobs(struct view *v, int64_t instance_key, err *refusal)
{
    struct instance_blobs from;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    TRY(image_reader_blobs(v->inner, &scratch, instance_key, true, &from));
    v->read_key = 0;
    TRY(show_blobs(v, v->arena, &from, &v->read, refusal));
    v->read_key = instance_key;
    return OK;
}

static err blobs(struct image_reader *r, struct arena *a, int64_t instance_key, bool with_metadata,
                 struct instance_blobs *out)
{
    struct view *v = self(r);
    err refusal;
    (void)a, (void)with_metadata;
    if (v->read_key != instance_key) {
        TRY(find_whose_instance(v, instance_key));
        TRY(read_blobs(v, instance_key, &refusal));
    }
    *out = v->read;
    return OK;
}

/* Where an address is that of an instance, it is told why that is not shown. */
static err locate(struct image_reader *r, struct arena *a, const struct access *access,
                  str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    struct view *v = self(r);
    struct study study;
    str series = series_uid, sop = sop_uid;
    (void)access;
    TRY(study_of_uid(v, study_uid, &study));
    if (series_uid.len != 0)
        TRY(original_uid(v, LEVEL_SERIES, study.id, (uuid){0}, series_uid, &series));
    if (sop_uid.len != 0)
        TRY(original_uid(v, LEVEL_INSTANCE, study.id, (uuid){0}, sop_uid, &sop));
    if ((series_uid.len != 0 && series.len == 0) || (sop_uid.len != 0 && sop.len == 0))
        return not_there();
    TRY(image_reader_locate(v->inner, a, &v->access->behind, study.study_instance_uid, series, sop,
                            out));
    if (out->instance.key != 0) {
        err refusal = OK;
        TRY(read_blobs(v, out->instance.key, &refusal));
        TRY(refusal);
    }
    show_row(v, out);
    return OK;
}

/* What an instance and its derived data are shown as, to another sink. */
struct showing_sink {
    struct image_sink base;
    struct view *view;
    struct arena *arena; /* as of each_instance */
    bool with_blobs;
    struct image_sink *to;
};

static err take(struct image_sink *base, const struct instance *instance,
                const struct instance_blobs *from)
{
    struct showing_sink *s = container_of(base, struct showing_sink, base);
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct instance shown = *instance;
    struct instance_blobs made;
    err refusal;
    TRY(show_blobs(s->view, s->arena != NULL && s->with_blobs ? s->arena : &scratch, from, &made,
                   &refusal));
    if (failed(refusal)) /* the others are shown */
        return OK;
    show_instance(s->view, &shown);
    shown.sop_class_uid = str_copy(s->view->arena, shown.sop_class_uid);
    shown.transfer_syntax_uid = str_copy(s->view->arena, shown.transfer_syntax_uid);
    shown.content_time = str_copy(s->view->arena, shown.content_time);
    return s->to->take(s->to, &shown, s->with_blobs ? &made : NULL);
}

static err each_instance(struct image_reader *r, struct arena *a, int64_t study_key,
                         int64_t series_key, bool with_blobs, struct image_sink *sink)
{
    struct view *v = self(r);
    struct showing_sink showing = {{take}, v, a, with_blobs, sink};
    TRY(find_whose(v, study_key));
    return image_reader_each_instance(v->inner, NULL, study_key, series_key, true, &showing.base);
}

/* ---- what nobody asks who sees no more than this ---- */

static err each_match(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                      uint32_t count_max, struct image_sink *sink)
{
    (void)r, (void)a, (void)filter, (void)count_max, (void)sink;
    return not_shown();
}

static err each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                      struct image_sink *sink)
{
    (void)r, (void)after_key, (void)limit, (void)sink;
    return not_shown();
}

static err each_stored(struct image_reader *r, int64_t study_key, struct image_sink *sink)
{
    (void)r, (void)study_key, (void)sink;
    return not_shown();
}

static err is_referenced(struct image_reader *r, str object_name, bool *out)
{
    (void)r, (void)object_name, (void)out;
    return not_shown();
}

static err statistics(struct image_reader *r, int64_t organization_key, int64_t *studies,
                      int64_t *instances, int64_t *size)
{
    (void)r, (void)organization_key, (void)studies, (void)instances, (void)size;
    return not_shown();
}

static err versions(struct image_reader *r, struct arena *a, int64_t instance_key, uint64_t offset,
                    uint32_t limit, struct instance_version_slice *out, int64_t *total)
{
    (void)r, (void)a, (void)instance_key, (void)offset, (void)limit, (void)out, (void)total;
    return not_shown();
}

static err uncounted(struct image_reader *r, struct arena *a, uint32_t limit, struct key_slice *out)
{
    (void)r, (void)a, (void)limit, (void)out;
    return not_shown();
}

static err get_version(struct image_reader *r, struct arena *a, int64_t instance_key, uuid id,
                       struct instance_version *out)
{
    (void)r, (void)a, (void)instance_key, (void)id, (void)out;
    return not_shown();
}

static const struct image_reader_ops view_ops = {.find = find,
                                                 .get_study = get_study,
                                                 .get_series = get_series,
                                                 .get_instance = get_instance,
                                                 .locate = locate,
                                                 .blobs = blobs,
                                                 .each_instance = each_instance,
                                                 .each_match = each_match,
                                                 .each_after = each_after,
                                                 .each_stored = each_stored,
                                                 .is_referenced = is_referenced,
                                                 .statistics = statistics,
                                                 .versions = versions,
                                                 .uncounted = uncounted,
                                                 .get_version = get_version};

struct image_reader *deidentified_images(struct arena *a, struct image_reader *inner,
                                         const struct deidentified_access *access,
                                         struct shown_uids *shown)
{
    struct view *v = NEW(a, struct view);
    *v = (struct view){.base = {&view_ops},
                       .inner = inner,
                       .arena = a,
                       .access = access,
                       .shown = shown,
                       .key = {(const char *)access->key, sizeof access->key}};
    row_key_of(access, v->row_key);
    return &v->base;
}
