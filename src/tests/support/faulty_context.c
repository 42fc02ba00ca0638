/* One function for each operation: it counts, and passes on what it was given. */
#include "tests/support/faulty_parts.h"

#include "base/arena.h"

static err faulty_organization_reader_first(struct organization_reader *r, struct arena *a,
                                            struct organization *out)
{
    PASS(organization_reader, r, "organization_reader_first");
    return organization_reader_first(s->inner->readers.organizations, a, out);
}

static err faulty_organization_reader_all(struct organization_reader *r, struct arena *a,
                                          struct organization_slice *out)
{
    PASS(organization_reader, r, "organization_reader_all");
    return organization_reader_all(s->inner->readers.organizations, a, out);
}

static err faulty_organization_reader_get(struct organization_reader *r, struct arena *a,
                                          int64_t key, struct organization *out)
{
    PASS(organization_reader, r, "organization_reader_get");
    return organization_reader_get(s->inner->readers.organizations, a, key, out);
}

static err faulty_organization_reader_settings(struct organization_reader *r, struct arena *a,
                                               int64_t key, struct organization_settings *out)
{
    PASS(organization_reader, r, "organization_reader_settings");
    return organization_reader_settings(s->inner->readers.organizations, a, key, out);
}

static err faulty_organization_reader_used_size(struct organization_reader *r, int64_t key,
                                                int64_t *out)
{
    PASS(organization_reader, r, "organization_reader_used_size");
    return organization_reader_used_size(s->inner->readers.organizations, key, out);
}

static const struct organization_reader_ops faulty_organization_reader_ops = {
    .first = faulty_organization_reader_first,
    .all = faulty_organization_reader_all,
    .get = faulty_organization_reader_get,
    .settings = faulty_organization_reader_settings,
    .used_size = faulty_organization_reader_used_size,
};

static err faulty_organization_writer_add(struct organization_writer *w,
                                          struct organization *organization)
{
    PASS(organization_writer, w, "organization_writer_add");
    return organization_writer_add(s->inner->uow.organizations, organization);
}

static err faulty_organization_writer_save(struct organization_writer *w,
                                           struct organization *organization)
{
    PASS(organization_writer, w, "organization_writer_save");
    return organization_writer_save(s->inner->uow.organizations, organization);
}

static err faulty_organization_writer_save_settings(struct organization_writer *w,
                                                    struct organization_settings *settings)
{
    PASS(organization_writer, w, "organization_writer_save_settings");
    return organization_writer_save_settings(s->inner->uow.organizations, settings);
}

static const struct organization_writer_ops faulty_organization_writer_ops = {
    .add = faulty_organization_writer_add,
    .save = faulty_organization_writer_save,
    .save_settings = faulty_organization_writer_save_settings,
};

static err faulty_user_reader_get(struct user_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct user *out)
{
    PASS(user_reader, r, "user_reader_get");
    return user_reader_get(s->inner->readers.users, a, organization_key, id, out);
}

static err faulty_user_reader_get_by_key(struct user_reader *r, struct arena *a, int64_t key,
                                         struct user *out)
{
    PASS(user_reader, r, "user_reader_get_by_key");
    return user_reader_get_by_key(s->inner->readers.users, a, key, out);
}

static err faulty_user_reader_get_by_email(struct user_reader *r, struct arena *a, str email,
                                           struct user *out)
{
    PASS(user_reader, r, "user_reader_get_by_email");
    return user_reader_get_by_email(s->inner->readers.users, a, email, out);
}

static err faulty_user_reader_get_by_reset_hash(struct user_reader *r, struct arena *a, str hash,
                                                struct user *out)
{
    PASS(user_reader, r, "user_reader_get_by_reset_hash");
    return user_reader_get_by_reset_hash(s->inner->readers.users, a, hash, out);
}

static err faulty_user_reader_find(struct user_reader *r, struct arena *a,
                                   const struct user_filter *filter, struct user_slice *out,
                                   int64_t *total)
{
    PASS(user_reader, r, "user_reader_find");
    return user_reader_find(s->inner->readers.users, a, filter, out, total);
}

static err faulty_user_reader_get_invited(struct user_reader *r, struct arena *a,
                                          str invitation_hash, struct user *out)
{
    PASS(user_reader, r, "user_reader_get_invited");
    return user_reader_get_invited(s->inner->readers.users, a, invitation_hash, out);
}

static const struct user_reader_ops faulty_user_reader_ops = {
    .get = faulty_user_reader_get,
    .get_by_key = faulty_user_reader_get_by_key,
    .get_by_email = faulty_user_reader_get_by_email,
    .get_invited = faulty_user_reader_get_invited,
    .get_by_reset_hash = faulty_user_reader_get_by_reset_hash,
    .find = faulty_user_reader_find,
};

static err faulty_user_writer_add(struct user_writer *w, struct user *user)
{
    PASS(user_writer, w, "user_writer_add");
    return user_writer_add(s->inner->uow.users, user);
}

static err faulty_user_writer_save(struct user_writer *w, struct user *user)
{
    PASS(user_writer, w, "user_writer_save");
    return user_writer_save(s->inner->uow.users, user);
}

static err faulty_user_writer_remove(struct user_writer *w, int64_t key)
{
    PASS(user_writer, w, "user_writer_remove");
    return user_writer_remove(s->inner->uow.users, key);
}

static err faulty_user_writer_note_sign_in(struct user_writer *w, int64_t key, instant now)
{
    PASS(user_writer, w, "user_writer_note_sign_in");
    return user_writer_note_sign_in(s->inner->uow.users, key, now);
}

static const struct user_writer_ops faulty_user_writer_ops = {
    .add = faulty_user_writer_add,
    .save = faulty_user_writer_save,
    .remove = faulty_user_writer_remove,
    .note_sign_in = faulty_user_writer_note_sign_in,
};

static err faulty_session_reader_get(struct session_reader *r, struct arena *a, uuid id,
                                     struct session *out)
{
    PASS(session_reader, r, "session_reader_get");
    return session_reader_get(s->inner->readers.sessions, a, id, out);
}

static err faulty_session_reader_live(struct session_reader *r, struct arena *a, int64_t user_key,
                                      instant now, struct session_slice *out)
{
    PASS(session_reader, r, "session_reader_live");
    return session_reader_live(s->inner->readers.sessions, a, user_key, now, out);
}

static const struct session_reader_ops faulty_session_reader_ops = {
    .get = faulty_session_reader_get,
    .live = faulty_session_reader_live,
};

static err faulty_session_writer_add(struct session_writer *w, struct session *session)
{
    PASS(session_writer, w, "session_writer_add");
    return session_writer_add(s->inner->uow.sessions, session);
}

static err faulty_session_writer_save(struct session_writer *w, struct session *session)
{
    PASS(session_writer, w, "session_writer_save");
    return session_writer_save(s->inner->uow.sessions, session);
}

static err faulty_session_writer_revoke_user(struct session_writer *w, int64_t user_key,
                                             instant now)
{
    PASS(session_writer, w, "session_writer_revoke_user");
    return session_writer_revoke_user(s->inner->uow.sessions, user_key, now);
}

static err faulty_session_writer_revoke_others(struct session_writer *w, struct arena *a,
                                               int64_t user_key, uuid kept, instant now,
                                               struct uuid_slice *out)
{
    PASS(session_writer, w, "session_writer_revoke_others");
    return session_writer_revoke_others(s->inner->uow.sessions, a, user_key, kept, now, out);
}

static err faulty_session_writer_touch(struct session_writer *w, uuid id, instant at)
{
    PASS(session_writer, w, "session_writer_touch");
    return session_writer_touch(s->inner->uow.sessions, id, at);
}

static err faulty_session_writer_note_device(struct session_writer *w, int64_t user_key, str device,
                                             instant now, enum device_news *out)
{
    PASS(session_writer, w, "session_writer_note_device");
    return session_writer_note_device(s->inner->uow.sessions, user_key, device, now, out);
}

static err faulty_session_writer_purge(struct session_writer *w, instant ended_before,
                                       int64_t *count)
{
    PASS(session_writer, w, "session_writer_purge");
    return session_writer_purge(s->inner->uow.sessions, ended_before, count);
}

static const struct session_writer_ops faulty_session_writer_ops = {
    .add = faulty_session_writer_add,
    .save = faulty_session_writer_save,
    .revoke_user = faulty_session_writer_revoke_user,
    .revoke_others = faulty_session_writer_revoke_others,
    .touch = faulty_session_writer_touch,
    .purge = faulty_session_writer_purge,
    .note_device = faulty_session_writer_note_device,
};

static err faulty_image_reader_find(struct image_reader *r, struct arena *a,
                                    const struct image_filter *filter, struct image_page *out)
{
    PASS(image_reader, r, "image_reader_find");
    return image_reader_find(s->inner->readers.images, a, filter, out);
}

static err faulty_image_reader_get_study(struct image_reader *r, struct arena *a,
                                         const struct access *access, uuid id, struct study *out)
{
    PASS(image_reader, r, "image_reader_get_study");
    return image_reader_get_study(s->inner->readers.images, a, access, id, out);
}

static err faulty_image_reader_get_series(struct image_reader *r, struct arena *a,
                                          const struct access *access, uuid id, struct series *out)
{
    PASS(image_reader, r, "image_reader_get_series");
    return image_reader_get_series(s->inner->readers.images, a, access, id, out);
}

static err faulty_image_reader_get_instance(struct image_reader *r, struct arena *a,
                                            const struct access *access, uuid id,
                                            struct instance *out)
{
    PASS(image_reader, r, "image_reader_get_instance");
    return image_reader_get_instance(s->inner->readers.images, a, access, id, out);
}

static err faulty_image_reader_locate(struct image_reader *r, struct arena *a,
                                      const struct access *access, str study_uid, str series_uid,
                                      str sop_uid, struct image_row *out)
{
    PASS(image_reader, r, "image_reader_locate");
    return image_reader_locate(s->inner->readers.images, a, access, study_uid, series_uid, sop_uid,
                               out);
}

static err faulty_image_reader_blobs(struct image_reader *r, struct arena *a, int64_t instance_key,
                                     bool with_metadata, struct instance_blobs *out)
{
    PASS(image_reader, r, "image_reader_blobs");
    return image_reader_blobs(s->inner->readers.images, a, instance_key, with_metadata, out);
}

static err faulty_image_reader_each_instance(struct image_reader *r, struct arena *a,
                                             int64_t study_key, int64_t series_key, bool with_blobs,
                                             struct image_sink *sink)
{
    PASS(image_reader, r, "image_reader_each_instance");
    return image_reader_each_instance(s->inner->readers.images, a, study_key, series_key,
                                      with_blobs, sink);
}

static err faulty_image_reader_each_match(struct image_reader *r, struct arena *a,
                                          const struct image_filter *filter, uint32_t count_max,
                                          struct image_sink *sink)
{
    PASS(image_reader, r, "image_reader_each_match");
    return image_reader_each_match(s->inner->readers.images, a, filter, count_max, sink);
}

static err faulty_image_reader_each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                                          struct image_sink *sink)
{
    PASS(image_reader, r, "image_reader_each_after");
    return image_reader_each_after(s->inner->readers.images, after_key, limit, sink);
}

static err faulty_image_reader_each_stored(struct image_reader *r, int64_t study_key,
                                           struct image_sink *sink)
{
    PASS(image_reader, r, "image_reader_each_stored");
    return image_reader_each_stored(s->inner->readers.images, study_key, sink);
}

static err faulty_image_reader_is_referenced(struct image_reader *r, str object_name, bool *out)
{
    PASS(image_reader, r, "image_reader_is_referenced");
    return image_reader_is_referenced(s->inner->readers.images, object_name, out);
}

static err faulty_image_reader_statistics(struct image_reader *r, int64_t organization_key,
                                          int64_t *studies, int64_t *instances, int64_t *size)
{
    PASS(image_reader, r, "image_reader_statistics");
    return image_reader_statistics(s->inner->readers.images, organization_key, studies, instances,
                                   size);
}

static err faulty_image_reader_versions(struct image_reader *r, struct arena *a,
                                        int64_t instance_key, uint64_t offset, uint32_t limit,
                                        struct instance_version_slice *out, int64_t *total)
{
    PASS(image_reader, r, "image_reader_versions");
    return image_reader_versions(s->inner->readers.images, a, instance_key, offset, limit, out,
                                 total);
}

static err faulty_image_reader_get_version(struct image_reader *r, struct arena *a,
                                           int64_t instance_key, uuid id,
                                           struct instance_version *out)
{
    PASS(image_reader, r, "image_reader_get_version");
    return image_reader_get_version(s->inner->readers.images, a, instance_key, id, out);
}

static err faulty_image_reader_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                                         struct key_slice *out)
{
    PASS(image_reader, r, "image_reader_uncounted");
    return image_reader_uncounted(s->inner->readers.images, a, limit, out);
}

static const struct image_reader_ops faulty_image_reader_ops = {
    .find = faulty_image_reader_find,
    .get_study = faulty_image_reader_get_study,
    .get_series = faulty_image_reader_get_series,
    .get_instance = faulty_image_reader_get_instance,
    .locate = faulty_image_reader_locate,
    .blobs = faulty_image_reader_blobs,
    .each_instance = faulty_image_reader_each_instance,
    .each_match = faulty_image_reader_each_match,
    .each_after = faulty_image_reader_each_after,
    .each_stored = faulty_image_reader_each_stored,
    .is_referenced = faulty_image_reader_is_referenced,
    .statistics = faulty_image_reader_statistics,
    .versions = faulty_image_reader_versions,
    .get_version = faulty_image_reader_get_version,
    .uncounted = faulty_image_reader_uncounted,
};

static err faulty_attribute_reader_list(struct attribute_reader *r, struct arena *a,
                                        int64_t organization_key,
                                        struct indexed_attribute_slice *out)
{
    PASS(attribute_reader, r, "attribute_reader_list");
    return attribute_reader_list(s->inner->readers.attributes, a, organization_key, out);
}

static err faulty_attribute_reader_get(struct attribute_reader *r, struct arena *a,
                                       int64_t organization_key, uuid id,
                                       struct indexed_attribute *out)
{
    PASS(attribute_reader, r, "attribute_reader_get");
    return attribute_reader_get(s->inner->readers.attributes, a, organization_key, id, out);
}

static err faulty_attribute_reader_unfinished(struct attribute_reader *r, struct arena *a,
                                              struct indexed_attribute_slice *out)
{
    PASS(attribute_reader, r, "attribute_reader_unfinished");
    return attribute_reader_unfinished(s->inner->readers.attributes, a, out);
}

static const struct attribute_reader_ops faulty_attribute_reader_ops = {
    .list = faulty_attribute_reader_list,
    .get = faulty_attribute_reader_get,
    .unfinished = faulty_attribute_reader_unfinished,
};

static err faulty_attribute_writer_add(struct attribute_writer *w,
                                       struct indexed_attribute *attribute)
{
    PASS(attribute_writer, w, "attribute_writer_add");
    return attribute_writer_add(s->inner->uow.attributes, attribute);
}

static err faulty_attribute_writer_save(struct attribute_writer *w,
                                        struct indexed_attribute *attribute)
{
    PASS(attribute_writer, w, "attribute_writer_save");
    return attribute_writer_save(s->inner->uow.attributes, attribute);
}

static err faulty_attribute_writer_remove(struct attribute_writer *w, int64_t key)
{
    PASS(attribute_writer, w, "attribute_writer_remove");
    return attribute_writer_remove(s->inner->uow.attributes, key);
}

static err faulty_attribute_writer_mark_incomplete(struct attribute_writer *w, int64_t key)
{
    PASS(attribute_writer, w, "attribute_writer_mark_incomplete");
    return attribute_writer_mark_incomplete(s->inner->uow.attributes, key);
}

static err faulty_attribute_writer_put(struct attribute_writer *w, const struct instance *instance,
                                       const struct kept_values *kept)
{
    PASS(attribute_writer, w, "attribute_writer_put");
    return attribute_writer_put(s->inner->uow.attributes, instance, kept);
}

static err faulty_attribute_writer_forget(struct attribute_writer *w,
                                          const struct instance *instance)
{
    PASS(attribute_writer, w, "attribute_writer_forget");
    return attribute_writer_forget(s->inner->uow.attributes, instance);
}

static err faulty_attribute_writer_discard(struct attribute_writer *w, int64_t key, uint32_t limit,
                                           int64_t *count)
{
    PASS(attribute_writer, w, "attribute_writer_discard");
    return attribute_writer_discard(s->inner->uow.attributes, key, limit, count);
}

static const struct attribute_writer_ops faulty_attribute_writer_ops = {
    .add = faulty_attribute_writer_add,
    .save = faulty_attribute_writer_save,
    .remove = faulty_attribute_writer_remove,
    .mark_incomplete = faulty_attribute_writer_mark_incomplete,
    .put = faulty_attribute_writer_put,
    .forget = faulty_attribute_writer_forget,
    .discard = faulty_attribute_writer_discard,
};

static err faulty_image_writer_locate(struct image_writer *w, struct arena *a,
                                      int64_t organization_key, str study_uid, str series_uid,
                                      str sop_uid, struct image_row *out)
{
    PASS(image_writer, w, "image_writer_locate");
    return image_writer_locate(s->inner->uow.images, a, organization_key, study_uid, series_uid,
                               sop_uid, out);
}

static err faulty_image_writer_locate_patient(struct image_writer *w, struct arena *a,
                                              int64_t organization_key, str patient_id, str issuer,
                                              struct patient *out)
{
    PASS(image_writer, w, "image_writer_locate_patient");
    return image_writer_locate_patient(s->inner->uow.images, a, organization_key, patient_id,
                                       issuer, out);
}

static err faulty_image_writer_add_patient(struct image_writer *w, struct patient *patient)
{
    PASS(image_writer, w, "image_writer_add_patient");
    return image_writer_add_patient(s->inner->uow.images, patient);
}

static err faulty_image_writer_add_study(struct image_writer *w, struct study *study)
{
    PASS(image_writer, w, "image_writer_add_study");
    return image_writer_add_study(s->inner->uow.images, study);
}

static err faulty_image_writer_add_series(struct image_writer *w, struct series *series)
{
    PASS(image_writer, w, "image_writer_add_series");
    return image_writer_add_series(s->inner->uow.images, series);
}

static err faulty_image_writer_add_instance(struct image_writer *w, struct instance *instance,
                                            const struct instance_blobs *blobs)
{
    PASS(image_writer, w, "image_writer_add_instance");
    return image_writer_add_instance(s->inner->uow.images, instance, blobs);
}

static err faulty_image_writer_save_study(struct image_writer *w, struct study *study)
{
    PASS(image_writer, w, "image_writer_save_study");
    return image_writer_save_study(s->inner->uow.images, study);
}

static err faulty_image_writer_save_series(struct image_writer *w, struct series *series)
{
    PASS(image_writer, w, "image_writer_save_series");
    return image_writer_save_series(s->inner->uow.images, series);
}

static err faulty_image_writer_save_instance(struct image_writer *w, struct instance *instance)
{
    PASS(image_writer, w, "image_writer_save_instance");
    return image_writer_save_instance(s->inner->uow.images, instance);
}

static err faulty_image_writer_locate_id(struct image_writer *w, struct arena *a,
                                         int64_t organization_key, enum image_level level, uuid id,
                                         struct image_row *out)
{
    PASS(image_writer, w, "image_writer_locate_id");
    return image_writer_locate_id(s->inner->uow.images, a, organization_key, level, id, out);
}

static err faulty_image_writer_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                                        struct image_contents *out)
{
    PASS(image_writer, w, "image_writer_contents");
    return image_writer_contents(s->inner->uow.images, a, study_key, out);
}

static err faulty_image_writer_revive(struct image_writer *w, int64_t study_key, int64_t series_key,
                                      instant now)
{
    PASS(image_writer, w, "image_writer_revive");
    return image_writer_revive(s->inner->uow.images, study_key, series_key, now);
}

static err faulty_image_writer_replace_instance(struct image_writer *w, struct instance *instance,
                                                const struct instance_blobs *blobs)
{
    PASS(image_writer, w, "image_writer_replace_instance");
    return image_writer_replace_instance(s->inner->uow.images, instance, blobs);
}

static err faulty_image_writer_add_version(struct image_writer *w, struct instance_version *version)
{
    PASS(image_writer, w, "image_writer_add_version");
    return image_writer_add_version(s->inner->uow.images, version);
}

static err faulty_image_writer_remove_version(struct image_writer *w, int64_t key)
{
    PASS(image_writer, w, "image_writer_remove_version");
    return image_writer_remove_version(s->inner->uow.images, key);
}

static err faulty_image_writer_set_transfer_syntaxes(struct image_writer *w, enum image_level level,
                                                     int64_t key, str set)
{
    PASS(image_writer, w, "image_writer_set_transfer_syntaxes");
    return image_writer_set_transfer_syntaxes(s->inner->uow.images, level, key, set);
}

static err faulty_image_writer_count_instance(struct image_writer *w, struct study *study,
                                              struct series *series)
{
    PASS(image_writer, w, "image_writer_count_instance");
    return image_writer_count_instance(s->inner->uow.images, study, series);
}

static err faulty_image_writer_purge(struct image_writer *w, enum image_level level,
                                     const struct image_row *row, instant now, bool *is_gone)
{
    PASS(image_writer, w, "image_writer_purge");
    return image_writer_purge(s->inner->uow.images, level, row, now, is_gone);
}

static const struct image_writer_ops faulty_image_writer_ops = {
    .locate = faulty_image_writer_locate,
    .locate_patient = faulty_image_writer_locate_patient,
    .add_patient = faulty_image_writer_add_patient,
    .add_study = faulty_image_writer_add_study,
    .add_series = faulty_image_writer_add_series,
    .add_instance = faulty_image_writer_add_instance,
    .save_study = faulty_image_writer_save_study,
    .save_series = faulty_image_writer_save_series,
    .save_instance = faulty_image_writer_save_instance,
    .locate_id = faulty_image_writer_locate_id,
    .contents = faulty_image_writer_contents,
    .revive = faulty_image_writer_revive,
    .set_transfer_syntaxes = faulty_image_writer_set_transfer_syntaxes,
    .replace_instance = faulty_image_writer_replace_instance,
    .add_version = faulty_image_writer_add_version,
    .remove_version = faulty_image_writer_remove_version,
    .count_instance = faulty_image_writer_count_instance,
    .purge = faulty_image_writer_purge,
};

static err faulty_non_patient_reader_find(struct non_patient_reader *r, struct arena *a,
                                          const struct image_filter *filter, struct image_page *out)
{
    PASS(non_patient_reader, r, "non_patient_reader_find");
    return non_patient_reader_find(s->inner->readers.non_patient, a, filter, out);
}

static err faulty_non_patient_reader_locate(struct non_patient_reader *r, struct arena *a,
                                            int64_t organization_key,
                                            enum non_patient_category category, str sop_uid,
                                            struct non_patient_object *out)
{
    PASS(non_patient_reader, r, "non_patient_reader_locate");
    return non_patient_reader_locate(s->inner->readers.non_patient, a, organization_key, category,
                                     sop_uid, out);
}

static err faulty_non_patient_reader_blobs(struct non_patient_reader *r, struct arena *a,
                                           int64_t object_key, struct instance_blobs *out)
{
    PASS(non_patient_reader, r, "non_patient_reader_blobs");
    return non_patient_reader_blobs(s->inner->readers.non_patient, a, object_key, out);
}

static const struct non_patient_reader_ops faulty_non_patient_reader_ops = {
    .find = faulty_non_patient_reader_find,
    .locate = faulty_non_patient_reader_locate,
    .blobs = faulty_non_patient_reader_blobs,
};

static err faulty_non_patient_writer_locate(struct non_patient_writer *w, struct arena *a,
                                            int64_t organization_key, str sop_uid,
                                            struct non_patient_object *out)
{
    PASS(non_patient_writer, w, "non_patient_writer_locate");
    return non_patient_writer_locate(s->inner->uow.non_patient, a, organization_key, sop_uid, out);
}

static err faulty_non_patient_writer_add(struct non_patient_writer *w,
                                         struct non_patient_object *object,
                                         const struct instance_blobs *blobs)
{
    PASS(non_patient_writer, w, "non_patient_writer_add");
    return non_patient_writer_add(s->inner->uow.non_patient, object, blobs);
}

static const struct non_patient_writer_ops faulty_non_patient_writer_ops = {
    .locate = faulty_non_patient_writer_locate,
    .add = faulty_non_patient_writer_add,
};

static err faulty_change_reader_find(struct change_reader *r, struct arena *a,
                                     int64_t organization_key, int64_t since, uint32_t limit,
                                     struct change_slice *out)
{
    PASS(change_reader, r, "change_reader_find");
    return change_reader_find(s->inner->readers.changes, a, organization_key, since, limit, out);
}

static const struct change_reader_ops faulty_change_reader_ops = {
    .find = faulty_change_reader_find,
};

static err faulty_idempotency_reader_find(struct idempotency_reader *r, struct arena *a,
                                          int64_t organization_key, uuid user_id, str key,
                                          struct idempotency_record *out)
{
    PASS(idempotency_reader, r, "idempotency_reader_find");
    return idempotency_reader_find(s->inner->readers.idempotency, a, organization_key, user_id, key,
                                   out);
}

static const struct idempotency_reader_ops faulty_idempotency_reader_ops = {
    .find = faulty_idempotency_reader_find,
};

static err faulty_idempotency_writer_add(struct idempotency_writer *w,
                                         struct idempotency_record *record)
{
    PASS(idempotency_writer, w, "idempotency_writer_add");
    return idempotency_writer_add(s->inner->uow.idempotency, record);
}

static err faulty_idempotency_writer_purge(struct idempotency_writer *w, instant made_before,
                                           int64_t *count)
{
    PASS(idempotency_writer, w, "idempotency_writer_purge");
    return idempotency_writer_purge(s->inner->uow.idempotency, made_before, count);
}

static const struct idempotency_writer_ops faulty_idempotency_writer_ops = {
    .add = faulty_idempotency_writer_add,
    .purge = faulty_idempotency_writer_purge,
};

static err faulty_lease_writer_take(struct lease_writer *w, struct lease *lease, instant now)
{
    PASS(lease_writer, w, "lease_writer_take");
    return lease_writer_take(s->inner->uow.leases, lease, now);
}

static err faulty_lease_writer_release(struct lease_writer *w, str name, uuid holder)
{
    PASS(lease_writer, w, "lease_writer_release");
    return lease_writer_release(s->inner->uow.leases, name, holder);
}

static const struct lease_writer_ops faulty_lease_writer_ops = {
    .take = faulty_lease_writer_take, .release = faulty_lease_writer_release};

static struct faulty_context *self(struct db_context *c)
{
    return container_of(c, struct faulty_context, base);
}

static const struct db_repositories repositories = {
    .organization_reader = {&faulty_organization_reader_ops},
    .organization_writer = {&faulty_organization_writer_ops},
    .user_reader = {&faulty_user_reader_ops},
    .user_writer = {&faulty_user_writer_ops},
    .session_reader = {&faulty_session_reader_ops},
    .session_writer = {&faulty_session_writer_ops},
    .signing_key_reader = {&faulty_signing_key_reader_ops},
    .signing_key_writer = {&faulty_signing_key_writer_ops},
    .password_request_writer = {&faulty_password_request_writer_ops},
    .image_reader = {&faulty_image_reader_ops},
    .image_writer = {&faulty_image_writer_ops},
    .non_patient_reader = {&faulty_non_patient_reader_ops},
    .non_patient_writer = {&faulty_non_patient_writer_ops},
    .attribute_reader = {&faulty_attribute_reader_ops},
    .attribute_writer = {&faulty_attribute_writer_ops},
    .audit_reader = {&faulty_audit_reader_ops},
    .audit_writer = {&faulty_audit_writer_ops},
    .change_reader = {&faulty_change_reader_ops},
    .idempotency_reader = {&faulty_idempotency_reader_ops},
    .idempotency_writer = {&faulty_idempotency_writer_ops},
    .lease_writer = {&faulty_lease_writer_ops},
    .work_item_reader = {&faulty_work_item_reader_ops},
    .work_item_writer = {&faulty_work_item_writer_ops},
    .grant_reader = {&faulty_grant_reader_ops},
    .grant_writer = {&faulty_grant_writer_ops},
    .mail_reader = {&faulty_mail_reader_ops},
    .mail_writer = {&faulty_mail_writer_ops},
    .role_reader = {&faulty_role_reader_ops},
    .role_writer = {&faulty_role_writer_ops},
    .group_reader = {&faulty_group_reader_ops},
    .group_writer = {&faulty_group_writer_ops},
    .share_reader = {&faulty_share_reader_ops},
    .share_writer = {&faulty_share_writer_ops},
    .album_reader = {&faulty_album_reader_ops},
    .album_writer = {&faulty_album_writer_ops},
    .api_key_reader = {&faulty_api_key_reader_ops},
    .api_key_writer = {&faulty_api_key_writer_ops},
    .upload_reader = {&faulty_upload_reader_ops},
    .upload_writer = {&faulty_upload_writer_ops},
    .task_reader = {&faulty_task_reader_ops},
    .task_writer = {&faulty_task_writer_ops},
    .disclosure_reader = {&faulty_disclosure_reader_ops},
    .disclosure_writer = {&faulty_disclosure_writer_ops},
    .webhook_reader = {&faulty_webhook_reader_ops},
    .webhook_writer = {&faulty_webhook_writer_ops},
    .notification_reader = {&faulty_notification_reader_ops},
    .notification_writer = {&faulty_notification_writer_ops},
    .report_reader = {&faulty_report_reader_ops},
    .report_writer = {&faulty_report_writer_ops},
    .report_template_reader = {&faulty_report_template_reader_ops},
    .report_template_writer = {&faulty_report_template_writer_ops},
    .schedule_reader = {&faulty_schedule_reader_ops},
    .identity_reader = {&faulty_identity_reader_ops},
    .schedule_writer = {&faulty_schedule_writer_ops},
    .retention_reader = {&faulty_retention_reader_ops},
    .retention_writer = {&faulty_retention_writer_ops},
    .identity_writer = {&faulty_identity_writer_ops},
    .event_reader = {&faulty_event_reader_ops},
    .event_writer = {&faulty_event_writer_ops},
    .outbox = {&faulty_outbox_ops},
};

static err faulty_session_begin(struct db_context *context, struct arena *a, struct clock *clock,
                                struct db_session **out)
{
    struct faulty_session *s = NEW(a, struct faulty_session);
    TRY(fault_pass(self(context)->fault, "session_begin"));
    *s = (struct faulty_session){
        .fault = self(context)->fault,
    };
    TRY(db_session_begin(self(context)->inner, a, clock, &s->inner));
    db_session_init(&s->base, context, &repositories);
    *out = &s->base;
    return OK;
}

static err faulty_session_commit(struct db_session *base)
{
    struct faulty_session *s = container_of(base, struct faulty_session, base);
    TRY(fault_pass(s->fault, "session_commit"));
    return db_session_commit(s->inner);
}

static void faulty_session_end(struct db_session *base)
{
    db_session_end(container_of(base, struct faulty_session, base)->inner);
}

static err faulty_health(struct db_context *context)
{
    TRY(fault_pass(self(context)->fault, "health"));
    return db_health(self(context)->inner);
}

static const struct db_context_ops faulty_context_ops = {.session_begin = faulty_session_begin,
                                                         .session_commit = faulty_session_commit,
                                                         .session_end = faulty_session_end,
                                                         .health = faulty_health};

void faulty_context_init(struct faulty_context *c, struct db_context *inner, struct fault *fault)
{
    *c = (struct faulty_context){
        .base = {.ops = &faulty_context_ops}, .inner = inner, .fault = fault};
}
