/* How long studies are kept. */
#include "application/commands/retention/create_retention_rule/command.h"
#include "application/commands/retention/delete_retention_rule/command.h"
#include "application/commands/retention/lift_legal_hold/command.h"
#include "application/commands/retention/place_legal_hold/command.h"
#include "application/commands/retention/update_retention_rule/command.h"
#include "application/queries/retention/get_legal_hold/query.h"
#include "application/queries/retention/get_retention_rule/query.h"
#include "application/queries/retention/list_retention_rules/query.h"
#include "application/queries/retention/preview_retention/query.h"
#include "presentation/internal_routers/routers.h"

const struct route retention_routes[] = {
    {"GET", "/retention-rules", &list_retention_rules_use_case, .tag = "retention"},
    {"GET", "/retention-rules/preview", &preview_retention_use_case, .tag = "retention"},
    {"GET", "/retention-rules/{id}", &get_retention_rule_use_case, .tag = "retention"},
    {"POST", "/retention-rules", &create_retention_rule_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "retention"},
    {"PATCH", "/retention-rules/{id}", &update_retention_rule_use_case, .body = HTTP_BODY_BUFFERED,
     .tag = "retention"},
    {"DELETE", "/retention-rules/{id}", &delete_retention_rule_use_case, .success = 204,
     .tag = "retention"},
    {"GET", "/studies/{id}/legal-hold", &get_legal_hold_use_case, .tag = "retention"},
    {"PUT", "/studies/{id}/legal-hold", &place_legal_hold_use_case, .body = HTTP_BODY_BUFFERED,
     .tag = "retention"},
    {"DELETE", "/studies/{id}/legal-hold", &lift_legal_hold_use_case, .success = 204,
     .tag = "retention"},
};
const size_t retention_route_count = COUNT_OF(retention_routes);
