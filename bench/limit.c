/* What the disk allows: the files of a folder written durably, and nothing else done. Each of 8
 * threads takes 16 files at a time: write, fsync each, rename each, fsync the folder once.
 *
 *     limit FROM TO     prints rate=FILES_A_SECOND */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { THREAD_COUNT = 8, GROUP_COUNT = 16, FILE_COUNT_MAX = 100000 };

static struct {
    const char *at;
    size_t size;
} files[FILE_COUNT_MAX];
static size_t file_count;
static atomic_size_t taken;
static int to;

static void check(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void map_folder(const char *path)
{
    DIR *folder = opendir(path);
    check(folder != NULL, path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && file_count < FILE_COUNT_MAX;) {
        struct stat info;
        if (entry->d_name[0] == '.')
            continue;
        int fd = openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC);
        check(fd >= 0 && fstat(fd, &info) == 0, entry->d_name);
        files[file_count].size = (size_t)info.st_size;
        files[file_count].at =
            mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        check(files[file_count++].at != MAP_FAILED, "mmap");
        close(fd);
    }
    closedir(folder);
}

static void write_group(size_t first, size_t count)
{
    int fds[GROUP_COUNT];
    char stage[32], name[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(stage, sizeof stage, "%zu.part", first + i);
        fds[i] = openat(to, stage, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        check(fds[i] >= 0, stage);
        for (size_t done = 0; done < files[first + i].size;) {
            ssize_t n = write(fds[i], files[first + i].at + done, files[first + i].size - done);
            check(n > 0, "write");
            done += (size_t)n;
        }
    }
    for (size_t i = 0; i < count; i++) {
        check(fsync(fds[i]) == 0, "fsync");
        close(fds[i]);
        snprintf(stage, sizeof stage, "%zu.part", first + i);
        snprintf(name, sizeof name, "%zu", first + i);
        check(renameat(to, stage, to, name) == 0, "rename");
    }
    check(fsync(to) == 0, "fsync of the folder");
}

static void *work(void *nothing)
{
    (void)nothing;
    for (;;) {
        size_t first = atomic_fetch_add(&taken, GROUP_COUNT);
        if (first >= file_count)
            return NULL;
        write_group(first, file_count - first < GROUP_COUNT ? file_count - first : GROUP_COUNT);
    }
}

int main(int argc, char **argv)
{
    pthread_t threads[THREAD_COUNT];
    check(argc == 3, "limit FROM TO");
    map_folder(argv[1]);
    to = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(to >= 0, argv[2]);
    double start = now();
    for (size_t i = 0; i < THREAD_COUNT; i++)
        check(pthread_create(&threads[i], NULL, work, NULL) == 0, "thread");
    for (size_t i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    printf("rate=%.3f\n", (double)file_count / (now() - start));
    return 0;
}
