/* Subscribe, suspend, unsubscribe, and the event reports: PS3.18 11.10 to 11.13. They go as
 * Server-Sent Events where the standard has a WebSocket. */
#include "presentation/internal_routers/dicomweb_workitems.h"

#include "application/commands/work_items/subscribe_work_items/command.h"
#include "application/commands/work_items/suspend_subscription/command.h"
#include "application/commands/work_items/unsubscribe_work_items/command.h"
#include "application/queries/work_items/get_newest_work_item_event/query.h"
#include "application/queries/work_items/list_work_item_events/query.h"
#include "base/arena.h"
#include "presentation/event_streams.h"
#include "presentation/internal_routers/dicomweb_search.h"
#include "presentation/router.h"

static str ae_title_of(struct request *r)
{
    return str_trim(request_parameter(r, "aetitle"));
}

/* A line for each key. What has no "=" goes on the value before: it had a comma. */
static void add_filter(struct buf *out, str list)
{
    str part;
    while (str_cut(&list, ',', &part)) {
        bool is_key = str_find_char(part, '=') != SIZE_MAX;
        if (out->len != 0)
            buf_add_char(out, is_key ? '\n' : ',');
        buf_add(out, is_key ? str_trim(part) : part);
    }
}

static err read_subscription(struct request *r, struct subscribe_work_items *cmd)
{
    struct buf filter = BUF_IN(request_arena(r));
    for (size_t i = 0; i < r->query.len; i++) {
        const struct query_pair *pair = &r->query.at[i];
        if (str_find_char(pair->value, '\n') != SIZE_MAX)
            return ERR(MALFORMED, "a line break is not part of a parameter");
        if (str_eq_nocase(pair->name, STR("deletionlock")))
            TRY(search_read_switch(pair->value, &cmd->has_lock));
        else if (str_eq_nocase(pair->name, STR("filter")))
            add_filter(&filter, pair->value);
        else if (worklist_scope_of(cmd->uid) == SUBSCRIPTION_FILTERED &&
                 !str_eq_nocase(pair->name, STR("accept"))) /* as the first editions had it */
            buf_addf(&filter, "%s%.*s=%.*s", filter.len != 0 ? "\n" : "", STR_ARG(pair->name),
                     STR_ARG(pair->value));
    }
    cmd->filter = buf_str(&filter);
    return OK;
}

err workitems_subscribe(struct request *r)
{
    struct subscribe_work_items cmd = {.ae_title = ae_title_of(r)};
    struct subscribe_work_items_result result;
    struct buf url = BUF_IN(request_arena(r));
    TRY(workitems_uid(r, &cmd.uid));
    err e = read_subscription(r, &cmd);
    if (!failed(e))
        e = subscribe_work_items_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    buf_addf(&url, "%.*s/subscribers/", STR_ARG(dicomweb_base_url(r)));
    url_encode(&url, cmd.ae_title);
    http_set_header(r->x, "Content-Location", buf_str(&url));
    http_respond(r->x, 201, STR(""), STR(""));
    return OK;
}

err workitems_unsubscribe(struct request *r)
{
    struct unsubscribe_work_items cmd = {.ae_title = ae_title_of(r)};
    struct unsubscribe_work_items_result result;
    TRY(workitems_uid(r, &cmd.uid));
    err e = unsubscribe_work_items_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    http_respond(r->x, 200, STR(""), STR(""));
    return OK;
}

err workitems_suspend(struct request *r)
{
    struct suspend_subscription cmd = {.ae_title = ae_title_of(r)};
    struct suspend_subscription_result result;
    TRY(workitems_uid(r, &cmd.uid));
    err e = suspend_subscription_send(&r->scope, &cmd, &result);
    if (failed(e))
        return workitems_refuse(r, e);
    http_respond(r->x, 200, STR(""), STR(""));
    return OK;
}

/* ---- event reports ---- */

static bool takes_events(struct request *r)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    for (size_t i = 0; i < accept.len; i++)
        if (str_eq(accept.at[i].media_type, STR("text/event-stream")) ||
            str_eq(accept.at[i].media_type, STR("text/*")) ||
            str_eq(accept.at[i].media_type, STR("*/*")))
            return true;
    return false;
}

static err newest_report(struct scope *scope, int64_t *key)
{
    struct get_newest_work_item_event_result newest;
    TRY(get_newest_work_item_event_send(scope, &(struct get_newest_work_item_event){0}, &newest));
    *key = newest.key;
    return OK;
}

static err page_of_reports(struct scope *scope, str ae_title, int64_t after, uint32_t limit,
                           struct feed_event_slice *out)
{
    const struct list_work_item_events query = {ae_title, after, limit};
    struct list_work_item_events_result found;
    TRY(list_work_item_events_send(scope, &query, &found));
    for (size_t i = 0; i < found.events.len; i++)
        *SLICE_PUSH(scope->arena, out) =
            (struct feed_event){.key = found.events.at[i].key,
                                .data = work_item_event_report(scope->arena, &found.events.at[i])};
    return OK;
}

static const struct event_feed reports = {.newest = newest_report, .page = page_of_reports};

err workitems_events(struct request *r)
{
    int64_t after;
    bool is_named;
    str ae_title = ae_title_of(r);
    if (!takes_events(r))
        return ERR(NOT_ACCEPTABLE, "event reports are text/event-stream");
    TRY(worklist_check_ae_title(ae_title));
    TRY(event_streams_position(r, &is_named, &after));
    if (!is_named) /* from now on */
        TRY(newest_report(&r->scope, &after));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "X-Accel-Buffering", STR("no")); /* proxies hand on what comes */
    return event_streams_respond(r->app->streams, r, &reports, ae_title, after);
}
