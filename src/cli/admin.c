/* gantry user create, verify, openapi. */
#include "application/commands/users/create_user/command.h"
#include "base/arena.h"
#include "cli/cli.h"
#include "infrastructure/sqlite_session.h"
#include "presentation/internal_routers/routers.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static int read_password(struct arena *a, str *out)
{
    char line[PASSWORD_SIZE_MAX + 2];
    if (isatty(STDIN_FILENO) == 1)
        fprintf(stderr, "Password (at least 12 characters): ");
    if (fgets(line, sizeof line, stdin) == NULL)
        return EX_NOINPUT;
    *out = str_copy(a, str_trim(str_of(line)));
    return EX_OK;
}

static bool role_of(str name, enum role *out)
{
    for (unsigned i = 0; role_names[i] != NULL; i++)
        if (str_eq(name, str_of(role_names[i]))) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

int cli_user(struct app *app, int count, char **arguments)
{
    struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    struct create_user cmd = {.role = ROLE_VIEWER};
    struct create_user_result result;
    if (count < 4 || strcmp(arguments[1], "create") != 0 ||
        (count >= 5 && !role_of(str_of(arguments[4]), &cmd.role))) {
        fprintf(stderr, "usage: gantry user create EMAIL NAME [ROLE]   (the password is read from "
                        "standard input)\n");
        return EX_USAGE;
    }
    cmd.email = str_of(arguments[2]);
    cmd.name = str_of(arguments[3]);
    int code = read_password(&a, &cmd.password);
    err e = code == EX_OK ? create_user_send(&scope, &cmd, &result) : OK;
    for (size_t i = 0; failed(e) && i < scope.issues.list.len; i++)
        fprintf(stderr, "gantry: %.*s %.*s\n", STR_ARG(scope.issues.list.at[i].field),
                STR_ARG(scope.issues.list.at[i].text));
    if (failed(e)) {
        fprintf(stderr, "gantry: %s\n", e.text);
        code = EX_DATAERR;
    } else if (code == EX_OK) {
        printf("%.*s is %s\n", STR_ARG(result.user.email), role_names[result.user.role]);
    }
    arena_deinit(&a);
    return code;
}

struct verifier {
    struct image_sink base;
    struct app *app;
    uint64_t good_count, bad_count;
    struct progress progress;
};

static bool object_is_whole(struct app *app, const struct instance *instance)
{
    struct object_file file;
    unsigned char digest[32];
    char block[65536];
    struct arena scratch = {0};
    struct buf hex = BUF_IN(&scratch);
    if (failed(storage_open(&app->storage.base, instance->object_name, &file)))
        return false;
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    ssize_t got;
    while ((got = read(file.fd, block, sizeof block)) > 0)
        EVP_DigestUpdate(sha, block, (size_t)got);
    EVP_DigestFinal_ex(sha, digest, NULL);
    EVP_MD_CTX_free(sha);
    close(file.fd);
    buf_add_hex(&hex, digest, sizeof digest);
    bool whole = got == 0 && str_eq(buf_str(&hex), instance->object_name) &&
                 file.size == (uint64_t)instance->size;
    arena_deinit(&scratch);
    return whole;
}

static err verify_one(struct image_sink *base, const struct instance *instance,
                      const struct instance_blobs *blobs)
{
    struct verifier *v = container_of(base, struct verifier, base);
    (void)blobs;
    if (object_is_whole(v->app, instance)) {
        v->good_count++;
    } else {
        v->bad_count++;
        printf("damaged or missing: instance %.*s, object %.*s\n",
               STR_ARG(instance->sop_instance_uid), STR_ARG(instance->object_name));
    }
    progress_step(&v->progress, v->good_count + v->bad_count);
    return OK;
}

/* Every study, by pages, whether in the trash or not. */
static err verify_studies(struct app *app, struct verifier *v, bool trashed)
{
    struct arena a = {0};
    struct image_filter filter = {.level = LEVEL_STUDY,
                                  .organization_key = app->organization_key,
                                  .trashed = trashed,
                                  .limit = 500};
    err e = OK;
    char cursor[1024];
    do {
        struct sqlite_session session;
        struct image_page page;
        arena_reset(&a);
        sqlite_session_init(&session, &app->database, clock_system());
        e = image_reader_find(session.readers.images, &a, &filter, &page);
        for (size_t i = 0; !failed(e) && i < page.rows.len; i++)
            e = image_reader_each_instance(session.readers.images, NULL, page.rows.at[i].study.key,
                                           0, false, &v->base);
        sqlite_session_deinit(&session);
        filter.after = STR_NONE;
        if (!failed(e) && page.next.len != 0 && page.next.len < sizeof cursor) {
            memcpy(cursor, page.next.ptr, page.next.len);
            filter.after = (str){cursor, page.next.len};
        }
    } while (!failed(e) && filter.after.len != 0);
    arena_deinit(&a);
    return e;
}

int cli_verify(struct app *app, int count, char **arguments)
{
    struct verifier v = {.base = {verify_one}, .app = app};
    struct sqlite_session session;
    int64_t studies, instances = 0, size;
    (void)count;
    (void)arguments;
    sqlite_session_init(&session, &app->database, clock_system());
    err e = image_reader_statistics(session.readers.images, app->organization_key, &studies,
                                    &instances, &size);
    sqlite_session_deinit(&session);
    progress_begin(&v.progress, "instances", (uint64_t)instances);
    if (!failed(e))
        e = verify_studies(app, &v, false);
    if (!failed(e))
        e = verify_studies(app, &v, true);
    progress_end(&v.progress);
    if (failed(e)) {
        fprintf(stderr, "gantry: %s\n", e.text);
        return EX_UNAVAILABLE;
    }
    printf("%llu instances whole, %llu damaged or missing\n", (unsigned long long)v.good_count,
           (unsigned long long)v.bad_count);
    return v.bad_count == 0 ? EX_OK : EX_DATAERR;
}

int cli_openapi(struct app *app, int count, char **arguments)
{
    (void)count;
    (void)arguments;
    err e = internal_web_app_open(&app->internal_app);
    if (failed(e))
        return EX_SOFTWARE;
    printf("%.*s\n", STR_ARG(app->internal_app.openapi));
    web_app_close(&app->internal_app);
    return EX_OK;
}
