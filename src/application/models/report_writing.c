/* What goes into reports, and who may put it there. */
#include "application/models/report_writing.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/second_factor.h"
#include "base/arena.h"

SCHEMA(report_text, FIELD(report_text, title, .flags = PHI, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(report_text, language, .min = 2, .max = REPORT_LANGUAGE_SIZE_MAX, .example = "de"),
       FIELD_LIST_OF(report_text, sections, report_section, .max = REPORT_SECTION_COUNT_MAX),
       FIELD_LIST_OF(report_text, values, report_value, .max = REPORT_VALUE_COUNT_MAX),
       FIELD_LIST_OF(report_text, key_images, report_key_image, .max = REPORT_KEY_IMAGE_COUNT_MAX),
       FIELD(report_text, addendum, .flags = PHI, .max = REPORT_SECTION_SIZE_MAX,
             .doc = "Of an addendum that is being written, whose other text stays"));

err report_to_change(struct command_ctx *ctx, uuid id, int64_t if_match, struct report *out)
{
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), id,
                           out));
    ctx->scope->subject_id = out->id;
    if (if_match == 0)
        return ERR(PRECONDITION_REQUIRED, "send If-Match with the version you have seen");
    return if_match == out->version ? OK
                                    : ERR(PRECONDITION_FAILED, "somebody else changed the report");
}

err report_writing_begin(struct command_ctx *ctx, uuid id, int64_t if_match,
                         struct report_writing *out)
{
    TRY(report_to_change(ctx, id, if_match, &out->report));
    TRY(report_may_write(&out->report));
    TRY(report_reader_get_version(ctx->readers->reports, ctx->arena, out->report.key,
                                  out->report.working_number, &out->version));
    TRY(report_form_read(ctx->arena, out->report.form, &out->form));
    return report_content_read(ctx->arena, out->version.content, &out->content);
}

/* ---- what it says ---- */

static bool has_issues(const struct command_ctx *ctx)
{
    return ctx->scope->issues.list.len != 0;
}

static void complain_of_image(struct command_ctx *ctx, size_t at, const char *text)
{
    issues_add(&ctx->scope->issues, str_format(ctx->arena, "key_images.%zu", at), text);
}

/* What the client said of UIDs is not looked at: they are those of the instance. */
static err resolve_image(struct command_ctx *ctx, const struct access *access,
                         const struct report *report, size_t at, struct report_key_image *image)
{
    struct instance instance = {0};
    struct image_page page;
    err e = image_reader_get_instance(ctx->readers->images, ctx->arena, access, image->instance_id,
                                      &instance);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    const struct key_slice only = {&instance.key, 1};
    const struct image_filter filter = {.level = LEVEL_INSTANCE,
                                        .access = *access,
                                        .study_id = report->study_id,
                                        .only = &only,
                                        .limit = 1};
    if (failed(e) || instance.study_key != report->study_key) {
        complain_of_image(ctx, at, "is not an instance of the study");
        return OK;
    }
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    int64_t count = instance.number_of_frames.is_set ? instance.number_of_frames.value : 1;
    image->frame = image->frame == 0 ? 1 : image->frame;
    if (page.rows.len == 0)
        complain_of_image(ctx, at, "is not an instance of the study");
    else if (image->frame < 1 || image->frame > (count < 1 ? 1 : count))
        complain_of_image(ctx, at, "has no such frame");
    if (page.rows.len == 0)
        return OK;
    image->series_instance_uid = page.rows.at[0].series.series_instance_uid;
    image->sop_instance_uid = instance.sop_instance_uid;
    image->sop_class_uid = instance.sop_class_uid;
    return OK;
}

static err put_images(struct command_ctx *ctx, const struct report_text *text,
                      struct report_writing *w)
{
    struct access access;
    if (text->key_images.at == NULL)
        return OK;
    if (!report_access(ctx->principal, clock_now(ctx->clock), &access))
        return ERR(NOT_FOUND, "not found");
    w->content.key_images = (struct report_key_image_slice){0};
    for (size_t i = 0; i < text->key_images.len; i++) {
        struct report_key_image *image = SLICE_PUSH(ctx->arena, &w->content.key_images);
        *image = text->key_images.at[i];
        TRY(resolve_image(ctx, &access, &w->report, i, image));
    }
    return OK;
}

static err put_addendum(struct command_ctx *ctx, const struct report_text *text,
                        struct report_writing *w)
{
    struct report_addendum_slice *addenda = &w->content.addenda;
    if (text->sections.at != NULL || text->values.at != NULL || text->title.ptr != NULL)
        return ERR(CONFLICT, "the text before an addendum stays as it was signed");
    if (text->addendum.ptr == NULL)
        return OK;
    struct report_addendum *addendum = &addenda->at[addenda->len - 1];
    addendum->text = text->addendum;
    addendum->written_at = clock_now(ctx->clock);
    return report_author_name(ctx, &addendum->author_name);
}

err report_writing_apply(struct command_ctx *ctx, const struct report_text *text,
                         struct report_writing *w)
{
    bool is_addendum = w->version.kind == REPORT_ADDENDUM;
    if (is_addendum)
        TRY(put_addendum(ctx, text, w));
    else if (text->addendum.ptr != NULL)
        return ERR(CONFLICT, "this version is not an addendum");
    if (text->title.ptr != NULL)
        w->version.title = text->title;
    if (text->language.ptr != NULL)
        w->version.language = text->language;
    if (text->sections.at != NULL)
        w->content.sections = text->sections;
    if (text->values.at != NULL)
        w->content.values = text->values;
    if (!is_addendum)
        report_values_check(&w->form, ctx->arena, &w->content.values, &ctx->scope->issues);
    TRY(put_images(ctx, text, w));
    if (report_content_size(&w->content) > REPORT_TEXT_SIZE_MAX)
        issues_add(&ctx->scope->issues, STR("sections"), "all together are too long");
    return has_issues(ctx) ? ERR(INVALID, "some fields are not valid") : OK;
}

err report_check_lock(struct command_ctx *ctx, const struct report *report)
{
    struct report_lock lock;
    err e = report_reader_get_lock(ctx->readers->reports, ctx->arena, report->key, &lock);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e;
    return report_lock_is_of_other(&lock, principal_actor_id(ctx->principal), clock_now(ctx->clock))
               ? ERRF(ctx->arena, CONFLICT, "%.*s is writing the report", STR_ARG(lock.holder_name))
               : OK;
}

err report_lock_give(struct command_ctx *ctx, const struct report *report, struct report_lock *lock)
{
    instant now = clock_now(ctx->clock);
    ctx->scope->subject_id = report->id;
    if (lock->key == 0)
        *lock = (struct report_lock){.id = uuid_make(ctx->clock),
                                     .organization_key = report->organization_key,
                                     .report_key = report->key,
                                     .report_id = report->id,
                                     .created_at = now};
    TRY(report_author_name(ctx, &lock->holder_name));
    lock->holder_id = principal_actor_id(ctx->principal);
    lock->updated_at = now;
    lock->expires_at = instant_add(now, SECONDS(REPORT_LOCK_SECONDS));
    return report_writer_put_lock(ctx->uow->reports, lock);
}

/* Those who may only read find what they can read: of a report that was signed, the signed text. */
err report_writing_save(struct command_ctx *ctx, struct report_writing *w)
{
    instant now = clock_now(ctx->clock);
    w->version.content = report_content_text(ctx->arena, &w->content);
    w->version.updated_at = w->report.updated_at = now;
    if (w->report.signed_number == 0 || report_version_is_signed(&w->version)) {
        w->report.title = w->version.title;
        w->report.language = w->version.language;
        w->report.search_key = report_search_text(ctx->arena, w->version.title, &w->content);
    }
    TRY(report_writer_save(ctx->uow->reports, &w->report));
    TRY(report_check_lock(ctx, &w->report));
    return report_writer_save_version(ctx->uow->reports, &w->version);
}

err report_save_again(struct command_ctx *ctx, struct report *report)
{
    report->updated_at = clock_now(ctx->clock);
    err e = report_writer_save(ctx->uow->reports, report);
    return e.code == ERR_PRECONDITION_FAILED
               ? ERR(SERIALIZATION, "the report changed at the same time")
               : e;
}

struct report_version report_version_new(struct command_ctx *ctx, const struct report *report,
                                         int64_t number, enum report_version_kind kind)
{
    instant now = clock_now(ctx->clock);
    return (struct report_version){.id = uuid_make(ctx->clock),
                                   .organization_key = report->organization_key,
                                   .created_at = now,
                                   .updated_at = now,
                                   .report_key = report->key,
                                   .report_id = report->id,
                                   .number = number,
                                   .kind = kind,
                                   .title = report->title,
                                   .language = report->language,
                                   .author_id = principal_actor_id(ctx->principal)};
}

err report_author_name(struct command_ctx *ctx, str *out)
{
    struct user user;
    *out = str_of(ctx->principal->name);
    if (ctx->principal->kind != PRINCIPAL_USER)
        return OK;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    *out = user.name;
    return OK;
}

/* ---- who signs ---- */

static err confirm_by_code(struct command_ctx *ctx, str otp, struct user *user)
{
    bool taken = false;
    if (user_is_locked(user, clock_now(ctx->clock)))
        return ERR(FORBIDDEN, "the code is wrong");
    TRY(second_factor_take(ctx, user, otp, &taken));
    if (!taken) {
        TRY(sign_in_count_failure(ctx, user->key));
        return ERR(FORBIDDEN, "the code is wrong");
    }
    return sign_in_save(ctx, user);
}

err report_confirm(struct command_ctx *ctx, str password, str otp, struct user *user)
{
    if (ctx->principal->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "only a person signs");
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, user));
    if (otp.len != 0 && user_has_mfa(user))
        return confirm_by_code(ctx, otp, user);
    if (password.len != 0 || user->password_hash.len == 0)
        return password_confirm(ctx, user, password);
    issues_add(&ctx->scope->issues, STR("password"), "is needed to sign");
    return ERR(INVALID, "some fields are not valid");
}

/* ---- placeholders ---- */

static str day_text(struct arena *a, str value)
{
    date day;
    return date_from_dicom(value, &day) ? date_text(a, day) : value;
}

static date day_of(struct arena *a, str value, instant now)
{
    date day = {0};
    if (!date_from_dicom(value, &day))
        (void)date_from_text(str_sub(instant_text(a, now), 0, sizeof "2026-01-31" - 1), &day);
    return day;
}

/* Whole years on the day of the study. */
static str age_text(struct arena *a, const struct study *study, instant now)
{
    date born;
    if (!date_from_dicom(study->patient_birth_date, &born))
        return STR("");
    int32_t days = day_of(a, study->study_date, now).ymd - born.ymd;
    return days < 0 ? STR("") : str_format(a, "%d", days / 10000);
}

str report_name_text(struct arena *a, str name)
{
    struct buf out = BUF_IN(a);
    str rest = name, group = STR(""), part;
    while (group.len == 0 && str_cut(&rest, '=', &group))
        continue;
    for (int at = 0; at < 3 && str_cut(&group, '^', &part); at++) {
        if (part.len == 0)
            continue;
        if (out.len != 0)
            buf_add(&out, at == 1 ? STR(", ") : STR(" "));
        buf_add(&out, part);
    }
    return buf_str(&out);
}

static bool value_of(struct arena *a, str name, const struct study *s, str author_name, instant now,
                     str *out)
{
    const struct {
        str name, value;
    } values[] = {{STR("PatientName"), report_name_text(a, s->patient_name)},
                  {STR("PatientID"), s->patient_id},
                  {STR("PatientBirthDate"), day_text(a, s->patient_birth_date)},
                  {STR("PatientSex"), s->patient_sex},
                  {STR("PatientAge"), age_text(a, s, now)},
                  {STR("StudyDate"), day_text(a, s->study_date)},
                  {STR("StudyDescription"), s->study_description},
                  {STR("AccessionNumber"), s->accession_number},
                  {STR("Modality"), s->modalities},
                  {STR("ReferringPhysicianName"), report_name_text(a, s->referring_physician_name)},
                  {STR("AuthorName"), author_name},
                  {STR("Today"), str_sub(instant_text(a, now), 0, sizeof "2026-01-31" - 1)}};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (str_eq(name, values[i].name)) {
            *out = values[i].value;
            return true;
        }
    return false;
}

str report_fill_in(struct arena *a, str text, const struct study *study, str author_name,
                   instant now)
{
    struct buf out = BUF_IN(a);
    str value;
    for (size_t open; (open = str_find_char(text, '{')) != SIZE_MAX;) {
        buf_add(&out, str_sub(text, 0, open));
        text = str_sub(text, open, text.len);
        size_t close = str_find_char(text, '}');
        bool is_known = close != SIZE_MAX &&
                        value_of(a, str_sub(text, 1, close), study, author_name, now, &value);
        buf_add(&out, is_known ? value : STR("{"));
        text = str_sub(text, is_known ? close + 1 : 1, text.len);
    }
    buf_add(&out, text);
    return buf_str(&out);
}
