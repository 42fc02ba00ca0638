/* What leaves: de-identified copies, and other servers. */
#include "application/commands/disclosures/create_deidentification_project/command.h"
#include "application/commands/disclosures/create_destination/command.h"
#include "application/commands/disclosures/deidentify_studies/command.h"
#include "application/commands/disclosures/delete_deidentification_project/command.h"
#include "application/commands/disclosures/delete_destination/command.h"
#include "application/commands/disclosures/forward_studies/command.h"
#include "application/commands/disclosures/update_deidentification_project/command.h"
#include "application/commands/disclosures/update_destination/command.h"
#include "application/queries/disclosures/get_deidentification_project/query.h"
#include "application/queries/disclosures/get_destination/query.h"
#include "application/queries/disclosures/get_task_report/query.h"
#include "application/queries/disclosures/list_deidentification_projects/query.h"
#include "application/queries/disclosures/list_destinations/query.h"
#include "presentation/internal_routers/routers.h"

#define PROJECTS .tag = "de-identification"
#define DESTINATIONS .tag = "destinations"

const struct route disclosure_routes[] = {
    {"GET", "/deidentification-projects", &list_deidentification_projects_use_case, PROJECTS},
    {"POST", "/deidentification-projects", &create_deidentification_project_use_case,
     .body = HTTP_BODY_BUFFERED, .success = 201, PROJECTS},
    {"GET", "/deidentification-projects/{id}", &get_deidentification_project_use_case, PROJECTS},
    {"PATCH", "/deidentification-projects/{id}", &update_deidentification_project_use_case,
     .body = HTTP_BODY_BUFFERED, PROJECTS},
    {"DELETE", "/deidentification-projects/{id}", &delete_deidentification_project_use_case,
     .success = 204, PROJECTS},
    {"POST", "/deidentifications", &deidentify_studies_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 202, PROJECTS},
    {"GET", "/destinations", &list_destinations_use_case, DESTINATIONS},
    {"POST", "/destinations", &create_destination_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, DESTINATIONS},
    {"GET", "/destinations/{id}", &get_destination_use_case, DESTINATIONS},
    {"PATCH", "/destinations/{id}", &update_destination_use_case, .body = HTTP_BODY_BUFFERED,
     DESTINATIONS},
    {"DELETE", "/destinations/{id}", &delete_destination_use_case, .success = 204, DESTINATIONS},
    {"POST", "/forwards", &forward_studies_use_case, .body = HTTP_BODY_BUFFERED, .success = 202,
     DESTINATIONS},
    {"GET", "/tasks/{id}/report", &get_task_report_use_case, .tag = "tasks"},
};
const size_t disclosure_route_count = COUNT_OF(disclosure_routes);
