/* Roles and groups that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_role_reader_get(struct role_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct custom_role *out)
{
    PASS(role_reader, r, "role_reader_get");
    return role_reader_get(s->inner->readers.roles, a, organization_key, id, out);
}

static err faulty_role_reader_get_by_key(struct role_reader *r, struct arena *a, int64_t key,
                                         struct custom_role *out)
{
    PASS(role_reader, r, "role_reader_get_by_key");
    return role_reader_get_by_key(s->inner->readers.roles, a, key, out);
}

static err faulty_role_reader_all(struct role_reader *r, struct arena *a, int64_t organization_key,
                                  struct custom_role_slice *out)
{
    PASS(role_reader, r, "role_reader_all");
    return role_reader_all(s->inner->readers.roles, a, organization_key, out);
}

const struct role_reader_ops faulty_role_reader_ops = {
    .get = faulty_role_reader_get,
    .get_by_key = faulty_role_reader_get_by_key,
    .all = faulty_role_reader_all,
};

static err faulty_role_writer_add(struct role_writer *w, struct custom_role *role)
{
    PASS(role_writer, w, "role_writer_add");
    return role_writer_add(s->inner->uow.roles, role);
}

static err faulty_role_writer_save(struct role_writer *w, struct custom_role *role)
{
    PASS(role_writer, w, "role_writer_save");
    return role_writer_save(s->inner->uow.roles, role);
}

static err faulty_role_writer_remove(struct role_writer *w, int64_t key)
{
    PASS(role_writer, w, "role_writer_remove");
    return role_writer_remove(s->inner->uow.roles, key);
}

const struct role_writer_ops faulty_role_writer_ops = {
    .add = faulty_role_writer_add,
    .save = faulty_role_writer_save,
    .remove = faulty_role_writer_remove,
};

static err faulty_group_reader_get(struct group_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct user_group *out)
{
    PASS(group_reader, r, "group_reader_get");
    return group_reader_get(s->inner->readers.groups, a, organization_key, id, out);
}

static err faulty_group_reader_find(struct group_reader *r, struct arena *a,
                                    const struct group_filter *filter, struct user_group_slice *out,
                                    int64_t *total)
{
    PASS(group_reader, r, "group_reader_find");
    return group_reader_find(s->inner->readers.groups, a, filter, out, total);
}

const struct group_reader_ops faulty_group_reader_ops = {
    .get = faulty_group_reader_get,
    .find = faulty_group_reader_find,
};

static err faulty_group_writer_add(struct group_writer *w, struct user_group *group)
{
    PASS(group_writer, w, "group_writer_add");
    return group_writer_add(s->inner->uow.groups, group);
}

static err faulty_group_writer_save(struct group_writer *w, struct user_group *group)
{
    PASS(group_writer, w, "group_writer_save");
    return group_writer_save(s->inner->uow.groups, group);
}

static err faulty_group_writer_remove(struct group_writer *w, int64_t key)
{
    PASS(group_writer, w, "group_writer_remove");
    return group_writer_remove(s->inner->uow.groups, key);
}

static err faulty_group_writer_add_member(struct group_writer *w, int64_t group_key,
                                          int64_t user_key)
{
    PASS(group_writer, w, "group_writer_add_member");
    return group_writer_add_member(s->inner->uow.groups, group_key, user_key);
}

static err faulty_group_writer_remove_member(struct group_writer *w, int64_t group_key,
                                             int64_t user_key)
{
    PASS(group_writer, w, "group_writer_remove_member");
    return group_writer_remove_member(s->inner->uow.groups, group_key, user_key);
}

static err faulty_group_writer_remove_user(struct group_writer *w, int64_t user_key)
{
    PASS(group_writer, w, "group_writer_remove_user");
    return group_writer_remove_user(s->inner->uow.groups, user_key);
}

const struct group_writer_ops faulty_group_writer_ops = {
    .add = faulty_group_writer_add,
    .save = faulty_group_writer_save,
    .remove = faulty_group_writer_remove,
    .add_member = faulty_group_writer_add_member,
    .remove_member = faulty_group_writer_remove_member,
    .remove_user = faulty_group_writer_remove_user,
};
