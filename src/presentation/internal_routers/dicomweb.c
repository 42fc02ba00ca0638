/* The route table of DICOMweb and the shared pieces. */
#include "presentation/internal_routers/dicomweb.h"

#include "application/commands/images/store_instance/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/images/search_images/query.h"
#include "dicom/uid.h"
#include "domain/enums/permission.h"
#include "presentation/internal_routers/routers.h"

err dicomweb_path(struct request *r, struct image_path *out)
{
    *out = (struct image_path){request_parameter(r, "study"), request_parameter(r, "series"),
                               request_parameter(r, "instance")};
    const str uids[] = {out->study_uid, out->series_uid, out->sop_uid};
    for (size_t i = 0; i < COUNT_OF(uids); i++)
        if (uids[i].ptr != NULL && !uid_is_tolerable(uids[i]))
            return ERR(NOT_FOUND, "not found");
    return OK;
}

static bool is_host(str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              strchr(".-:[]", c) != NULL))
            return false;
    }
    return host.len != 0 && host.len < 256;
}

str dicomweb_base_url(struct request *r)
{
    str host = http_header(r->x, "Host"), scheme = http_header(r->x, "X-Forwarded-Proto");
    if (!is_host(host))
        return STR("/dicom-web");
    return str_format(request_arena(r), "%s://%.*s/dicom-web",
                      str_eq(scheme, STR("https")) ? "https" : "http", STR_ARG(host));
}

void dicomweb_accept(struct request *r, struct accept_item_slice *out)
{
    str parameter = request_query(r, "accept"), header = http_header(r->x, "Accept");
    accept_read(request_arena(r), parameter.len != 0 ? parameter : header, out);
    if (out->len == 0)
        *SLICE_PUSH(request_arena(r), out) =
            (struct accept_item){.media_type = STR("*/*"), .quality = 1000};
}

void dicomweb_set_tag(struct request *r, str etag, bool is_immutable)
{
    http_set_header(r->x, "ETag", str_format(request_arena(r), "\"%.*s\"", STR_ARG(etag)));
    http_set_header(r->x, "Cache-Control",
                    is_immutable && r->scope.services->duplicates == DUPLICATES_REFUSE
                        ? STR("private, max-age=31536000, immutable")
                        : STR("private, no-cache"));
    http_set_header(r->x, "Accept-Ranges", STR("bytes"));
    http_set_header(r->x, "Vary", STR("Accept"));
}

void dicomweb_set_immutable(struct request *r, str etag)
{
    dicomweb_set_tag(r, etag, true);
}

#define STUDY "/studies/{study}"
#define SERIES STUDY "/series/{series}"
#define INSTANCE SERIES "/instances/{instance}"
#define SEARCH_TYPES "application/dicom+json, application/json, application/dicom+xml, text/csv"
#define SEARCH                                                                                     \
    .handle = dicomweb_search, .behind = &search_images_use_case, .needs = READ_STUDIES,           \
    .takes_cookie = true, .lane = LANE_DB, .tag = "search", .answers = SEARCH_TYPES
#define RETRIEVE                                                                                   \
    .behind = &retrieve_images_use_case, .needs = READ_STUDIES, .takes_cookie = true,              \
    .lane = LANE_DB, .tag = "retrieve"
#define ARCHIVES ", application/zip, application/x-tar"
#define STORE                                                                                      \
    .handle = dicomweb_store, .behind = &store_instance_use_case, .needs = WRITE_STUDIES,          \
    .lane = LANE_STREAM, .body = HTTP_BODY_STREAM, .tag = "store",                                 \
    .answers = "application/dicom+json"

const struct route dicomweb_routes[] = {
    {"OPTIONS", "/", .handle = dicomweb_capabilities, .needs = READ_STUDIES, .lane = LANE_DB,
     .tag = "search", .doc = "What this server offers",
     .answers = "application/vnd.sun.wadl+xml, application/json"},
    {"GET", "/patients", SEARCH, .doc = "Search patients"},
    {"GET", "/studies", SEARCH, .doc = "Search studies"},
    {"GET", "/series", SEARCH, .doc = "Search series"},
    {"GET", "/instances", SEARCH, .doc = "Search instances"},
    {"GET", STUDY "/series", SEARCH, .doc = "Search series of a study"},
    {"GET", STUDY "/instances", SEARCH, .doc = "Search instances of a study"},
    {"GET", SERIES "/instances", SEARCH, .doc = "Search instances of a series"},
    {"POST", "/studies", STORE, .doc = "Store instances"},
    {"POST", STUDY, STORE, .doc = "Store instances of a study"},
    {"GET", STUDY, .handle = dicomweb_retrieve, RETRIEVE, .doc = "Retrieve a study",
     .answers = "multipart/related" ARCHIVES},
    {"GET", SERIES, .handle = dicomweb_retrieve, RETRIEVE, .doc = "Retrieve a series",
     .answers = "multipart/related" ARCHIVES},
    {"GET", INSTANCE, .handle = dicomweb_retrieve, RETRIEVE, .is_quick = true,
     .doc = "Retrieve an instance", .answers = "application/dicom" ARCHIVES},
    {"GET", STUDY "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of a study", .answers = "application/dicom+json"},
    {"GET", SERIES "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of a series", .answers = "application/dicom+json"},
    {"GET", INSTANCE "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of an instance", .answers = "application/dicom+json"},
    {"GET", INSTANCE "/frames/{frames}", .handle = dicomweb_frames, RETRIEVE, .is_quick = true,
     .doc = "Frames as stored", .answers = "multipart/related"},
    {"GET", "/wado", .handle = dicomweb_wado_uri, RETRIEVE,
     .doc = "Retrieve an instance by query parameters (WADO-URI)", .answers = "application/dicom"},
    {"DELETE", STUDY, .handle = dicomweb_delete, .behind = &trash_study_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "store", .success = 204,
     .doc = "Move a study to the trash"},
    {"DELETE", SERIES, .handle = dicomweb_delete, .behind = &trash_series_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "store", .success = 204,
     .doc = "Move a series to the trash"},
    {"DELETE", INSTANCE, .handle = dicomweb_delete, .behind = &trash_instance_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "store", .success = 204,
     .doc = "Move an instance to the trash"},
    {"GET", INSTANCE "/bulkdata/{path*}", .handle = dicomweb_bulkdata, RETRIEVE, .is_quick = true,
     .doc = "A bulk value", .answers = "application/octet-stream"},
};
const size_t dicomweb_route_count = COUNT_OF(dicomweb_routes);
