/* Links, inboxes and albums, for those who make them. */
#include "application/commands/albums/add_album_member/command.h"
#include "application/commands/albums/add_album_studies/command.h"
#include "application/commands/albums/create_album/command.h"
#include "application/commands/albums/delete_album/command.h"
#include "application/commands/albums/remove_album_member/command.h"
#include "application/commands/albums/remove_album_study/command.h"
#include "application/commands/albums/update_album/command.h"
#include "application/commands/shares/create_share/command.h"
#include "application/commands/shares/revoke_share/command.h"
#include "application/commands/shares/update_share/command.h"
#include "application/queries/albums/get_album/query.h"
#include "application/queries/albums/list_album_members/query.h"
#include "application/queries/albums/list_album_studies/query.h"
#include "application/queries/albums/list_albums/query.h"
#include "application/queries/shares/get_share/query.h"
#include "application/queries/shares/list_share_visits/query.h"
#include "application/queries/shares/list_shares/query.h"
#include "application/queries/shares/list_study_shares/query.h"
#include "presentation/internal_routers/routers.h"

/* Passwords are hashed where processors are. */
#define CREATE                                                                                     \
    .use_case = &create_share_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,              \
    .success = 201, .tag = "shares"

const struct route share_routes[] = {
    {"GET", "/shares", &list_shares_use_case, .tag = "shares"},
    {"POST", "/shares", CREATE},
    {"GET", "/shares/{id}", &get_share_use_case, .tag = "shares"},
    {"PATCH", "/shares/{id}", &update_share_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .tag = "shares"},
    {"DELETE", "/shares/{id}", &revoke_share_use_case, .success = 204, .tag = "shares"},
    {"GET", "/shares/{id}/visits", &list_share_visits_use_case, .tag = "shares"},
    {"GET", "/studies/{id}/shares", &list_study_shares_use_case, .tag = "shares"},
    {"POST", "/studies/{id}/shares", CREATE},
    {"GET", "/albums", &list_albums_use_case, .tag = "albums"},
    {"POST", "/albums", &create_album_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "albums"},
    {"GET", "/albums/{id}", &get_album_use_case, .tag = "albums"},
    {"PATCH", "/albums/{id}", &update_album_use_case, .body = HTTP_BODY_BUFFERED, .tag = "albums"},
    {"DELETE", "/albums/{id}", &delete_album_use_case, .success = 204, .tag = "albums"},
    {"GET", "/albums/{id}/studies", &list_album_studies_use_case, .tag = "albums"},
    {"POST", "/albums/{id}/studies", &add_album_studies_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 204, .tag = "albums"},
    {"DELETE", "/albums/{id}/studies/{study_id}", &remove_album_study_use_case, .success = 204,
     .tag = "albums"},
    {"GET", "/albums/{id}/members", &list_album_members_use_case, .tag = "albums"},
    {"POST", "/albums/{id}/members", &add_album_member_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "albums"},
    {"DELETE", "/albums/{id}/members/{grant_id}", &remove_album_member_use_case, .success = 204,
     .tag = "albums"},
};
const size_t share_route_count = COUNT_OF(share_routes);
