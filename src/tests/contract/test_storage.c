/* What every storage behind struct storage must do, run over each of them. */
#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/memory/memory_storage.h"
#include "infrastructure/s3/storage_s3.h"
#include "infrastructure/storage_filesystem.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TEST_MAIN("storage contract")

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct storage_engine;

struct contract_storage {
    struct storage *storage;
    struct arena arena;
    struct memory_storage memory;
    struct storage_filesystem filesystem;
    struct storage_s3 s3;
    char folder[TEST_PATH_SIZE];
};

struct storage_engine {
    const char *name;
    void (*open)(struct contract_storage *c);
    void (*close)(struct contract_storage *c);
};

static void memory_open(struct contract_storage *c)
{
    memory_storage_init(&c->memory, clock_system());
    c->storage = &c->memory.base;
}

static void memory_close(struct contract_storage *c)
{
    memory_storage_deinit(&c->memory);
}

static void filesystem_open(struct contract_storage *c)
{
    temporary_template(c->folder, "contract");
    assert_non_null(mkdtemp(c->folder));
    CHECK_OK(storage_filesystem_open(&c->filesystem, str_of(c->folder)));
    c->storage = &c->filesystem.base;
}

static void filesystem_close(struct contract_storage *c)
{
    char command[TEST_PATH_SIZE + 64];
    storage_filesystem_close(&c->filesystem);
    snprintf(command, sizeof command, "rm -rf %s", c->folder);
    CHECK(system(command) == 0);
}

/* A place of its own in the bucket of the server that GANTRY_TEST_S3_URL is the address of. */
static void s3_open(struct contract_storage *c, uint64_t cache_size)
{
    static int number;
    temporary_template(c->folder, "contract");
    assert_non_null(mkdtemp(c->folder));
    CHECK_OK(
        storage_s3_open(&c->s3, &c->arena,
                        &(struct storage_s3_settings){
                            .url = str_format(&c->arena, "s3://gantry/contract-%d/%d?endpoint=%s",
                                              getpid(), number++, getenv("GANTRY_TEST_S3_URL")),
                            .data_dir = str_of(c->folder),
                            .credentials = {STR("S3RVER"), STR("S3RVER"), STR_NONE},
                            .cache_size = cache_size,
                            .clock = clock_system()}));
    c->storage = &c->s3.base;
}

static void s3_cached_open(struct contract_storage *c)
{
    s3_open(c, (uint64_t)64 * 1024 * 1024);
}

static void s3_bare_open(struct contract_storage *c)
{
    s3_open(c, 0);
}

static void s3_close(struct contract_storage *c)
{
    char command[TEST_PATH_SIZE + 64];
    storage_s3_close(&c->s3);
    snprintf(command, sizeof command, "rm -rf %s", c->folder);
    CHECK(system(command) == 0);
}

static const struct storage_engine engines[] = {
    {"memory", memory_open, memory_close},
    {"filesystem", filesystem_open, filesystem_close},
    {"s3", s3_cached_open, s3_close},
    {"s3 without a cache", s3_bare_open, s3_close},
};

static void register_storage_test(const char *name, CMUnitTestFunction run)
{
    static char names[TEST_COUNT_MAX][96];
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        if (engines[i].open != memory_open && engines[i].open != filesystem_open &&
            getenv("GANTRY_TEST_S3_URL") == NULL)
            continue;
        snprintf(names[test_count], sizeof names[0], "%s (%s)", name, engines[i].name);
        test_list[test_count] = (struct CMUnitTest){
            .name = names[test_count], .test_func = run, .initial_state = (void *)&engines[i]};
        test_count++;
    }
}

/* With an empty storage s, once for each engine. */
#define STORAGE_CONTRACT(name_)                                                                    \
    static void contract_##name_(struct storage *s, struct arena *a);                              \
    static void run_##name_(void **state)                                                          \
    {                                                                                              \
        struct contract_storage c = {0};                                                           \
        const struct storage_engine *engine = *state;                                              \
        engine->open(&c);                                                                          \
        contract_##name_(c.storage, &c.arena);                                                     \
        engine->close(&c);                                                                         \
        arena_deinit(&c.arena);                                                                    \
    }                                                                                              \
    __attribute__((constructor)) static void register_##name_(void)                                \
    {                                                                                              \
        log_configure(LOG_ERROR, LOG_TEXT, 2);                                                     \
        register_storage_test(#name_, run_##name_);                                                \
    }                                                                                              \
    static void contract_##name_(struct storage *s, struct arena *a)

static str name_of(const struct stored_object *object)
{
    return (str){object->name, OBJECT_NAME_SIZE};
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

/* Names and sizes, and how many there are. */
struct listing {
    struct object_sink base;
    size_t count;
    uint64_t size;
    size_t stop_at;
};

static err take_object(struct object_sink *sink, str name, uint64_t size, int64_t age_seconds)
{
    struct listing *l = container_of(sink, struct listing, base);
    CHECK(object_name_is_valid(name));
    CHECK(age_seconds >= 0 && age_seconds < 3600);
    l->count++;
    l->size += size;
    return l->count == l->stop_at ? ERR(GONE, "enough") : OK;
}

static struct listing list(struct storage *s)
{
    struct listing l = {{take_object}, 0, 0, 0};
    CHECK_OK(storage_list(s, &l.base));
    return l;
}

STORAGE_CONTRACT(objects_are_named_by_their_bytes)
{
    struct stage *stage;
    struct stored_object object;
    (void)a;
    CHECK_OK(storage_health(s));
    CHECK_OK(storage_stage_begin(s, &stage));
    CHECK_OK(storage_stage_write(s, stage, "a", 1));
    CHECK_OK(storage_stage_write(s, stage, "", 0));
    CHECK_OK(storage_stage_write(s, stage, "bc", 2));
    CHECK_OK(storage_stage_commit(s, stage, &object));
    CHECK_STR(STR(ABC), name_of(&object));
    CHECK(object.size == 3 && !object.was_there);
    object = store(s, STR(""));
    CHECK_STR(STR(EMPTY), name_of(&object));
    CHECK(object.size == 0 && !object.was_there);
}

STORAGE_CONTRACT(scratch_files_are_alone_and_leave_nothing)
{
    int first, second;
    char bytes[8];
    int64_t swept;
    (void)a;
    CHECK_OK(storage_scratch(s, &first));
    CHECK_OK(storage_scratch(s, &second));
    CHECK_INT(3, write(first, "abc", 3));
    CHECK_INT(3, pread(first, bytes, sizeof bytes, 0));
    CHECK(memcmp(bytes, "abc", 3) == 0);
    CHECK_INT(0, pread(second, bytes, sizeof bytes, 0));
    close(first);
    close(second);
    CHECK_INT(0, list(s).count);
    CHECK_OK(storage_sweep(s, 0, &swept));
    CHECK_INT(0, swept);
}

STORAGE_CONTRACT(the_same_bytes_are_there_once)
{
    struct stored_object first = store(s, STR("abc")), again = store(s, STR("abc")),
                         other = store(s, STR("abd"));
    (void)a;
    CHECK(!first.was_there && again.was_there && !other.was_there);
    CHECK_STR(name_of(&first), name_of(&again));
    CHECK_INT(3, again.size);
    CHECK_INT(2, list(s).count);
    CHECK_INT(6, list(s).size);
}

STORAGE_CONTRACT(bytes_come_back_through_descriptors_of_ones_own)
{
    struct object_file one, two;
    char *bytes = arena_alloc(a, 300000, 1), room[32];
    for (size_t i = 0; i < 300000; i++)
        bytes[i] = (char)(i * 31 % 251);
    struct stored_object object = store(s, (str){bytes, 300000});
    CHECK_OK(storage_open(s, name_of(&object), OBJECT_WHOLE, &one));
    CHECK_OK(storage_open(s, name_of(&object), OBJECT_WHOLE, &two));
    CHECK(one.fd != two.fd && one.size == 300000 && two.size == 300000);
    CHECK(read(one.fd, room, 32) == 32 && memcmp(room, bytes, 32) == 0);
    CHECK(read(two.fd, room, 32) == 32 && memcmp(room, bytes, 32) == 0); /* from its own start */
    CHECK(pread(one.fd, room, 32, 299990) == 10 && memcmp(room, bytes + 299990, 10) == 0);
    CHECK(write(one.fd, "x", 1) < 0); /* to be read only */
    close(one.fd);
    CHECK_OK(storage_remove(s, name_of(&object), 0));
    CHECK(pread(two.fd, room, 32, 1000) == 32 && memcmp(room, bytes + 1000, 32) == 0);
    close(two.fd);
    CHECK_ERR(NOT_FOUND, storage_open(s, name_of(&object), OBJECT_WHOLE, &one));
}

STORAGE_CONTRACT(a_range_is_read_at_its_place)
{
    struct object_file file;
    char room[16];
    const struct object_range ranges[] = {{0, 3}, {4, 6}, {9, 1}, {10, 0}, {3, UINT64_MAX}};
    struct stored_object object = store(s, STR("0123456789"));
    (void)a;
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        struct object_range range = ranges[i];
        CHECK_OK(storage_open(s, name_of(&object), range, &file));
        if (object_range_is_whole(range)) {
            CHECK_INT(0, file.base);
            range = (struct object_range){0, 10};
        }
        CHECK(file.size == 10 && file.base <= range.first);
        CHECK(pread(file.fd, room, (size_t)range.size, (off_t)(range.first - file.base)) ==
              (ssize_t)range.size);
        CHECK(memcmp(room, &"0123456789"[range.first], (size_t)range.size) == 0);
        close(file.fd);
    }
    CHECK_ERR(UNAVAILABLE, storage_open(s, name_of(&object), (struct object_range){5, 6}, &file));
    CHECK_ERR(UNAVAILABLE, storage_open(s, name_of(&object), (struct object_range){11, 1}, &file));
    CHECK_ERR(UNAVAILABLE, storage_open(s, name_of(&object),
                                        (struct object_range){UINT64_MAX, UINT64_MAX - 1}, &file));
}

STORAGE_CONTRACT(an_aborted_stage_leaves_nothing)
{
    struct stage *stage;
    int64_t swept;
    (void)a;
    CHECK_OK(storage_stage_begin(s, &stage));
    CHECK_OK(storage_stage_write(s, stage, "abc", 3));
    storage_stage_abort(s, stage);
    storage_stage_abort(s, NULL);
    CHECK_INT(0, list(s).count);
    CHECK_OK(storage_sweep(s, 0, &swept));
    CHECK_INT(0, swept);
}

STORAGE_CONTRACT(a_committed_stage_is_no_stage_any_more)
{
    int64_t swept;
    (void)a;
    store(s, STR("abc"));
    store(s, STR("abc"));
    CHECK_OK(storage_sweep(s, 0, &swept));
    CHECK_INT(0, swept);
    CHECK_INT(1, list(s).count);
}

STORAGE_CONTRACT(stages_left_behind_are_swept)
{
    struct stage *one, *two;
    struct stored_object object;
    int64_t swept;
    (void)a;
    CHECK_OK(storage_stage_begin(s, &one));
    CHECK_OK(storage_stage_begin(s, &two));
    CHECK_OK(storage_stage_write(s, one, "abc", 3));
    CHECK_INT(0, list(s).count);
    CHECK_OK(storage_sweep(s, 3600, &swept));
    CHECK_INT(0, swept);
    CHECK_OK(storage_sweep(s, 0, &swept));
    CHECK_INT(2, swept);
    CHECK_OK(storage_stage_write(s, one, "d", 1)); /* its owner comes too late */
    CHECK_ERR(UNAVAILABLE, storage_stage_commit(s, one, &object));
    storage_stage_abort(s, two);
    CHECK_INT(0, list(s).count);
}

STORAGE_CONTRACT(names_that_are_none_reach_nothing)
{
    struct object_file file;
    const str names[] = {STR(""),
                         STR("../../etc/passwd"),
                         STR("ABCDEF"),
                         str_format(a, "%063d", 0),
                         str_format(a, "%065d", 0),
                         str_format(a, "%063dG", 0),
                         str_format(a, "%063d/", 0),
                         STR("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")};
    store(s, STR("abc"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        CHECK_ERR(INVALID, storage_open(s, names[i], OBJECT_WHOLE, &file));
        CHECK_ERR(INVALID, storage_remove(s, names[i], 0));
    }
    CHECK_ERR(NOT_FOUND, storage_open(s, str_format(a, "%064d", 0), OBJECT_WHOLE, &file));
    CHECK_ERR(NOT_FOUND, storage_remove(s, str_format(a, "%064d", 0), 0));
    CHECK_INT(1, list(s).count);
}

STORAGE_CONTRACT(young_objects_stay)
{
    struct stored_object object = store(s, STR("abc"));
    (void)a;
    CHECK_ERR(CONFLICT, storage_remove(s, name_of(&object), 3600));
    CHECK_INT(1, list(s).count);
    CHECK_OK(storage_remove(s, name_of(&object), 0));
    CHECK_INT(0, list(s).count);
    CHECK_ERR(NOT_FOUND, storage_remove(s, name_of(&object), 0));
    CHECK(!store(s, STR("abc")).was_there);
}

STORAGE_CONTRACT(a_list_stops_where_its_reader_does)
{
    struct listing l = {{take_object}, 0, 0, 3};
    for (int i = 0; i < 10; i++)
        store(s, str_format(a, "object %d", i));
    CHECK_INT(10, list(s).count);
    CHECK_ERR(GONE, storage_list(s, &l.base));
    CHECK_INT(3, l.count);
}

/* A reader of the list that removes what it is told about. */
struct removing {
    struct object_sink base;
    struct storage *storage;
};

static err remove_object(struct object_sink *sink, str name, uint64_t size, int64_t age_seconds)
{
    (void)size, (void)age_seconds;
    return storage_remove(container_of(sink, struct removing, base)->storage, name, 0);
}

STORAGE_CONTRACT(what_is_listed_may_be_removed_on_the_way)
{
    struct removing r = {{remove_object}, s};
    for (int i = 0; i < 50; i++)
        store(s, str_format(a, "object %d", i));
    CHECK_OK(storage_list(s, &r.base));
    CHECK_INT(0, list(s).count);
}

enum { THREAD_COUNT = 8, COMMIT_COUNT = 20 };

struct committer {
    struct storage *storage;
    int number, new_count;
};

static void *commit_many(void *argument)
{
    struct committer *c = argument;
    struct arena a = {0};
    for (int i = 0; i < COMMIT_COUNT; i++) {
        struct stored_object same = store(c->storage, str_format(&a, "same for all %d", i));
        struct stored_object own = store(c->storage, str_format(&a, "%d of %d", i, c->number));
        struct object_file file;
        CHECK(!own.was_there);
        c->new_count += !same.was_there;
        CHECK_OK(storage_open(c->storage, name_of(&same), OBJECT_WHOLE, &file));
        CHECK(file.size == same.size);
        close(file.fd);
    }
    arena_deinit(&a);
    return NULL;
}

STORAGE_CONTRACT(many_at_once_may_commit_the_same_bytes)
{
    pthread_t threads[THREAD_COUNT];
    struct committer committers[THREAD_COUNT];
    int64_t swept;
    int new_count = 0;
    (void)a;
    for (int i = 0; i < THREAD_COUNT; i++) {
        committers[i] = (struct committer){s, i, 0};
        CHECK(pthread_create(&threads[i], NULL, commit_many, &committers[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
        new_count += committers[i].new_count;
    }
    CHECK(new_count >= COMMIT_COUNT); /* two that race may both say it was new */
    CHECK_INT(COMMIT_COUNT + THREAD_COUNT * COMMIT_COUNT, list(s).count);
    CHECK_OK(storage_sweep(s, 0, &swept));
    CHECK_INT(0, swept);
}
