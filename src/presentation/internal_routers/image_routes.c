/* Studies, series and instances as JSON. */
#include "application/commands/images/rebuild_study/command.h"
#include "application/commands/images/restore_instance/command.h"
#include "application/commands/images/restore_instance_version/command.h"
#include "application/commands/images/restore_series/command.h"
#include "application/commands/images/restore_study/command.h"
#include "application/commands/images/purge_instance/command.h"
#include "application/commands/images/purge_series/command.h"
#include "application/commands/images/purge_study/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/images/get_instance/query.h"
#include "application/queries/images/get_series/query.h"
#include "application/queries/images/get_study/query.h"
#include "application/queries/images/list_instance_versions/query.h"
#include "application/queries/images/list_instances/query.h"
#include "application/queries/images/list_series/query.h"
#include "application/queries/images/list_studies/query.h"
#include "application/queries/images/list_trashed_instances/query.h"
#include "application/queries/images/list_trashed_series/query.h"
#include "application/queries/images/retrieve_instance_version/query.h"
#include "presentation/internal_routers/dicomweb_answer.h"
#include "presentation/internal_routers/routers.h"

static err read_id(struct request *r, const char *name, uuid *out)
{
    return uuid_from_text(request_parameter(r, name), out) ? OK : ERR(NOT_FOUND, "not found");
}

/* As the version was sent, whatever the client would rather have. */
static err instance_version_file(struct request *r)
{
    struct retrieve_instance_version query;
    struct retrieve_instance_version_result result;
    struct retrieve_images_result *images = NEW(request_arena(r), struct retrieve_images_result);
    TRY(read_id(r, "id", &query.id));
    TRY(read_id(r, "version_id", &query.version_id));
    TRY(retrieve_instance_version_send(&r->scope, &query, &result));
    *SLICE_PUSH(request_arena(r), &images->instances) = result.instance;
    return dicomweb_respond_single(r, images, STR_NONE);
}

const struct route image_routes[] = {
    {"GET", "/studies", &list_studies_use_case, .tag = "studies"},
    {"GET", "/studies/{id}", &get_study_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/studies/{id}", &trash_study_use_case, .tag = "studies"},
    {"POST", "/studies/{id}/restore", &restore_study_use_case, .tag = "studies"},
    {"POST", "/studies/{id}/rebuild", &rebuild_study_use_case, .success = 202, .tag = "studies"},
    {"GET", "/studies/{id}/series", &list_series_use_case, .tag = "studies"},
    {"GET", "/series/{id}", &get_series_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/series/{id}", &trash_series_use_case, .tag = "studies"},
    {"POST", "/series/{id}/restore", &restore_series_use_case, .tag = "studies"},
    {"GET", "/series/{id}/instances", &list_instances_use_case, .tag = "studies"},
    {"GET", "/instances/{id}", &get_instance_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/instances/{id}", &trash_instance_use_case, .tag = "studies"},
    {"POST", "/instances/{id}/restore", &restore_instance_use_case, .tag = "studies"},
    {"GET", "/instances/{id}/versions", &list_instance_versions_use_case, .tag = "studies"},
    {"GET", "/instances/{id}/versions/{version_id}/file", .handle = instance_version_file,
     .behind = &retrieve_instance_version_use_case, .needs = READ_STUDIES, .is_signable = true,
     .lane = LANE_DB, .tag = "studies", .doc = "The bytes of a version",
     .answers = "application/dicom"},
    {"POST", "/instances/{id}/versions/{version_id}/restore", &restore_instance_version_use_case,
     .lane = LANE_STREAM, .tag = "studies"},
    {"GET", "/trash/series", &list_trashed_series_use_case, .tag = "studies"},
    {"GET", "/trash/instances", &list_trashed_instances_use_case, .tag = "studies"},
    {"DELETE", "/trash/studies/{id}", &purge_study_use_case, .tag = "studies"},
    {"DELETE", "/trash/series/{id}", &purge_series_use_case, .tag = "studies"},
    {"DELETE", "/trash/instances/{id}", &purge_instance_use_case, .tag = "studies"},
};
const size_t image_route_count = COUNT_OF(image_routes);
