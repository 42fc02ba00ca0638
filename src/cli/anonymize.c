/* gantry anonymize: files without who they are of, for research and teaching. Needs no database.
 *
 * Each file is written under its new SOP Instance UID, whole or not at all: it has another name
 * until it is complete. One that is there already is never replaced. */
#include "base/arena.h"
#include "base/uuid.h"
#include "cli/cli.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/pseudonym.h"
#include "dicom/dictionary.h"
#include "dicom/uid.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { RANDOM_KEY_SIZE = 32 };

static const struct {
    const char *name;
    unsigned flag;
} options[] = {
    {"--retain-uids", DEIDENTIFY_RETAIN_UIDS},
    {"--retain-device", DEIDENTIFY_RETAIN_DEVICE},
    {"--retain-institution", DEIDENTIFY_RETAIN_INSTITUTION},
    {"--retain-patient", DEIDENTIFY_RETAIN_PATIENT},
    {"--retain-dates", DEIDENTIFY_RETAIN_DATES},
    {"--shift-dates", DEIDENTIFY_SHIFT_DATES},
    {"--clean-descriptors", DEIDENTIFY_CLEAN_DESCRIPTORS},
    {"--retain-safe-private", DEIDENTIFY_RETAIN_SAFE_PRIVATE},
};

struct anonymizer {
    struct deidentify_report base;
    struct deidentify_options options;
    char key[DEIDENTIFY_KEY_SIZE_MAX + 1];
    unsigned accepted_risks;
    FILE *report;     /* or NULL */
    const char *file; /* that is worked on, for the report */
    int folder;
    const char *places[2]; /* from, to */
    uint64_t written_count, refused_count;
};

/* Names come from media of unknown origin: nothing in them may speak to the terminal. */
static const char *shown(struct arena *a, const char *name)
{
    char *out = str_cstr(a, str_of(name));
    for (char *p = out; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = '?';
    return out;
}

static void tell_change(struct deidentify_report *r, const struct deidentify_change *change)
{
    struct anonymizer *n = container_of(r, struct anonymizer, base);
    struct arena a = {0};
    fprintf(n->report, "%s\t%.*s\t%s\n", shown(&a, n->file),
            STR_ARG(deidentify_change_path(&a, change)), deidentify_action_name(change->action));
    arena_deinit(&a);
}

static err refuse_risks(struct arena *a, unsigned risks)
{
    struct buf text = BUF_IN(a);
    for (unsigned i = 0; i < DEIDENTIFY_RISK_COUNT; i++)
        if ((risks >> i & 1) != 0)
            buf_addf(&text, "%s%s", text.len != 0 ? "; " : "", deidentify_risk_text(i));
    return risks == 0 ? OK : ERRF(a, UNSUPPORTED, "%.*s", STR_ARG(buf_str(&text)));
}

static err read_facts(struct anonymizer *n, struct arena *a, int fd, struct deidentify_facts *out)
{
    struct fd_source source;
    fd_source_init(&source, fd);
    TRY(deidentify_facts_read(a, &source.base, out));
    if (!uid_is_tolerable(out->sop_instance_uid) || !uid_is_tolerable(out->sop_class_uid))
        return ERR(MALFORMED, "it has no SOP Class UID or no SOP Instance UID");
    TRY(refuse_risks(a, deidentify_risk(out) & ~n->accepted_risks));
    return lseek(fd, 0, SEEK_SET) == 0 ? OK : ERR(UNAVAILABLE, "it cannot be read twice");
}

static err write_to(struct anonymizer *n, struct arena *a, int from, const char *name,
                    const struct deidentify_facts *facts)
{
    struct fd_source source;
    struct fd_sink sink;
    int to = openat(n->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return ERR(UNAVAILABLE, "the folder cannot be written to");
    fd_source_init(&source, from);
    fd_sink_init(&sink, to);
    err e = deidentify_write(a, &source.base, &n->options, facts, NULL, &sink.base);
    if (!failed(e) && fsync(to) != 0)
        e = ERR(UNAVAILABLE, "the folder cannot be written to");
    close(to);
    return e;
}

static err write_new(struct anonymizer *n, struct arena *a, int from,
                     const struct deidentify_facts *facts)
{
    str uid = (n->options.flags & DEIDENTIFY_RETAIN_UIDS) != 0
                  ? facts->sop_instance_uid
                  : pseudonym_uid(a, n->options.key, facts->sop_instance_uid);
    const char *name = str_cstr(a, str_format(a, "%.*s.dcm", STR_ARG(uid)));
    const char *part = str_cstr(a, str_format(a, "%.*s.part", STR_ARG(uid)));
    if (faccessat(n->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return ERR(CONFLICT, "a file of that instance is there already");
    err e = write_to(n, a, from, part, facts);
    if (!failed(e) && renameat(n->folder, part, n->folder, name) != 0)
        e = ERR(UNAVAILABLE, "the folder cannot be written to");
    if (failed(e))
        unlinkat(n->folder, part, 0);
    return e;
}

static err anonymize(struct anonymizer *n, struct arena *a, const char *path)
{
    struct deidentify_facts facts;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return ERR(NOT_FOUND, "it cannot be opened");
    err e = read_facts(n, a, from, &facts);
    if (!failed(e))
        e = write_new(n, a, from, &facts);
    close(from);
    return e;
}

static void anonymize_path(struct anonymizer *n, const char *path)
{
    struct arena a = {0};
    n->file = path;
    err e = anonymize(n, &a, path);
    if (failed(e)) {
        n->refused_count++;
        printf("refused %s: %s\n", shown(&a, path), e.text);
    } else {
        n->written_count++;
    }
    arena_deinit(&a);
}

static int walk(struct anonymizer *n, char *path)
{
    char *roots[] = {path, NULL};
    FTS *files = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    bool found = false;
    for (FTSENT *entry; files != NULL && (entry = fts_read(files)) != NULL;) {
        found = found || entry->fts_info == FTS_F || entry->fts_info == FTS_D;
        if (entry->fts_info == FTS_F)
            anonymize_path(n, entry->fts_path);
    }
    if (files != NULL)
        fts_close(files);
    if (!found)
        fprintf(stderr, "gantry: %s is not there\n", path);
    return found ? EX_OK : EX_NOINPUT;
}

/* The first line of the file, or its bytes if it has no end of line. */
static bool read_key(struct anonymizer *n, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, n->key, sizeof n->key) : -1;
    if (fd >= 0)
        close(fd);
    str key = {n->key, got > 0 ? (size_t)got : 0};
    n->options.key = str_trim(str_sub(key, 0, str_find_char(key, '\n')));
    return got > 0;
}

static bool read_option(struct anonymizer *n, str option)
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (str_eq(option, str_of(options[i].name))) {
            n->options.flags |= options[i].flag;
            return true;
        }
    if (str_eq(option, STR("--accept-risks"))) {
        n->accepted_risks = ~(1u << DEIDENTIFY_RISK_DIRECTORY);
        return true;
    }
    return false;
}

static bool read_arguments(struct anonymizer *n, int count, char **arguments)
{
    size_t place_count = 0;
    for (int i = 1; i < count; i++) {
        str argument = str_of(arguments[i]);
        if (str_starts(argument, STR("--key-file="))) {
            if (!read_key(n, arguments[i] + 11))
                return false;
        } else if (str_starts(argument, STR("--report="))) {
            if ((n->report = fopen(arguments[i] + 9, "we")) == NULL)
                return false;
            n->options.report = &n->base;
        } else if (str_starts(argument, STR("--"))) {
            if (!read_option(n, argument))
                return false;
        } else if (place_count == COUNT_OF(n->places)) {
            return false;
        } else {
            n->places[place_count++] = arguments[i];
        }
    }
    return place_count == COUNT_OF(n->places);
}

/* Who names none wants no file to be traced to another run. */
static err choose_key(struct anonymizer *n)
{
    const unsigned both = DEIDENTIFY_RETAIN_DATES | DEIDENTIFY_SHIFT_DATES;
    if (n->options.key.ptr == NULL) {
        random_bytes(n->key, RANDOM_KEY_SIZE);
        n->options.key = (str){n->key, RANDOM_KEY_SIZE};
    }
    if ((n->options.flags & both) == both)
        return ERR(INVALID, "--retain-dates and --shift-dates exclude each other");
    return pseudonym_check_key(n->options.key);
}

static int run(struct anonymizer *n)
{
    err e = choose_key(n);
    if (failed(e)) {
        fprintf(stderr, "gantry: %s\n", e.text);
        return EX_USAGE;
    }
    n->folder = mkdir(n->places[1], 0700) == 0 || errno == EEXIST
                    ? open(n->places[1], O_DIRECTORY | O_RDONLY | O_CLOEXEC)
                    : -1;
    if (n->folder < 0) {
        fprintf(stderr, "gantry: %s is no folder to write to\n", n->places[1]);
        return EX_CANTCREAT;
    }
    int code = walk(n, (char *)(uintptr_t)n->places[0]);
    close(n->folder);
    printf("%llu written, %llu refused\n", (unsigned long long)n->written_count,
           (unsigned long long)n->refused_count);
    return code != EX_OK ? code : n->refused_count == 0 ? EX_OK : EX_DATAERR;
}

static void print_rows(const struct confidentiality_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct dictionary_entry *entry = dictionary_find(rows[i].tag);
        struct deidentify_place place = {
            .tag = rows[i].tag, .vr = entry != NULL ? entry->vr : VR_UN, .above = DEIDENTIFY_KEEP};
        printf("| (%04X,%04X) | %s | %s | %s |", (unsigned)(rows[i].tag >> 16),
               (unsigned)(rows[i].tag & 0xFFFF), entry != NULL ? entry->keyword : "",
               confidentiality_profile_name(&rows[i]),
               deidentify_action_name(confidentiality_action(&place, 0)));
        bool first = true;
        for (size_t n = 0; n < COUNT_OF(options); n++) {
            enum deidentify_action with = confidentiality_action(&place, options[n].flag);
            if (with == confidentiality_action(&place, 0))
                continue;
            printf("%s %s: %s", first ? "" : ",", options[n].name + 2,
                   deidentify_action_name(with));
            first = false;
        }
        printf(" |\n");
    }
}

static int print_table(void)
{
    static const char *const head = "| attribute | keyword | profile | is done | with an option |\n"
                                    "| --- | --- | --- | --- | --- |\n";
    printf("## Table E.1-1\n\n%s", head);
    print_rows(confidentiality_rows, confidentiality_row_count);
    printf("\n## Beyond it\n\n%s", head);
    print_rows(confidentiality_more_rows, confidentiality_more_row_count);
    return EX_OK;
}

int cli_anonymize(str config_file, int count, char **arguments)
{
    struct anonymizer n = {.base = {tell_change}};
    (void)config_file;
    if (count == 2 && strcmp(arguments[1], "--table") == 0)
        return print_table();
    if (!read_arguments(&n, count, arguments)) {
        fprintf(stderr, "usage: gantry anonymize IN OUT_FOLDER [--key-file=FILE] [--report=FILE] "
                        "[--accept-risks]\n");
        for (size_t i = 0; i < COUNT_OF(options); i++)
            fprintf(stderr, "       %s\n", options[i].name);
        return EX_USAGE;
    }
    int code = run(&n);
    if (n.report != NULL && fclose(n.report) != 0 && code == EX_OK)
        code = EX_IOERR;
    explicit_bzero(n.key, sizeof n.key);
    return code;
}
