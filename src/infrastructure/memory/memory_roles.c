/* The organizations' own roles, and groups, in memory. */
#include "infrastructure/memory/memory_grants.h"
#include "infrastructure/memory/memory_text.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_role(const void *row, const void *argument)
{
    const struct custom_role *role = row, *like = argument;
    return like->key != 0
               ? role->key == like->key
               : uuid_eq(role->id, like->id) && role->organization_key == like->organization_key;
}

static err get_role(struct role_reader *r, struct arena *a, int64_t organization_key, uuid id,
                    struct custom_role *out)
{
    const struct custom_role like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, role_reader), a, MEMORY_ROLES, is_role, &like, out);
}

static err get_role_by_key(struct role_reader *r, struct arena *a, int64_t key,
                           struct custom_role *out)
{
    const struct custom_role like = {.key = key};
    return key == 0
               ? ERR(NOT_FOUND, "not found")
               : memory_first(SESSION_OF(r, role_reader), a, MEMORY_ROLES, is_role, &like, out);
}

static err all_roles(struct role_reader *r, struct arena *a, int64_t organization_key,
                     struct custom_role_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, role_reader), MEMORY_ROLES);
    *out = (struct custom_role_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct custom_role *)rows->at[i])->organization_key == organization_key)
            memory_row_read(a, MEMORY_ROLES, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}
const struct role_reader_ops memory_role_reader_ops = {
    .get = get_role, .get_by_key = get_role_by_key, .all = all_roles};

static err add_role(struct role_writer *w, struct custom_role *role)
{
    return memory_insert(SESSION_OF(w, role_writer), MEMORY_ROLES, role);
}

static err save_role(struct role_writer *w, struct custom_role *role)
{
    return memory_update(SESSION_OF(w, role_writer), MEMORY_ROLES, role);
}

static err remove_role(struct role_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, role_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_ROLES], is_role,
                       &(struct custom_role){.key = key});
    return OK;
}
const struct role_writer_ops memory_role_writer_ops = {
    .add = add_role, .save = save_role, .remove = remove_role};

static bool is_group(const void *row, const void *argument)
{
    const struct user_group *group = row, *like = argument;
    return like->key != 0
               ? group->key == like->key
               : uuid_eq(group->id, like->id) && group->organization_key == like->organization_key;
}

static err get_group(struct group_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct user_group *out)
{
    const struct user_group like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, group_reader), a, MEMORY_GROUPS, is_group, &like, out);
}

static bool is_asked_for(const struct memory_state *state, const struct user_group *group,
                         const struct group_filter *f)
{
    return group->organization_key == f->organization_key &&
           (f->search.len == 0 || text_has(group->name, f->search)) &&
           (f->user_key == 0 || memory_is_member(state, group->key, f->user_key));
}

static int compare_groups(const void *one, const void *other)
{
    const struct user_group *a = *(const struct user_group *const *)one,
                            *b = *(const struct user_group *const *)other;
    int order = str_cmp(a->name, b->name);
    return order != 0 ? order : (a->key > b->key) - (a->key < b->key);
}

static err find_groups(struct group_reader *r, struct arena *a, const struct group_filter *f,
                       struct user_group_slice *out, int64_t *total)
{
    const struct memory_state *state = memory_read(SESSION_OF(r, group_reader));
    const struct memory_rows *rows = &state->tables[MEMORY_GROUPS];
    const struct user_group **found = NEW_ARRAY(a, const struct user_group *, rows->len + 1);
    size_t count = 0;
    *out = (struct user_group_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (is_asked_for(state, rows->at[i], f))
            found[count++] = rows->at[i];
    qsort(found, count, sizeof *found, compare_groups);
    for (size_t i = 0; i < count; i++)
        if (i >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_GROUPS, found[i], SLICE_PUSH(a, out));
    *total = (int64_t)count;
    return OK;
}
const struct group_reader_ops memory_group_reader_ops = {.get = get_group, .find = find_groups};

static err add_group(struct group_writer *w, struct user_group *group)
{
    return memory_insert(SESSION_OF(w, group_writer), MEMORY_GROUPS, group);
}

static err save_group(struct group_writer *w, struct user_group *group)
{
    return memory_update(SESSION_OF(w, group_writer), MEMORY_GROUPS, group);
}

/* By what is set. */
static bool is_membership(const void *row, const void *argument)
{
    const struct memory_membership *member = row, *like = argument;
    return (like->group_key == 0 || member->group_key == like->group_key) &&
           (like->user_key == 0 || member->user_key == like->user_key);
}

static int64_t remove_memberships(struct group_writer *w, int64_t group_key, int64_t user_key)
{
    struct memory_session *s = SESSION_OF(w, group_writer);
    return memory_rows_remove(
        &s->db->arena, &memory_write(s)->tables[MEMORY_GROUP_MEMBERS], is_membership,
        &(struct memory_membership){.group_key = group_key, .user_key = user_key});
}

static err remove_group(struct group_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, group_writer);
    remove_memberships(w, key, 0);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_GROUPS], is_group,
                       &(struct user_group){.key = key});
    return OK;
}

static err add_member(struct group_writer *w, int64_t group_key, int64_t user_key)
{
    struct memory_session *s = SESSION_OF(w, group_writer);
    struct memory_state *state = memory_write(s);
    struct memory_rows *rows = &state->tables[MEMORY_GROUP_MEMBERS];
    const struct user_group *group = memory_row_find(&state->tables[MEMORY_GROUPS], group_key);
    const struct user *user = memory_row_find(&state->tables[MEMORY_USERS], user_key);
    if (group == NULL || user == NULL || group->organization_key != user->organization_key)
        return ERR(CONFLICT, "what it belongs to is not there");
    if (memory_is_member(state, group_key, user_key))
        return OK;
    struct memory_membership *member = NEW(&s->db->arena, struct memory_membership);
    *member = (struct memory_membership){memory_row_next_key(rows), group_key, user_key};
    memory_row_add(&s->db->arena, rows, member);
    return OK;
}

static err remove_member(struct group_writer *w, int64_t group_key, int64_t user_key)
{
    return remove_memberships(w, group_key, user_key) != 0 ? OK : ERR(NOT_FOUND, "not found");
}

static err remove_user(struct group_writer *w, int64_t user_key)
{
    remove_memberships(w, 0, user_key);
    return OK;
}
const struct group_writer_ops memory_group_writer_ops = {.add = add_group,
                                                         .save = save_group,
                                                         .remove = remove_group,
                                                         .add_member = add_member,
                                                         .remove_member = remove_member,
                                                         .remove_user = remove_user};
