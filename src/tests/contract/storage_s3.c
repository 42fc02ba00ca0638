/* What only the storage in S3 does: the trash, uploads in parts, the cache beside it. */
#include "infrastructure/s3/objects.h"
#include "infrastructure/s3/storage_s3.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
    struct storage_s3 s3;
    struct storage *s;
    struct arena arena;
    char folder[TEST_PATH_SIZE];
};

/* False when there is no server. */
static bool fixture_open(struct fixture *f, const char *place)
{
    static int number;
    *f = (struct fixture){0};
    if (getenv("GANTRY_TEST_S3_URL") == NULL)
        return false;
    temporary_template(f->folder, "s3");
    assert_non_null(mkdtemp(f->folder));
    CHECK_OK(storage_s3_open(
        &f->s3, &f->arena,
        &(struct storage_s3_settings){
            .url = str_format(&f->arena, "s3://gantry/%sown-%d/%d?endpoint=%s", place, getpid(),
                              number++, getenv("GANTRY_TEST_S3_URL")),
            .data_dir = str_of(f->folder),
            .credentials = {STR("S3RVER"), STR("S3RVER"), STR_NONE},
            .cache_size = (uint64_t)256 * 1024 * 1024,
            .clock = clock_system()}));
    f->s = &f->s3.base;
    return true;
}

static void fixture_close(struct fixture *f)
{
    char command[TEST_PATH_SIZE + 64];
    storage_s3_close(&f->s3);
    arena_deinit(&f->arena);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    CHECK(system(command) == 0);
}

static struct stored_object store(struct storage *s, str bytes)
{
    struct stored_object object;
    struct stage *stage;
    CHECK_OK(storage_stage_begin(s, &stage));
    CHECK_OK(storage_stage_write(s, stage, bytes.ptr, bytes.len));
    CHECK_OK(storage_stage_commit(s, stage, &object));
    return object;
}

static str name_of(const struct stored_object *object)
{
    return (str){object->name, OBJECT_NAME_SIZE};
}

static void check_bytes(struct fixture *f, str name, str bytes)
{
    struct object_file file;
    char room[16];
    CHECK_OK(storage_open(f->s, name, OBJECT_WHOLE, &file));
    CHECK_INT(bytes.len, file.size);
    CHECK(pread(file.fd, room, sizeof room, 0) == (ssize_t)bytes.len);
    CHECK(memcmp(room, bytes.ptr, bytes.len) == 0);
    close(file.fd);
}

struct counting {
    struct object_sink base;
    size_t count;
};

static err count_object(struct object_sink *sink, str name, uint64_t size, int64_t age_seconds)
{
    (void)name, (void)size, (void)age_seconds;
    container_of(sink, struct counting, base)->count++;
    return OK;
}

static size_t count_listed(struct fixture *f)
{
    struct counting c = {{count_object}, 0};
    CHECK_OK(storage_list(f->s, &c.base));
    return c.count;
}

static bool is_live(struct fixture *f, str name)
{
    struct s3_head head;
    str key = str_format(&f->arena, "%.*sobjects/%.2s/%.*s", STR_ARG(f->s3.client.settings.prefix),
                         name.ptr, STR_ARG(name));
    err e = s3_object_head(&f->s3.client, &f->arena, key, s3_deadline(0), &head);
    CHECK(!failed(e) || e.code == ERR_NOT_FOUND);
    return !failed(e);
}

TEST(an_object_is_removed_in_two_phases)
{
    struct fixture f;
    struct object_file file;
    if (!fixture_open(&f, ""))
        skip();
    struct stored_object object = store(f.s, STR("abc"));
    CHECK_ERR(CONFLICT, storage_remove(f.s, name_of(&object), 3600));
    sleep(3);
    CHECK_OK(storage_remove(f.s, name_of(&object), 2));
    CHECK(!is_live(&f, name_of(&object)) && count_listed(&f) == 1);
    CHECK_ERR(CONFLICT,
              storage_remove(f.s, name_of(&object), 2)); /* not in the trash for so long */
    sleep(3);
    CHECK_OK(storage_remove(f.s, name_of(&object), 2));
    CHECK_INT(0, count_listed(&f));
    CHECK_ERR(NOT_FOUND, storage_remove(f.s, name_of(&object), 2));
    CHECK_ERR(NOT_FOUND, storage_open(f.s, name_of(&object), OBJECT_WHOLE, &file));
    fixture_close(&f);
}

TEST(what_is_in_the_trash_is_brought_back)
{
    struct fixture f;
    if (!fixture_open(&f, ""))
        skip();
    struct stored_object object = store(f.s, STR("abc"));
    sleep(2);
    CHECK_OK(storage_remove(f.s, name_of(&object), 1));
    check_bytes(&f, name_of(&object), STR("abc")); /* by whoever reads it */
    CHECK(is_live(&f, name_of(&object)));
    CHECK_ERR(CONFLICT, storage_remove(f.s, name_of(&object), 3600));
    object = store(f.s, STR("abd"));
    sleep(2);
    CHECK_OK(storage_remove(f.s, name_of(&object), 1));
    CHECK(!store(f.s, STR("abd")).was_there); /* by whoever offers it */
    CHECK(is_live(&f, name_of(&object)));
    check_bytes(&f, name_of(&object), STR("abd"));
    CHECK_OK(storage_remove(f.s, name_of(&object), 0)); /* both phases at once */
    CHECK(!is_live(&f, name_of(&object)));
    fixture_close(&f);
}

TEST(a_large_object_goes_up_in_parts)
{
    struct fixture f;
    struct object_file file;
    char room[32];
    if (!fixture_open(&f, ""))
        skip();
    size_t size = 2 * S3_PART_SIZE + 12345;
    char *bytes = heap_alloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 31 % 251);
    struct stored_object object = store(f.s, (str){bytes, size});
    storage_s3_bypass_cache(&f.s3);
    CHECK_OK(storage_open(f.s, name_of(&object), OBJECT_WHOLE, &file));
    CHECK(file.size == size && lseek(file.fd, 0, SEEK_END) == (off_t)size);
    close(file.fd);
    struct object_range range = {S3_PART_SIZE - 10, 20};
    CHECK_OK(storage_open(f.s, name_of(&object), range, &file));
    CHECK(file.size == size && file.base == range.first);
    CHECK(pread(file.fd, room, sizeof room, 0) == 20);
    CHECK(memcmp(room, bytes + range.first, 20) == 0);
    close(file.fd);
    sleep(2);
    CHECK_OK(storage_remove(f.s, name_of(&object), 1));
    CHECK(!is_live(&f, name_of(&object)));
    CHECK_OK(storage_open(f.s, name_of(&object), OBJECT_WHOLE, &file)); /* hashed on its way */
    CHECK(file.size == size && is_live(&f, name_of(&object)));
    close(file.fd);
    heap_free(bytes);
    fixture_close(&f);
}

TEST(uploads_left_behind_are_swept)
{
    struct fixture f;
    struct s3_answer answer;
    int64_t count;
    if (!fixture_open(&f, ""))
        skip();
    struct s3_request r = {
        .method = STR("POST"),
        .key = str_format(&f.arena, "%.*sobjects/ab/x", STR_ARG(f.s3.client.settings.prefix)),
        .until_ns = s3_deadline(0)};
    s3_add_query(&r, "uploads", STR(""));
    for (int i = 0; i < 3; i++)
        CHECK_OK(s3_client_send(&f.s3.client, &f.arena, &r, &answer));
    CHECK_OK(storage_sweep(f.s, 3600, &count));
    CHECK_INT(0, count);
    CHECK_OK(storage_sweep(f.s, 0, &count));
    CHECK_INT(3, count);
    CHECK_OK(storage_sweep(f.s, 0, &count));
    CHECK_INT(0, count);
    fixture_close(&f);
}

static str key_in(struct fixture *f, const char *place, str name)
{
    return str_format(&f->arena, "%.*s%s/%.2s/%.*s", STR_ARG(f->s3.client.settings.prefix), place,
                      name.ptr, STR_ARG(name));
}

static void check_condition_of_copy(struct fixture *f)
{
    struct s3_client *c = &f->s3.client;
    struct s3_head live, trash;
    struct stored_object object = store(f->s, STR("abc"));
    str from = key_in(f, "objects", name_of(&object)), to = key_in(f, "trash", name_of(&object));
    CHECK_OK(s3_object_head(c, &f->arena, from, s3_deadline(0), &live));
    sleep(2);
    CHECK_OK(s3_object_delete(c, from, s3_deadline(0)));
    CHECK(!store(f->s, STR("abc")).was_there);
    CHECK_ERR(CONFLICT, s3_object_copy(c, from, to, 3, live.last_modified, s3_deadline(0)));
    CHECK_OK(s3_object_head(c, &f->arena, from, s3_deadline(0), &live));
    CHECK_OK(s3_object_copy(c, from, to, 3, live.last_modified, s3_deadline(0)));
    CHECK_OK(s3_object_head(c, &f->arena, to, s3_deadline(0), &trash));
    CHECK(trash.size == 3 && trash.age_seconds < 60);
    CHECK_OK(s3_object_delete(c, to, s3_deadline(0)));
    CHECK_ERR(NOT_FOUND, s3_object_copy(c, to, from, 3, STR_NONE, s3_deadline(0)));
}

TEST(a_copy_of_what_was_written_since_is_refused)
{
    struct fixture f;
    if (!fixture_open(&f, ""))
        skip();
    check_condition_of_copy(&f);
    fixture_close(&f);
}

TEST(a_server_that_ignores_the_condition_of_a_copy_is_found_out)
{
    struct fixture f;
    if (!fixture_open(&f, "ignores-conditions/")) /* so the stub does there */
        skip();
    check_condition_of_copy(&f);
    fixture_close(&f);
}

static instant wrong_now(struct clock *c)
{
    (void)c;
    return (instant){clock_now(clock_system()).us + SECONDS(3600)};
}

TEST(a_clock_that_is_wrong_is_told_at_start)
{
    struct fixture f;
    struct clock wrong = {wrong_now};
    if (!fixture_open(&f, ""))
        skip();
    struct storage_s3 other;
    err e = storage_s3_open(
        &other, &f.arena,
        &(struct storage_s3_settings){
            .url = str_format(&f.arena, "s3://gantry/x?endpoint=%s", getenv("GANTRY_TEST_S3_URL")),
            .data_dir = str_of(f.folder),
            .credentials = {STR("S3RVER"), STR("S3RVER"), STR_NONE},
            .clock = &wrong});
    CHECK_ERR(INVALID, e);
    CHECK(str_find(str_of(e.text), STR("clock")) != SIZE_MAX);
    storage_s3_close(&other);
    fixture_close(&f);
}

/* More than a page of each list has, and GANTRY_TEST_S3_MANY says how many: a page of a real server
 * is a thousand. */
struct crowd {
    struct storage *s;
    int first, end;
};

static void *store_crowd(void *argument)
{
    struct crowd *c = argument;
    struct arena a = {0};
    for (int i = c->first; i < c->end; i++)
        store(c->s, str_format(&a, "one of many: %d", i));
    arena_deinit(&a);
    return NULL;
}

TEST(lists_of_several_pages_are_whole)
{
    enum { THREAD_COUNT = 8 };
    struct fixture f;
    pthread_t threads[THREAD_COUNT];
    struct crowd crowds[THREAD_COUNT];
    int64_t swept;
    const char *many = getenv("GANTRY_TEST_S3_MANY");
    int count = many != NULL ? (int)strtol(many, NULL, 10) : 40;
    if (!fixture_open(&f, ""))
        skip();
    for (int i = 0; i < THREAD_COUNT; i++) {
        crowds[i] = (struct crowd){f.s, count * i / THREAD_COUNT, count * (i + 1) / THREAD_COUNT};
        CHECK(pthread_create(&threads[i], NULL, store_crowd, &crowds[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(count, count_listed(&f));
    for (int i = 0; i < count; i++) {
        struct arena scratch = {0};
        struct s3_answer answer;
        struct s3_request r = {.method = STR("POST"),
                               .key = str_format(&scratch, "%.*sobjects/ab/%d",
                                                 STR_ARG(f.s3.client.settings.prefix), i / 2),
                               .until_ns = s3_deadline(0)};
        s3_add_query(&r, "uploads", STR(""));
        CHECK_OK(s3_client_send(&f.s3.client, &scratch, &r, &answer));
        arena_deinit(&scratch);
    }
    CHECK_INT(count, count_listed(&f)); /* what was not completed is no object */
    CHECK_OK(storage_sweep(f.s, 0, &swept));
    CHECK_INT(count, swept);
    CHECK_OK(storage_sweep(f.s, 0, &swept));
    CHECK_INT(0, swept);
    fixture_close(&f);
}
