/* What the answers of WADO-RS share: form by Accept, ranges, parts. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "base/arena.h"

#include <unistd.h>

err dicomweb_open(struct storage *storage, str object_name, struct object_range range,
                  struct object_file *out)
{
    err e = storage_open(storage, object_name, range, out);
    return e.code == ERR_NOT_FOUND ? ERR(UNAVAILABLE, "a stored object is missing") : e;
}

err dicomweb_open_part(struct storage *storage, const struct instance *n,
                       const struct http_part *part, int *fd, uint64_t *base)
{
    struct object_file file;
    str name = n->deidentified != NULL ? n->deidentified->object_name : n->object_name;
    uint64_t size = (uint64_t)(n->deidentified != NULL ? n->deidentified->size : n->size);
    bool whole = part->offset == 0 && part->size == size;
    TRY(dicomweb_open(storage, name,
                      whole ? OBJECT_WHOLE : (struct object_range){part->offset, part->size},
                      &file));
    if (file.size != size) {
        close(file.fd);
        return ERR(UNAVAILABLE, "a stored object is damaged");
    }
    *fd = file.fd;
    *base = file.base;
    return OK;
}

str dicomweb_boundary(struct request *r, str seed)
{
    uint64_t hash = str_hash(seed), again = hash_bytes(hash, seed.ptr, seed.len);
    return str_format(request_arena(r), "gantry-%016llx%016llx", (unsigned long long)hash,
                      (unsigned long long)again);
}

struct stored_choice {
    struct syntax_choice base;
    str stored; /* "*": nobody can name it */
};

static bool takes_stored(const struct syntax_choice *base, const struct accept_item *item)
{
    const struct stored_choice *c = container_of(base, const struct stored_choice, base);
    return item->transfer_syntax.len == 0 || str_eq(item->transfer_syntax, STR("*")) ||
           str_eq(item->transfer_syntax, c->stored);
}

enum form dicomweb_choose_form(const struct accept_item_slice *accept, str type, str alias,
                               const struct syntax_choice *choice, bool one, str *named,
                               struct accept_item *chosen)
{
    *named = type;
    for (size_t i = 0; i < accept->len; i++) {
        const struct accept_item *item = &accept->at[i];
        bool multipart = str_eq(item->media_type, STR("multipart/related")) ||
                         str_eq(item->media_type, STR("multipart/*"));
        str wanted = multipart ? item->type : item->media_type;
        if (!choice->takes(choice, item))
            continue;
        bool any =
            wanted.len == 0 || str_eq(wanted, STR("*/*")) ||
            (str_ends(wanted, STR("/*")) && str_starts(type, str_sub(wanted, 0, wanted.len - 1)));
        bool named_alias = alias.len != 0 && str_eq(wanted, alias);
        if (!any && !str_eq(wanted, type) && !named_alias)
            continue;
        if (named_alias)
            *named = alias;
        if (chosen != NULL)
            *chosen = *item;
        if (multipart || (!multipart && str_eq(item->media_type, STR("*/*"))))
            return FORM_MULTIPART;
        if (one)
            return FORM_SINGLE;
    }
    return FORM_NONE;
}

enum form dicomweb_choose_stored(const struct accept_item_slice *accept, str type, str alias,
                                 str syntax, bool one, str *named)
{
    const struct stored_choice choice = {{takes_stored}, syntax};
    return dicomweb_choose_form(accept, type, alias, &choice.base, one, named, NULL);
}

str dicomweb_instance_url(struct arena *a, str base_url, const struct image_path *path)
{
    return str_format(a, "%.*s/studies/%.*s/series/%.*s/instances/%.*s", STR_ARG(base_url),
                      STR_ARG(path->study_uid), STR_ARG(path->series_uid), STR_ARG(path->sop_uid));
}

str dicomweb_location(struct arena *a, str base_url, const struct image_row *row,
                      const struct instance *n)
{
    return row->series.key == 0
               ? STR_NONE
               : dicomweb_instance_url(a, base_url,
                                       &(struct image_path){row->study.study_instance_uid,
                                                            row->series.series_instance_uid,
                                                            n->sop_instance_uid});
}

str dicomweb_group_tag(struct arena *a, const struct image_row *row)
{
    bool is_series = row->series.key != 0;
    return str_format(a, "i-%.*s-%lld",
                      STR_ARG(uuid_text(a, is_series ? row->series.id : row->study.id)),
                      (long long)(is_series ? row->series.version : row->study.version));
}

err dicomweb_read_range(struct request *r, str etag, uint64_t size, uint64_t *first,
                        uint64_t *length, bool *is_partial)
{
    str if_range = http_header(r->x, "If-Range"), range = http_header(r->x, "Range");
    enum range_kind kind = RANGE_NONE;
    *first = 0;
    *length = size;
    if (range.ptr != NULL && (if_range.ptr == NULL || etag_matches(if_range, etag, false)))
        kind = range_read(range, size, first, length);
    if (kind == RANGE_UNSATISFIABLE) {
        http_set_header(r->x, "Content-Range",
                        str_format(request_arena(r), "bytes */%llu", (unsigned long long)size));
        return ERR(RANGE, "the range lies outside the content");
    }
    *is_partial = kind == RANGE_ONE;
    if (*is_partial)
        http_set_header(
            r->x, "Content-Range",
            str_format(request_arena(r), "bytes %llu-%llu/%llu", (unsigned long long)*first,
                       (unsigned long long)(*first + *length - 1), (unsigned long long)size));
    return OK;
}

/* [first, first + length) of what the parts are together. */
static struct http_part_slice parts_between(struct arena *a, const struct http_part_slice *parts,
                                            uint64_t first, uint64_t length)
{
    struct http_part_slice out = {0};
    uint64_t at = 0, end = first + length;
    for (size_t i = 0; i < parts->len && at < end; i++) {
        struct http_part part = parts->at[i];
        uint64_t size = http_part_size(&part);
        uint64_t skip = at < first ? first - at : 0, stop = end - at < size ? end - at : size;
        at += size;
        if (skip >= stop)
            continue;
        if (part.file == NULL) {
            part.memory = str_sub(part.memory, (size_t)skip, (size_t)stop);
        } else {
            part.offset += skip;
            part.size = stop - skip;
        }
        *SLICE_PUSH(a, &out) = part;
    }
    return out;
}

err dicomweb_parts_asked_for(struct request *r, str etag, struct http_parts *body, unsigned *status)
{
    struct http_part_slice parts = {(struct http_part *)body->at, body->count};
    uint64_t total = 0, first, length;
    bool is_partial;
    for (size_t i = 0; i < parts.len; i++)
        total += http_part_size(&parts.at[i]);
    TRY(dicomweb_read_range(r, etag, total, &first, &length, &is_partial));
    if (is_partial)
        parts = parts_between(request_arena(r), &parts, first, length);
    body->at = parts.at;
    body->count = parts.len;
    *status = is_partial ? 206 : 200;
    return OK;
}
