/* Every file of the regression tests and of the corpus that the reader takes: its DICOM JSON, read
 * and written once more, must be the same, byte for byte. What cannot be is named here, with the
 * reason, and counted apart:
 * - "sorted": the tags of the file do not ascend. The document has them as the file has; read, they
 *   are in order.
 * - "empty name": a name of "=" alone is written as {}, which is read as the empty value it is. */
#include "base/arena.h"
#include "base/buf.h"
#include "dicom/model/json_reader.h"
#include "dicom/part10/instance.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPEN_FOLDER_COUNT_MAX = 16 };
#define PREFIX "https://host/studies/1"

/* Writes what it is given as DICOM JSON again. */
struct rewriter {
    struct part10_consumer base;
    struct json_model json;
    unsigned uri_count, wrong_uri_count;
};

static struct rewriter *rewriter_of(struct part10_consumer *c)
{
    return container_of(c, struct rewriter, base);
}

/* The writer names the place of a bulk value itself; it must be the one the document had. */
static err rewrite_element(struct part10_consumer *base, const struct part10_element *e, str value)
{
    struct rewriter *r = rewriter_of(base);
    size_t start = r->json.json.len;
    json_model_element(&r->json, e, value);
    if (value.ptr == NULL) {
        str written = str_sub(buf_str(&r->json.json), start, r->json.json.len);
        str path = str_sub(e->uri, sizeof PREFIX - 1, e->uri.len);
        bool same = str_starts(e->uri, STR(PREFIX "/bulkdata/")) &&
                    str_find(written, path) != SIZE_MAX && str_ends(written, STR("\"}"));
        r->uri_count++;
        r->wrong_uri_count += !same;
    }
    return OK;
}

static err rewrite_sequence_begin(struct part10_consumer *base, const struct part10_element *e)
{
    json_model_sequence_begin(&rewriter_of(base)->json, e);
    return OK;
}

static err rewrite_item_begin(struct part10_consumer *base, uint32_t index)
{
    json_model_item_begin(&rewriter_of(base)->json, index);
    return OK;
}

static err rewrite_item_end(struct part10_consumer *base)
{
    json_model_item_end(&rewriter_of(base)->json);
    return OK;
}

static err rewrite_sequence_end(struct part10_consumer *base)
{
    json_model_sequence_end(&rewriter_of(base)->json);
    return OK;
}

static const struct part10_consumer_ops rewriter_ops = {
    .element = rewrite_element,
    .sequence_begin = rewrite_sequence_begin,
    .item_begin = rewrite_item_begin,
    .item_end = rewrite_item_end,
    .sequence_end = rewrite_sequence_end,
};

static struct {
    unsigned files, read, same, sorted, empty_names, flaws, uris;
} counts;

static err rewrite(struct arena *a, str json, str *out)
{
    struct arena scratch = {0};
    struct rewriter r = {.base = {.ops = &rewriter_ops}};
    json_model_init(&r.json, a, &scratch);
    err e = json_model_read(a, json, &r.base);
    arena_deinit(&scratch);
    *out = json_model_finish(&r.json, a, STR(PREFIX), STR_NONE);
    counts.uris += r.uri_count;
    if (!failed(e) && r.wrong_uri_count != 0)
        e = ERR(INTERNAL, "a BulkDataURI is not the one of the document");
    return e;
}

/* Looks at the order of tags in a file. */
struct order {
    struct part10_consumer base;
    uint32_t last[PART10_NESTING_MAX + 2];
    unsigned depth;
    bool ascends;
};

static struct order *order_of(struct part10_consumer *c)
{
    return container_of(c, struct order, base);
}

static size_t order_wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    (void)e;
    return 0;
}

static err order_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    (void)value;
    struct order *o = order_of(c);
    o->ascends = o->ascends && e->tag > o->last[e->depth];
    o->last[e->depth] = e->tag;
    return OK;
}

static err order_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    order_of(c)->depth++;
    return order_element(c, e, STR_NONE);
}

static err order_item_begin(struct part10_consumer *c, uint32_t index)
{
    (void)index;
    order_of(c)->last[order_of(c)->depth] = 0;
    return OK;
}

static err order_item_end(struct part10_consumer *c)
{
    (void)c;
    return OK;
}

static err order_sequence_end(struct part10_consumer *c)
{
    order_of(c)->depth--;
    return OK;
}

static err order_fragment(struct part10_consumer *c, const struct part10_element *e,
                          const struct part10_fragment *f)
{
    (void)c;
    (void)e;
    (void)f;
    return OK;
}

static err order_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    (void)e;
    return OK;
}

static const struct part10_consumer_ops order_ops = {
    .wants = order_wants,
    .element = order_element,
    .sequence_begin = order_sequence_begin,
    .item_begin = order_item_begin,
    .item_end = order_item_end,
    .sequence_end = order_sequence_end,
    .fragment = order_fragment,
    .fragments_end = order_fragments_end,
};

static bool tags_ascend(struct arena *a, int fd)
{
    struct fd_source source;
    struct part10_file file;
    struct order o = {.base = {.ops = &order_ops}, .ascends = true};
    fd_source_init(&source, fd);
    return lseek(fd, 0, SEEK_SET) == 0 && !failed(part10_read(a, &source.base, &o.base, &file)) &&
           o.ascends;
}

static void show_difference(const char *path, err e, str first, str second)
{
    size_t at = 0;
    while (at < first.len && at < second.len && first.ptr[at] == second.ptr[at])
        at++;
    size_t from = at < 100 ? 0 : at - 100;
    printf("%s: %s\n  first  %.*s\n  second %.*s\n", path, failed(e) ? e.text : "differs",
           STR_ARG(str_sub(first, from, at + 100)), STR_ARG(str_sub(second, from, at + 100)));
    counts.flaws++;
}

/* The same members in another order, and the order they keep from now on. */
static bool is_sorted_copy(struct arena *a, str first, str second)
{
    str third;
    return first.len == second.len && !failed(rewrite(a, second, &third)) && str_eq(second, third);
}

static void check_json(struct arena *a, const char *path, int fd, str first)
{
    str second;
    err e = rewrite(a, first, &second);
    if (!failed(e) && str_eq(first, second)) {
        counts.same++;
        return;
    }
    bool ascends = tags_ascend(a, fd);
    if (!ascends && !failed(e) && is_sorted_copy(a, first, second))
        counts.sorted++;
    else if (!failed(e) && str_find(first, STR(":{\"vr\":\"PN\",\"Value\":[{}]")) != SIZE_MAX)
        counts.empty_names++;
    else
        show_difference(path, e, first, second);
}

static int check_file(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)where;
    struct arena a = {0};
    struct fd_source source;
    struct instance_read read;
    int fd = kind == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    counts.files++;
    fd_source_init(&source, fd);
    err e = instance_read(&a, &source.base, &(struct instance_read_options){0}, &read);
    if (!failed(e)) {
        counts.read++;
        check_json(&a, path, fd, json_model_finish(&read.json, &a, STR(PREFIX), STR_NONE));
    }
    close(fd);
    arena_deinit(&a);
    return 0;
}

/* Arguments: a folder that is there, and the corpus, which need not be. */
int main(int count, char **arguments)
{
    const char *corpus = getenv("GANTRY_CORPUS");
    if (count != 3)
        return 2;
    if (corpus == NULL)
        corpus = arguments[2];
    nftw(arguments[1], check_file, OPEN_FOLDER_COUNT_MAX, FTW_PHYS);
    if (access(corpus, R_OK) == 0)
        nftw(corpus, check_file, OPEN_FOLDER_COUNT_MAX, FTW_PHYS);
    printf("%u files, %u read, %u the same, %u sorted, %u empty name, %u differ; "
           "%u bulk values\n",
           counts.files, counts.read, counts.same, counts.sorted, counts.empty_names, counts.flaws,
           counts.uris);
    return counts.flaws != 0 || counts.same == 0;
}
