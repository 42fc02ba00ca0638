/* Create, retrieve, update, change state, request cancellation: PS3.18 11.4 to 11.8. */
#include "presentation/internal_routers/dicomweb_workitems.h"

#include "application/commands/work_items/change_work_item_state/command.h"
#include "application/commands/work_items/create_work_item/command.h"
#include "application/commands/work_items/request_cancellation/command.h"
#include "application/commands/work_items/update_work_item/command.h"
#include "application/models/data_set_text.h"
#include "application/queries/work_items/get_work_item/query.h"
#include "dicom/uid.h"
#include "presentation/internal_routers/dicomweb_model.h"
#include "presentation/middleware/middleware.h"

err workitems_uid(struct request *r, str *out)
{
    *out = request_parameter(r, "workitem");
    return uid_is_tolerable(*out) ? OK : ERR(NOT_FOUND, "not found");
}

void workitems_warn(struct request *r, const char *text)
{
    http_set_header(
        r->x, "Warning",
        str_format(request_arena(r), "299 %.*s: %s", STR_ARG(dicomweb_base_url(r)), text));
}

err workitems_refuse(struct request *r, err e)
{
    if (e.code == ERR_MALFORMED || e.code == ERR_CONFLICT)
        workitems_warn(r, e.text);
    return e;
}

static err read_body(struct request *r, str *out)
{
    enum data_set_form form;
    str document;
    TRY(dicomweb_read_body(r, &form, &document));
    return data_set_text_read(request_arena(r), form, document, out);
}

/* ---- transactions ---- */

/* "?1.2.3", "?workitem=1.2.3" and what older editions and clients call it. */
static str uid_in_query(struct request *r)
{
    for (size_t i = 0; i < r->query.len; i++) {
        const struct query_pair *pair = &r->query.at[i];
        if (str_eq_nocase(pair->name, STR("workitem")) ||
            str_eq_nocase(pair->name, STR("AffectedSOPInstanceUID")))
            return pair->value;
        if (pair->value.len == 0 && uid_is_tolerable(pair->name))
            return pair->name;
    }
    return STR_NONE;
}

err workitems_create(struct request *r)
{
    struct create_work_item cmd = {.uid = uid_in_query(r)};
    struct create_work_item_result result;
    err e = read_body(r, &cmd.data_set);
    if (!failed(e))
        e = create_work_item_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    if (result.was_changed)
        workitems_warn(r, "The Workitem was created with modifications.");
    http_set_header(r->x, "Location",
                    str_format(request_arena(r), "%.*s/workitems/%.*s",
                               STR_ARG(dicomweb_base_url(r)), STR_ARG(result.uid)));
    http_respond(r->x, 201, STR(""), STR(""));
    return OK;
}

err workitems_retrieve(struct request *r)
{
    struct get_work_item query = {0};
    struct get_work_item_result result;
    struct arena *a = request_arena(r);
    enum model_form form = dicomweb_model_form(r);
    if (form == MODEL_NONE)
        return ERR(NOT_ACCEPTABLE,
                   "a work item is application/dicom+json or application/dicom+xml");
    TRY(workitems_uid(r, &query.uid));
    TRY(get_work_item_send(&r->scope, &query, &result));
    str etag = str_format(a, "%lld", (long long)result.version);
    http_set_header(r->x, "ETag", str_format(a, "W/\"%.*s\"", STR_ARG(etag)));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    http_set_header(r->x, "Vary", STR("Accept"));
    if (request_is_unchanged(r, etag))
        return OK;
    return dicomweb_respond_model(r, 200, form, str_format(a, "[%.*s]", STR_ARG(result.data_set)),
                                  etag);
}

/* As PS3.18 11.6.1 writes it, as its first editions did, or alone. */
static str transaction_in_query(struct request *r)
{
    for (size_t i = 0; i < r->query.len; i++) {
        const struct query_pair *pair = &r->query.at[i];
        if (str_eq_nocase(pair->name, STR("transaction-uid")) ||
            str_eq_nocase(pair->name, STR("transaction")) ||
            str_eq_nocase(pair->name, STR("TransactionUID")))
            return pair->value;
        if (pair->value.len == 0 && uid_is_tolerable(pair->name))
            return pair->name;
    }
    return STR_NONE;
}

err workitems_update(struct request *r)
{
    struct update_work_item cmd = {.transaction_uid = transaction_in_query(r)};
    struct update_work_item_result result;
    TRY(workitems_uid(r, &cmd.uid));
    err e = read_body(r, &cmd.changes);
    if (!failed(e))
        e = update_work_item_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    http_respond(r->x, 200, STR(""), STR(""));
    return OK;
}

err workitems_change_state(struct request *r)
{
    struct change_work_item_state cmd = {0};
    struct change_work_item_state_result result;
    TRY(workitems_uid(r, &cmd.uid));
    err e = read_body(r, &cmd.action);
    if (!failed(e))
        e = change_work_item_state_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    if (result.warning != NULL)
        workitems_warn(r, result.warning);
    http_respond(r->x, 200, STR(""), STR(""));
    return OK;
}

err workitems_request_cancel(struct request *r)
{
    struct request_cancellation cmd = {0};
    struct request_cancellation_result result;
    TRY(workitems_uid(r, &cmd.uid));
    err e = r->x->body.len == 0 && !http_has_body(r->x) ? OK : read_body(r, &cmd.request);
    if (!failed(e))
        e = request_cancellation_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    if (result.warning != NULL)
        workitems_warn(r, result.warning);
    http_respond(r->x, 202, STR(""), STR(""));
    return OK;
}
