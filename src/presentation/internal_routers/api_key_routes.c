/* API keys of the organization. */
#include "application/commands/api_keys/create_api_key/command.h"
#include "application/commands/api_keys/revoke_api_key/command.h"
#include "application/commands/api_keys/update_api_key/command.h"
#include "application/queries/api_keys/get_api_key/query.h"
#include "application/queries/api_keys/list_api_keys/query.h"
#include "presentation/internal_routers/routers.h"

const struct route api_key_routes[] = {
    {"GET", "/api-keys", &list_api_keys_use_case, .tag = "api-keys"},
    {"POST", "/api-keys", &create_api_key_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "api-keys"},
    {"GET", "/api-keys/{id}", &get_api_key_use_case, .is_quick = true, .tag = "api-keys"},
    {"PATCH", "/api-keys/{id}", &update_api_key_use_case, .body = HTTP_BODY_BUFFERED,
     .tag = "api-keys"},
    {"DELETE", "/api-keys/{id}", &revoke_api_key_use_case, .success = 204, .tag = "api-keys"},
};
const size_t api_key_route_count = COUNT_OF(api_key_routes);
