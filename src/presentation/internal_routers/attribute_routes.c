/* Indexed attributes of the organization. */
#include "application/commands/attributes/create_indexed_attribute/command.h"
#include "application/commands/attributes/delete_indexed_attribute/command.h"
#include "application/queries/attributes/list_indexed_attributes/query.h"
#include "presentation/internal_routers/routers.h"

const struct route attribute_routes[] = {
    {"GET", "/indexed-attributes", &list_indexed_attributes_use_case, .tag = "search"},
    {"POST", "/indexed-attributes", &create_indexed_attribute_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "search"},
    {"DELETE", "/indexed-attributes/{id}", &delete_indexed_attribute_use_case, .success = 204,
     .tag = "search"},
};
const size_t attribute_route_count = COUNT_OF(attribute_routes);
