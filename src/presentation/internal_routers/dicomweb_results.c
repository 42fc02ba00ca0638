/* The forms of the results of a search: DICOM JSON under its two names, Native DICOM XML, CSV. */
#include "presentation/internal_routers/dicomweb_search.h"

#include "presentation/internal_routers/dicomweb_model.h"

struct result_form {
    const char *names[3]; /* what a client may call it in Accept */
    const char *type;     /* Content-Type; NULL: write gives it */
    bool is_multipart;    /* also asked for as multipart/related; type=…; no rows are 204 */
    err (*write)(struct search *s, const struct search_images_result *result, struct buf *out,
                 str *type);
};

static str metadata_of(struct request *r, const struct search_images_result *result, size_t row)
{
    return row < result->metadata.len ? dicomweb_relocated(r, result->metadata.at[row]) : STR_NONE;
}

static err write_json(struct search *s, const struct search_images_result *result, struct buf *out,
                      str *type)
{
    str base_url = dicomweb_base_url(s->r);
    (void)type;
    buf_add_char(out, '[');
    for (size_t i = 0; i < result->page.rows.len; i++) {
        if (i != 0)
            buf_add_char(out, ',');
        search_write_row(s, out, base_url, &result->page.rows.at[i], metadata_of(s->r, result, i));
    }
    buf_add_char(out, ']');
    return OK;
}

/* Each row as DICOM JSON, for what is made of it. */
static void write_rows(struct search *s, const struct search_images_result *result,
                       struct str_slice *out)
{
    str base_url = dicomweb_base_url(s->r);
    *out = (struct str_slice){0};
    for (size_t i = 0; i < result->page.rows.len; i++) {
        struct buf row = BUF_IN(request_arena(s->r));
        search_write_row(s, &row, base_url, &result->page.rows.at[i], metadata_of(s->r, result, i));
        *SLICE_PUSH(request_arena(s->r), out) = buf_str(&row);
    }
}

static err write_csv(struct search *s, const struct search_images_result *result, struct buf *out,
                     str *type)
{
    struct str_slice rows;
    struct tag_slice columns;
    (void)type;
    write_rows(s, result, &rows);
    search_columns(s, &columns);
    csv_write(out, &rows, &columns);
    return OK;
}

static err write_xml(struct search *s, const struct search_images_result *result, struct buf *out,
                     str *type)
{
    struct str_slice rows;
    struct buf all = BUF_IN(request_arena(s->r));
    write_rows(s, result, &rows);
    for (size_t i = 0; i < rows.len; i++)
        buf_add(&all, rows.at[i]);
    return dicomweb_write_xml_parts(s->r, &rows, buf_str(&all), out, type);
}

/* In the order in which they are taken when the client does not care. */
static const struct result_form forms[] = {
    {{"application/dicom+json", "application/*", "*/*"},
     "application/dicom+json",
     false,
     write_json},
    {{"application/json"}, "application/json", false, write_json},
    {{"text/csv", "text/*"}, "text/csv; charset=utf-8; header=present", false, write_csv},
    {{"application/dicom+xml"}, NULL, true, write_xml},
};

static bool is_taken(const struct result_form *form, const struct accept_item *item)
{
    bool is_multipart = str_eq(item->media_type, STR("multipart/related"));
    str wanted = is_multipart ? item->type : item->media_type;
    for (size_t i = 0; i < COUNT_OF(form->names) && form->names[i] != NULL; i++)
        if (str_eq(wanted, str_of(form->names[i])))
            return form->is_multipart || !is_multipart;
    return false;
}

const struct result_form *result_form_choose(struct request *r)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    for (size_t i = 0; i < accept.len; i++)
        for (size_t n = 0; n < COUNT_OF(forms); n++)
            if (is_taken(&forms[n], &accept.at[i]))
                return &forms[n];
    return NULL;
}

err result_form_respond(const struct result_form *form, struct search *s,
                        const struct search_images_result *result)
{
    struct request *r = s->r;
    struct buf out = BUF_IN(request_arena(r));
    str type = str_of(form->type);
    if (form->is_multipart && result->page.rows.len == 0) { /* a body has at least one part */
        http_respond(r->x, 204, STR(""), STR(""));
        return OK;
    }
    TRY(form->write(s, result, &out, &type));
    str etag = str_format(request_arena(r), "%016llx", (unsigned long long)str_hash(buf_str(&out)));
    http_set_header(r->x, "ETag", str_format(request_arena(r), "W/\"%.*s\"", STR_ARG(etag)));
    if (!request_is_unchanged(r, etag))
        request_respond_json(r, 200, type, buf_str(&out));
    return OK;
}
