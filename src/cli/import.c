/* gantry import: files, folders and zip archives, through the same door as every other image. */
#include "application/services/archive_reader.h"
#include "application/services/ingest_service.h"
#include "base/arena.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { IMPORT_THREAD_COUNT = 4, IMPORT_PATH_COUNT_MAX = 50000000 };

void progress_begin(struct progress *p, const char *unit, uint64_t total)
{
    *p = (struct progress){.unit = unit,
                           .total = total,
                           .start_ns = monotonic_ns(),
                           .is_terminal = isatty(STDERR_FILENO) == 1};
}

void progress_step(struct progress *p, uint64_t done)
{
    uint64_t now = monotonic_ns(), pause = p->is_terminal ? 100000000u : 5000000000u;
    p->done = done;
    if (now - p->shown_ns < pause || done == 0)
        return;
    p->shown_ns = now;
    double seconds = (double)(now - p->start_ns) / 1e9,
           rate = (double)done / (seconds > 0 ? seconds : 1);
    double left = rate > 0 && p->total > done ? (double)(p->total - done) / rate : 0;
    if (!p->is_terminal) {
        fprintf(stderr, "%llu of %llu %s, %.0f/s, %.0f s left\n", (unsigned long long)done,
                (unsigned long long)p->total, p->unit, rate, left);
        return;
    }
    int filled = p->total != 0 ? (int)(30 * done / p->total) : 0;
    fprintf(stderr, "\r[%.*s%.*s] %llu/%llu %s  %.0f/s  %.0f s left ", filled,
            "##############################", 30 - filled, "                              ",
            (unsigned long long)done, (unsigned long long)p->total, p->unit, rate, left);
}

void progress_end(struct progress *p)
{
    if (p->is_terminal)
        fprintf(stderr, "\r%78s\r", "");
}

void import_summary_begin(struct import_summary *s)
{
    *s = (struct import_summary){0};
    pthread_mutex_init(&s->lock, NULL);
}

/* Names come from media of unknown origin: nothing in them may speak to the terminal. */
static void refuse(struct import_summary *s, str name, const char *why)
{
    struct arena a = {0};
    char *shown = str_cstr(&a, name);
    for (char *p = shown; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = '?';
    pthread_mutex_lock(&s->lock);
    s->refused_count++;
    printf("refused %s: %s\n", shown, why);
    pthread_mutex_unlock(&s->lock);
    arena_deinit(&a);
}

void import_one(struct app *app, struct import_summary *s, const struct principal *principal,
                str name, struct byte_source *source)
{
    struct arena arena = {0};
    struct scope scope = app_scope(app, &arena, principal);
    struct ingest_result result;
    err e = ingest_instance(&scope, source, &(struct ingest_options){0}, &result);
    if (failed(e)) {
        refuse(s, name, e.text);
    } else {
        pthread_mutex_lock(&s->lock);
        s->size += result.size;
        if (result.was_there)
            s->there_count++;
        else
            s->stored_count++;
        pthread_mutex_unlock(&s->lock);
    }
    arena_deinit(&arena);
}

int import_summary_end(struct import_summary *s, uint64_t start_ns)
{
    double seconds = (double)(monotonic_ns() - start_ns) / 1e9;
    uint64_t count = s->stored_count + s->there_count;
    printf("%llu stored, %llu already there, %llu refused; %.1f MB in %.1f s, %.0f instances/s\n",
           (unsigned long long)s->stored_count, (unsigned long long)s->there_count,
           (unsigned long long)s->refused_count, (double)s->size / 1e6, seconds,
           (double)count / (seconds > 0 ? seconds : 1));
    pthread_mutex_destroy(&s->lock);
    return s->refused_count == 0 ? EX_OK : EX_DATAERR;
}

struct path_list {
    char **at;
    size_t count, room;
};

struct importer {
    struct app *app;
    struct import_summary summary;
    struct principal principal;
    struct path_list paths;
    size_t next;
    struct progress progress;
};

static void add_path(struct path_list *list, const char *path)
{
    size_t size = strlen(path) + 1;
    if (list->count == list->room) {
        list->room = list->room * 2 + 1024;
        list->at = heap_grow(list->at, list->room, sizeof *list->at);
    }
    list->at[list->count] = heap_alloc(size);
    memcpy(list->at[list->count++], path, size);
}

static bool collect(struct path_list *list, char *path)
{
    char *roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    bool found = false;
    if (walk == NULL)
        return false;
    for (FTSENT *entry; (entry = fts_read(walk)) != NULL && list->count < IMPORT_PATH_COUNT_MAX;) {
        if (entry->fts_info == FTS_F)
            add_path(list, entry->fts_path);
        found = found || entry->fts_info == FTS_F || entry->fts_info == FTS_D;
    }
    fts_close(walk);
    return found;
}

struct file_import {
    struct archive_visitor base;
    struct importer *im;
};

static err import_entry(struct archive_visitor *v, uint64_t number, str name, err refused,
                        struct byte_source *content)
{
    struct importer *im = container_of(v, struct file_import, base)->im;
    (void)number;
    if (failed(refused))
        refuse(&im->summary, name, refused.text);
    else
        import_one(im->app, &im->summary, &im->principal, name, content);
    return OK;
}

static void import_path(struct importer *im, const char *path)
{
    struct file_import import = {{.take = import_entry}, im};
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        refuse(&im->summary, str_of(path), "cannot be opened");
        return;
    }
    uint64_t size = fstat(fd, &info) == 0 && info.st_size > 0 ? (uint64_t)info.st_size : 0;
    err e = archive_file_walk(fd, size, str_of(path), 0, &import.base);
    if (failed(e))
        refuse(&im->summary, str_of(path), e.text);
    close(fd);
}

static void *work(void *argument)
{
    struct importer *im = argument;
    for (;;) {
        size_t at = __atomic_fetch_add(&im->next, 1, __ATOMIC_RELAXED);
        if (at >= im->paths.count)
            return NULL;
        import_path(im, im->paths.at[at]);
        pthread_mutex_lock(&im->summary.lock);
        progress_step(&im->progress, at + 1);
        pthread_mutex_unlock(&im->summary.lock);
    }
}

int cli_import(struct app *app, int count, char **arguments)
{
    struct importer im = {.app = app, .principal = principal_system(app->organization_key)};
    pthread_t threads[IMPORT_THREAD_COUNT];
    size_t started = 0;
    uint64_t start = monotonic_ns();
    if (count < 2) {
        fprintf(stderr, "usage: gantry import PATH…\n");
        return EX_USAGE;
    }
    for (int i = 1; i < count; i++)
        if (!collect(&im.paths, arguments[i])) {
            fprintf(stderr, "gantry: %s is not there\n", arguments[i]);
            return EX_NOINPUT;
        }
    import_summary_begin(&im.summary);
    progress_begin(&im.progress, "files", im.paths.count);
    while (started < IMPORT_THREAD_COUNT && pthread_create(&threads[started], NULL, work, &im) == 0)
        started++;
    if (started == 0)
        work(&im);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    progress_end(&im.progress);
    for (size_t i = 0; i < im.paths.count; i++)
        heap_free(im.paths.at[i]);
    heap_free(im.paths.at);
    return import_summary_end(&im.summary, start);
}
