/* Reports that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_report_reader_get(struct report_reader *r, struct arena *a,
                                    const struct access *access, bool shows_drafts, uuid id,
                                    struct report *out)
{
    PASS(report_reader, r, "report_reader_get");
    return report_reader_get(s->inner->readers.reports, a, access, shows_drafts, id, out);
}

static err faulty_report_reader_get_by_key(struct report_reader *r, struct arena *a, int64_t key,
                                           struct report *out)
{
    PASS(report_reader, r, "report_reader_get_by_key");
    return report_reader_get_by_key(s->inner->readers.reports, a, key, out);
}

static err faulty_report_reader_find(struct report_reader *r, struct arena *a,
                                     const struct report_filter *filter, struct report_slice *out,
                                     int64_t *total)
{
    PASS(report_reader, r, "report_reader_find");
    return report_reader_find(s->inner->readers.reports, a, filter, out, total);
}

static err faulty_report_reader_get_version(struct report_reader *r, struct arena *a,
                                            int64_t report_key, int64_t number,
                                            struct report_version *out)
{
    PASS(report_reader, r, "report_reader_get_version");
    return report_reader_get_version(s->inner->readers.reports, a, report_key, number, out);
}

static err faulty_report_reader_get_version_by_code(struct report_reader *r, struct arena *a,
                                                    str code, struct report_version *out)
{
    PASS(report_reader, r, "report_reader_get_version_by_code");
    return report_reader_get_version_by_code(s->inner->readers.reports, a, code, out);
}

static err faulty_report_reader_find_versions(struct report_reader *r, struct arena *a,
                                              int64_t report_key, struct report_version_slice *out)
{
    PASS(report_reader, r, "report_reader_find_versions");
    return report_reader_find_versions(s->inner->readers.reports, a, report_key, out);
}

static err faulty_report_reader_get_lock(struct report_reader *r, struct arena *a,
                                         int64_t report_key, struct report_lock *out)
{
    PASS(report_reader, r, "report_reader_get_lock");
    return report_reader_get_lock(s->inner->readers.reports, a, report_key, out);
}

static err faulty_report_reader_get_critical(struct report_reader *r, struct arena *a,
                                             int64_t report_key, struct critical_result *out)
{
    PASS(report_reader, r, "report_reader_get_critical");
    return report_reader_get_critical(s->inner->readers.reports, a, report_key, out);
}

static err faulty_report_reader_find_due(struct report_reader *r, struct arena *a, instant now,
                                         uint32_t limit, struct critical_result_slice *out)
{
    PASS(report_reader, r, "report_reader_find_due");
    return report_reader_find_due(s->inner->readers.reports, a, now, limit, out);
}

const struct report_reader_ops faulty_report_reader_ops = {
    .get = faulty_report_reader_get,
    .get_by_key = faulty_report_reader_get_by_key,
    .find = faulty_report_reader_find,
    .get_version = faulty_report_reader_get_version,
    .get_version_by_code = faulty_report_reader_get_version_by_code,
    .find_versions = faulty_report_reader_find_versions,
    .get_lock = faulty_report_reader_get_lock,
    .get_critical = faulty_report_reader_get_critical,
    .find_due = faulty_report_reader_find_due,
};

static err faulty_report_writer_add(struct report_writer *w, struct report *report)
{
    PASS(report_writer, w, "report_writer_add");
    return report_writer_add(s->inner->uow.reports, report);
}

static err faulty_report_writer_save(struct report_writer *w, struct report *report)
{
    PASS(report_writer, w, "report_writer_save");
    return report_writer_save(s->inner->uow.reports, report);
}

static err faulty_report_writer_add_version(struct report_writer *w, struct report_version *version)
{
    PASS(report_writer, w, "report_writer_add_version");
    return report_writer_add_version(s->inner->uow.reports, version);
}

static err faulty_report_writer_save_version(struct report_writer *w,
                                             struct report_version *version)
{
    PASS(report_writer, w, "report_writer_save_version");
    return report_writer_save_version(s->inner->uow.reports, version);
}

static err faulty_report_writer_remove_version(struct report_writer *w, int64_t key)
{
    PASS(report_writer, w, "report_writer_remove_version");
    return report_writer_remove_version(s->inner->uow.reports, key);
}

static err faulty_report_writer_locate_lock(struct report_writer *w, struct arena *a,
                                            int64_t report_key, struct report_lock *out)
{
    PASS(report_writer, w, "report_writer_locate_lock");
    return report_writer_locate_lock(s->inner->uow.reports, a, report_key, out);
}

static err faulty_report_writer_put_lock(struct report_writer *w, struct report_lock *lock)
{
    PASS(report_writer, w, "report_writer_put_lock");
    return report_writer_put_lock(s->inner->uow.reports, lock);
}

static err faulty_report_writer_remove_lock(struct report_writer *w, int64_t report_key)
{
    PASS(report_writer, w, "report_writer_remove_lock");
    return report_writer_remove_lock(s->inner->uow.reports, report_key);
}

static err faulty_report_writer_add_critical(struct report_writer *w,
                                             struct critical_result *critical)
{
    PASS(report_writer, w, "report_writer_add_critical");
    return report_writer_add_critical(s->inner->uow.reports, critical);
}

static err faulty_report_writer_save_critical(struct report_writer *w,
                                              struct critical_result *critical)
{
    PASS(report_writer, w, "report_writer_save_critical");
    return report_writer_save_critical(s->inner->uow.reports, critical);
}

const struct report_writer_ops faulty_report_writer_ops = {
    .add = faulty_report_writer_add,
    .save = faulty_report_writer_save,
    .add_version = faulty_report_writer_add_version,
    .save_version = faulty_report_writer_save_version,
    .remove_version = faulty_report_writer_remove_version,
    .locate_lock = faulty_report_writer_locate_lock,
    .put_lock = faulty_report_writer_put_lock,
    .remove_lock = faulty_report_writer_remove_lock,
    .add_critical = faulty_report_writer_add_critical,
    .save_critical = faulty_report_writer_save_critical,
};

static err faulty_report_template_reader_get(struct report_template_reader *r, struct arena *a,
                                             int64_t organization_key, uuid id,
                                             struct report_template *out)
{
    PASS(report_template_reader, r, "report_template_reader_get");
    return report_template_reader_get(s->inner->readers.report_templates, a, organization_key, id,
                                      out);
}

static err faulty_report_template_reader_find(struct report_template_reader *r, struct arena *a,
                                              const struct report_template_filter *filter,
                                              struct report_template_slice *out, int64_t *total)
{
    PASS(report_template_reader, r, "report_template_reader_find");
    return report_template_reader_find(s->inner->readers.report_templates, a, filter, out, total);
}

const struct report_template_reader_ops faulty_report_template_reader_ops = {
    .get = faulty_report_template_reader_get,
    .find = faulty_report_template_reader_find,
};

static err faulty_report_template_writer_add(struct report_template_writer *w,
                                             struct report_template *object)
{
    PASS(report_template_writer, w, "report_template_writer_add");
    return report_template_writer_add(s->inner->uow.report_templates, object);
}

static err faulty_report_template_writer_save(struct report_template_writer *w,
                                              struct report_template *object)
{
    PASS(report_template_writer, w, "report_template_writer_save");
    return report_template_writer_save(s->inner->uow.report_templates, object);
}

static err faulty_report_template_writer_remove(struct report_template_writer *w, int64_t key)
{
    PASS(report_template_writer, w, "report_template_writer_remove");
    return report_template_writer_remove(s->inner->uow.report_templates, key);
}

const struct report_template_writer_ops faulty_report_template_writer_ops = {
    .add = faulty_report_template_writer_add,
    .save = faulty_report_template_writer_save,
    .remove = faulty_report_template_writer_remove,
};
