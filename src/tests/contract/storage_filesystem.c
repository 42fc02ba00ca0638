/* What holds for a folder alone: what a crash leaves behind, other processes, a disk that fails. */
#include "base/clock.h"
#include "infrastructure/storage_filesystem.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* The disk: how often it is asked to write a file, and whether it fails then. */
static int sync_count;
static bool sync_fails;
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
    __atomic_fetch_add(&sync_count, 1, __ATOMIC_RELAXED);
    if (!sync_fails)
        return __real_fdatasync(fd);
    errno = EIO;
    return -1;
}

struct folder_storage {
    struct storage_filesystem filesystem;
    struct storage *storage;
    char folder[TEST_PATH_SIZE], path[TEST_PATH_SIZE + 128]; /* of the object "abc" */
};

static void open_storage(struct folder_storage *s)
{
    temporary_template(s->folder, "folder");
    assert_non_null(mkdtemp(s->folder));
    CHECK_OK(storage_filesystem_open(&s->filesystem, str_of(s->folder)));
    s->storage = &s->filesystem.base;
    snprintf(s->path, sizeof s->path, "%s/objects/%.2s/%s", s->folder, ABC, ABC);
}

static void close_storage(struct folder_storage *s)
{
    char command[TEST_PATH_SIZE + 64];
    storage_filesystem_close(&s->filesystem);
    snprintf(command, sizeof command, "rm -rf %s", s->folder);
    CHECK(system(command) == 0);
}

static err offer(struct folder_storage *s, struct stored_object *out)
{
    struct stage *stage;
    CHECK_OK(storage_stage_begin(s->storage, &stage));
    CHECK_OK(storage_stage_write(s->storage, stage, "abc", 3));
    return storage_stage_commit(s->storage, stage, out);
}

static bool offer_was_there(struct folder_storage *s)
{
    struct stored_object object = {0};
    CHECK_OK(offer(s, &object));
    str name = {object.name, OBJECT_NAME_SIZE};
    CHECK_STR(STR(ABC), name);
    return object.was_there;
}

static void put_file(const char *path, const char *bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    CHECK(fputs(bytes, f) >= 0);
    CHECK(fclose(f) == 0);
}

static void check_file(const char *path, const char *wanted)
{
    char bytes[16] = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    CHECK_INT(strlen(wanted), fread(bytes, 1, sizeof bytes, f));
    CHECK(strcmp(wanted, bytes) == 0);
    fclose(f);
}

TEST(a_storage_whose_folder_was_removed_is_not_well)
{
    struct folder_storage s = {0};
    char command[TEST_PATH_SIZE + 64];
    open_storage(&s);
    CHECK_OK(storage_health(s.storage));
    snprintf(command, sizeof command, "rm -rf %s/objects", s.folder);
    CHECK(system(command) == 0);
    CHECK_ERR(UNAVAILABLE, storage_health(s.storage));
    close_storage(&s);
}

TEST(what_a_power_cut_left_of_an_object_is_replaced)
{
    static const char *const leftovers[] = {"", "ab", "abd", "abcd"};
    for (size_t i = 0; i < COUNT_OF(leftovers); i++) {
        struct folder_storage s = {0};
        open_storage(&s);
        put_file(s.path, leftovers[i]);
        CHECK(!offer_was_there(&s));
        check_file(s.path, "abc");
        CHECK(offer_was_there(&s));
        close_storage(&s);
    }
}

/* Its writer was killed before the file was on the disk. */
TEST(what_is_there_already_is_written_to_the_disk_again)
{
    struct folder_storage s = {0};
    open_storage(&s);
    put_file(s.path, "abc");
    sync_count = 0;
    CHECK(offer_was_there(&s));
    CHECK_INT(1, sync_count);
    close_storage(&s);
}

TEST(what_the_disk_did_not_take_is_not_there)
{
    struct folder_storage s = {0};
    struct stored_object object;
    struct stat info;
    int64_t swept;
    open_storage(&s);
    sync_fails = true;
    CHECK_ERR(UNAVAILABLE, offer(&s, &object));
    sync_fails = false;
    CHECK(stat(s.path, &info) != 0);
    CHECK_OK(storage_sweep(s.storage, 0, &swept));
    CHECK_INT(0, swept);
    CHECK(!offer_was_there(&s));
    sync_fails = true;
    CHECK_ERR(UNAVAILABLE, offer(&s, &object)); /* it is there, but who knows whether on the disk */
    sync_fails = false;
    check_file(s.path, "abc");
    close_storage(&s);
}

/* Of another process: it has given the file its name and is still writing it to the disk. */
struct other_sender {
    pthread_t thread;
    int fd;
    const char *path;
    bool fails;
};

static void *send_slowly(void *argument)
{
    struct other_sender *o = argument;
    const struct timespec while_it_writes = {0, 50000000};
    nanosleep(&while_it_writes, NULL);
    if (o->fails)
        unlink(o->path);
    close(o->fd); /* and the lock goes */
    return NULL;
}

static bool offer_beside(struct folder_storage *s, bool fails)
{
    put_file(s->path, "abc");
    struct other_sender o = {.path = s->path, .fails = fails};
    o.fd = open(s->path, O_RDWR | O_CLOEXEC);
    CHECK(o.fd >= 0 && flock(o.fd, LOCK_EX) == 0);
    CHECK_ERR(CONFLICT, storage_remove(s->storage, STR(ABC), 0));
    CHECK(pthread_create(&o.thread, NULL, send_slowly, &o) == 0);
    uint64_t begin = monotonic_ns();
    bool was_there = offer_was_there(s);
    CHECK(monotonic_ns() - begin > 25000000);
    pthread_join(o.thread, NULL);
    check_file(s->path, "abc");
    return was_there;
}

TEST(an_object_counts_when_its_other_sender_is_through)
{
    struct folder_storage s = {0};
    open_storage(&s);
    CHECK(offer_beside(&s, false));
    close_storage(&s);
}

TEST(an_object_whose_other_sender_failed_is_stored_anew)
{
    struct folder_storage s = {0};
    open_storage(&s);
    CHECK(!offer_beside(&s, true));
    close_storage(&s);
}

TEST(a_link_in_the_place_of_an_object_is_not_followed)
{
    struct folder_storage s = {0};
    struct stored_object object;
    char elsewhere[160];
    open_storage(&s);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", s.folder);
    put_file(elsewhere, "mine");
    CHECK(symlink(elsewhere, s.path) == 0);
    CHECK_ERR(UNAVAILABLE, offer(&s, &object));
    check_file(elsewhere, "mine");
    close_storage(&s);
}
