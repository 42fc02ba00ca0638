/* The cache of objects: what is kept, what goes, and who asks. */
#include "infrastructure/s3/object_cache.h"
#include "tests/test.h"

#include "base/log.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

/* "abc" for the whole, of any other object zeros; counts how often it is asked. */
struct origin {
    struct object_fetch base;
    struct object_range range;
    uint64_t object_size;
    unsigned count, pause_ms;
    err outcome;
};

static err origin_run(struct object_fetch *base, int fd, uint64_t size_max, uint64_t *object_size)
{
    struct origin *o = container_of(base, struct origin, base);
    bool whole = object_range_is_whole(o->range);
    uint64_t size = whole ? o->object_size : o->range.size;
    __atomic_add_fetch(&o->count, 1, __ATOMIC_RELAXED);
    usleep(o->pause_ms * 1000);
    CHECK(size <= size_max);
    if (failed(o->outcome))
        return o->outcome;
    if (o->object_size == 3)
        CHECK(pwrite(fd, &"abc"[whole ? 0 : o->range.first], (size_t)size, 0) == (ssize_t)size);
    else
        CHECK(ftruncate(fd, (off_t)size) == 0);
    *object_size = o->object_size;
    return OK;
}

struct fixture {
    struct object_cache cache;
    struct origin origin;
    char folder[TEST_PATH_SIZE];
};

static void reopen_cache(struct fixture *f, uint64_t size_max, uint64_t reserve_size)
{
    object_cache_close(&f->cache);
    CHECK_OK(object_cache_open(&f->cache, str_of(f->folder), size_max, reserve_size));
}

static void fixture_open(struct fixture *f, uint64_t size_max)
{
    *f = (struct fixture){.origin = {.base = {origin_run}, .object_size = 3}};
    temporary_template(f->folder, "cache");
    assert_non_null(mkdtemp(f->folder));
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    CHECK_OK(object_cache_open(&f->cache, str_of(f->folder), size_max, 0));
}

static void run(const char *format, const char *folder)
{
    char command[512];
    snprintf(command, sizeof command, format, folder, folder);
    CHECK(system(command) == 0);
}

static void fixture_close(struct fixture *f)
{
    object_cache_close(&f->cache);
    run("rm -rf %s", f->folder);
}

static int get(struct fixture *f, const char *name, struct object_range range)
{
    struct object_file file;
    f->origin.range = range;
    CHECK_OK(object_cache_get(&f->cache, str_of(name), range, &f->origin.base, &file));
    CHECK(file.size == f->origin.object_size && file.base <= range.first);
    return file.fd;
}

static void check_abc(int fd)
{
    char room[8];
    CHECK(pread(fd, room, sizeof room, 0) == 3 && memcmp(room, "abc", 3) == 0);
    close(fd);
}

TEST(what_was_brought_is_not_brought_again)
{
    struct fixture f;
    char room[4];
    fixture_open(&f, 1 << 20);
    int fd = get(&f, ABC, (struct object_range){1, 2});
    CHECK(read(fd, room, 4) == 2 && memcmp(room, "bc", 2) == 0);
    close(fd);
    close(get(&f, ABC, (struct object_range){1, 2}));
    CHECK_INT(1, f.origin.count);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(2, f.origin.count);
    check_abc(get(&f, ABC, (struct object_range){0, 1})); /* the whole is there */
    reopen_cache(&f, 1 << 20, 0);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(2, f.origin.count);
    object_cache_remove(&f.cache, STR(ABC));
    CHECK(f.cache.count == 0 && f.cache.size == 0);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(3, f.origin.count);
    fixture_close(&f);
}

TEST(ranges_outside_the_object_are_damage)
{
    struct fixture f;
    struct object_file file;
    fixture_open(&f, 1 << 20);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_ERR(UNAVAILABLE, object_cache_get(&f.cache, STR(ABC), (struct object_range){2, 2},
                                            &f.origin.base, &file));
    fixture_close(&f);
}

TEST(the_least_used_goes_and_stays_open)
{
    struct fixture f;
    fixture_open(&f, (uint64_t)10 * 8192); /* ten of one block each, with what a file costs */
    f.origin.object_size = 4096;
    int first = get(&f, OTHER, (struct object_range){0, 100});
    for (uint64_t i = 1; i < 10; i++)
        close(get(&f, OTHER, (struct object_range){i, 100}));
    CHECK_INT(10, f.cache.count);
    close(get(&f, OTHER, (struct object_range){0, 100})); /* used again */
    close(get(&f, OTHER, (struct object_range){10, 100}));
    CHECK(f.cache.count == 10 && f.origin.count == 11);
    close(get(&f, OTHER, (struct object_range){0, 100})); /* 1 went instead of it */
    CHECK_INT(11, f.origin.count);
    close(get(&f, OTHER, (struct object_range){1, 100}));
    CHECK_INT(12, f.origin.count);
    object_cache_shrink(&f.cache, UINT64_MAX);
    CHECK(f.cache.count == 0 && f.cache.size == 0);
    CHECK(lseek(first, 0, SEEK_END) == 100);
    close(first);
    f.origin.object_size = 1 << 20; /* more than the cache may hold */
    close(get(&f, OTHER, OBJECT_WHOLE));
    CHECK_INT(0, f.cache.count);
    fixture_close(&f);
}

TEST(a_cut_file_is_brought_again)
{
    struct fixture f;
    fixture_open(&f, 1 << 20);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    run("truncate -s 2 %s/ba/" ABC "-0-3-3", f.folder);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(2, f.origin.count);
    run("rm %s/ba/" ABC "-0-3-3", f.folder);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(3, f.origin.count);
    run("truncate -s 2 %s/ba/" ABC "-0-3-3", f.folder);
    reopen_cache(&f, 1 << 20, 0);
    CHECK_INT(0, f.cache.count);
    fixture_close(&f);
}

TEST(after_the_machine_started_nothing_is_believed)
{
    struct fixture f;
    fixture_open(&f, 1 << 20);
    close(get(&f, ABC, (struct object_range){1, 2}));
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    run("echo of another start of it, thirty-six bytes > %s/boot; printf xyz > %s/ba/" ABC "-0-3-3",
        f.folder);
    reopen_cache(&f, 1 << 20, 0);
    CHECK_INT(1, f.cache.count); /* the range went */
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(3, f.origin.count);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK_INT(3, f.origin.count);
    fixture_close(&f);
}

TEST(a_full_disk_or_no_cache_serves_all_the_same)
{
    struct fixture f;
    fixture_open(&f, 0);
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK(f.origin.count == 2 && f.cache.count == 0);
    reopen_cache(&f, 1 << 20, UINT64_MAX); /* never so much free */
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    CHECK(f.origin.count == 3 && f.cache.count == 0);
    run("test -z \"$(find %s -type f ! -name boot)\"", f.folder);
    fixture_close(&f);
}

TEST(an_error_is_nothing_that_is_kept)
{
    struct fixture f;
    struct object_file file;
    fixture_open(&f, 1 << 20);
    f.origin.outcome = ERR(UNAVAILABLE, "away");
    CHECK_ERR(UNAVAILABLE,
              object_cache_get(&f.cache, STR(ABC), OBJECT_WHOLE, &f.origin.base, &file));
    f.origin.outcome = OK;
    check_abc(get(&f, ABC, OBJECT_WHOLE));
    run("test -z \"$(find %s -name 'temp-*')\"", f.folder);
    fixture_close(&f);
}

static void *get_abc(void *argument)
{
    struct fixture *f = argument;
    struct object_file file;
    CHECK_OK(object_cache_get(&f->cache, STR(ABC), OBJECT_WHOLE, &f->origin.base, &file));
    check_abc(file.fd);
    return NULL;
}

static void get_abc_by_many(uint64_t size_max)
{
    struct fixture f;
    pthread_t threads[16];
    fixture_open(&f, size_max);
    f.origin.range = OBJECT_WHOLE;
    f.origin.pause_ms = 2000; /* until all have asked, also where threads are slow to begin */
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, get_abc, &f) == 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(1, f.origin.count);
    CHECK(f.cache.flights == NULL);
    fixture_close(&f);
}

TEST(many_who_ask_at_once_ask_once)
{
    get_abc_by_many(1 << 20);
    get_abc_by_many(0);
}
