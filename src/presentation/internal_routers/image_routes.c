/* Studies, series and instances as JSON. */
#include "application/commands/images/restore_instance/command.h"
#include "application/commands/images/restore_series/command.h"
#include "application/commands/images/restore_study/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/images/get_instance/query.h"
#include "application/queries/images/get_series/query.h"
#include "application/queries/images/get_study/query.h"
#include "application/queries/images/list_instances/query.h"
#include "application/queries/images/list_series/query.h"
#include "application/queries/images/list_studies/query.h"
#include "application/queries/images/list_trashed_instances/query.h"
#include "application/queries/images/list_trashed_series/query.h"
#include "presentation/internal_routers/routers.h"

const struct route image_routes[] = {
    {"GET", "/studies", &list_studies_use_case, .tag = "studies"},
    {"GET", "/studies/{id}", &get_study_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/studies/{id}", &trash_study_use_case, .tag = "studies"},
    {"POST", "/studies/{id}/restore", &restore_study_use_case, .tag = "studies"},
    {"GET", "/studies/{id}/series", &list_series_use_case, .tag = "studies"},
    {"GET", "/series/{id}", &get_series_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/series/{id}", &trash_series_use_case, .tag = "studies"},
    {"POST", "/series/{id}/restore", &restore_series_use_case, .tag = "studies"},
    {"GET", "/series/{id}/instances", &list_instances_use_case, .tag = "studies"},
    {"GET", "/instances/{id}", &get_instance_use_case, .is_quick = true, .tag = "studies"},
    {"DELETE", "/instances/{id}", &trash_instance_use_case, .tag = "studies"},
    {"POST", "/instances/{id}/restore", &restore_instance_use_case, .tag = "studies"},
    {"GET", "/trash/series", &list_trashed_series_use_case, .tag = "studies"},
    {"GET", "/trash/instances", &list_trashed_instances_use_case, .tag = "studies"},
};
const size_t image_route_count = COUNT_OF(image_routes);
