/* Signing addresses. Whether an address can be signed is in the tables of routes, so it is found
 * out here; all else is the command's. */
#include "application/commands/auth/create_signed_url/command.h"
#include "base/json.h"
#include "core/mediator.h"
#include "presentation/binding.h"
#include "presentation/dependencies/signed_url.h"
#include "presentation/internal_routers/routers.h"

static err complain(struct request *r, const char *text)
{
    issues_add(&r->scope.issues, STR("path"), text);
    return ERR(INVALID, "some fields are not valid");
}

/* The same question that the address will be asked, to the same table. */
static err find_route(struct request *r, const struct create_signed_url *cmd, str path,
                      struct request *of)
{
    const struct compiled_route *c;
    *of = (struct request){.x = r->x, .app = r->app};
    err e = router_find(of, STR("GET"), path, &c);
    http_unset_header(r->x, "Allow");
    if (failed(e) || !c->route->is_signable || c->of_share || (c->takes & r->takes) == 0)
        return complain(r, "is no address that can be signed");
    TRY(r->app->mediator->ops->admit(r->app->mediator, &r->principal, c->needs));
    return cmd->method.len == 0 || str_eq(cmd->method, STR("GET")) ||
                   str_eq(cmd->method, STR("HEAD"))
               ? OK
               : ERR(INVALID, "some fields are not valid");
}

/* Of DICOMweb by its path, of WADO-URI by its query. */
static err read_uids(const struct request *of, struct create_signed_url *cmd)
{
    bool is_by_path = request_parameter(of, "study").ptr != NULL;
    str id = request_parameter(of, "id");
    cmd->study_uid = is_by_path ? request_parameter(of, "study") : request_query(of, "studyUID");
    if (cmd->study_uid.len != 0) {
        cmd->series_uid =
            is_by_path ? request_parameter(of, "series") : request_query(of, "seriesUID");
        cmd->sop_uid =
            is_by_path ? request_parameter(of, "instance") : request_query(of, "objectUID");
    }
    return id.ptr == NULL || uuid_from_text(id, &cmd->instance_id) ? OK
                                                                   : ERR(NOT_FOUND, "not found");
}

static err find_resource(struct request *r, struct create_signed_url *cmd)
{
    struct request *of = NEW(request_arena(r), struct request);
    size_t mark = str_find_char(cmd->path, '?');
    str path = str_sub(cmd->path, 0, mark),
        query = mark == SIZE_MAX ? STR("") : str_sub(cmd->path, mark + 1, cmd->path.len);
    for (size_t i = 0; i < cmd->path.len; i++)
        if ((unsigned char)cmd->path.ptr[i] <= 0x20 || (unsigned char)cmd->path.ptr[i] >= 0x7F ||
            cmd->path.ptr[i] == '#')
            return complain(r, "is not written as an address is");
    TRY(find_route(r, cmd, path, of));
    TRY(query_read(request_arena(r), query, &of->query));
    if (request_query(of, SIGNATURE_PARAMETER).ptr != NULL)
        return complain(r, "has a signature already");
    TRY(read_uids(of, cmd));
    return signed_url_spell(request_arena(r), path, query, &cmd->path);
}

static err sign(struct request *r)
{
    struct create_signed_url cmd = {0};
    struct create_signed_url_result result;
    TRY(request_bind(r, &create_signed_url_schema, &cmd));
    if (cmd.path.len != 0)
        TRY(find_resource(r, &cmd));
    TRY(create_signed_url_send(&r->scope, &cmd, &result));
    struct buf body = BUF_IN(request_arena(r));
    json_write(&body, &create_signed_url_result_schema, &result, 0);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, 201, STR("application/json"), buf_str(&body));
    return OK;
}

const struct route signed_url_routes[] = {
    {"POST", "/signed-urls", .handle = sign, .needs = SIGN_URLS,
     .behind = &create_signed_url_use_case, .lane = LANE_DB, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "signed-urls",
     .doc = "Sign an address, so that it is good for a short time without other credentials",
     .takes = "application/json", .answers = "application/json",
     .answer = &create_signed_url_result_schema},
};
const size_t signed_url_route_count = COUNT_OF(signed_url_routes);
