/* The route table of DICOMweb and the shared pieces. */
#include "presentation/internal_routers/dicomweb.h"

#include "application/commands/images/store_instance/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/commands/non_patient_objects/store_non_patient_object/command.h"
#include "application/commands/work_items/change_work_item_state/command.h"
#include "application/commands/work_items/create_work_item/command.h"
#include "application/commands/work_items/request_cancellation/command.h"
#include "application/commands/work_items/subscribe_work_items/command.h"
#include "application/commands/work_items/suspend_subscription/command.h"
#include "application/commands/work_items/unsubscribe_work_items/command.h"
#include "application/commands/work_items/update_work_item/command.h"
#include "application/queries/changes/follow_changes/query.h"
#include "application/queries/images/check_storage/query.h"
#include "application/queries/images/retrieve_bulk/query.h"
#include "application/queries/images/search_images/query.h"
#include "application/queries/non_patient_objects/retrieve_non_patient_object/query.h"
#include "application/queries/non_patient_objects/search_non_patient_objects/query.h"
#include "application/queries/work_items/get_work_item/query.h"
#include "application/queries/work_items/list_work_item_events/query.h"
#include "application/queries/work_items/search_work_items/query.h"
#include "dicom/uid.h"
#include "domain/enums/permission.h"
#include "presentation/internal_routers/dicomweb_workitems.h"
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

enum non_patient_category dicomweb_category(const struct request *r)
{
    str path = str_of(r->route->path + 1);
    return non_patient_category_find(str_sub(path, 0, str_find_char(path, '/')));
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
        return r->mount;
    return str_format(request_arena(r), "%s://%.*s%.*s",
                      str_eq(scheme, STR("https")) ? "https" : "http", STR_ARG(host),
                      STR_ARG(r->mount));
}

/* Quotes within a text are escaped, so what is looked for is a member and nothing else. */
str dicomweb_relocated(struct request *r, str json)
{
    const str member = STR("\"BulkDataURI\":\""), kept = STR("/dicom-web/");
    struct buf out = BUF_IN(request_arena(r));
    size_t at;
    if (str_eq(r->mount, STR("/dicom-web")) || json.len == 0)
        return json;
    while ((at = str_find(json, member)) != SIZE_MAX) {
        buf_add(&out, str_sub(json, 0, at + member.len));
        json = str_sub(json, at + member.len, json.len);
        if (!str_starts(json, kept))
            continue;
        buf_add(&out, r->mount);
        json = str_sub(json, kept.len - 1, json.len);
    }
    buf_add(&out, json);
    return buf_str(&out);
}

err dicomweb_check_charset(struct request *r)
{
    str parameter = request_query(r, "charset");
    if (parameter.len != 0)
        return charsets_take_utf8(parameter, false)
                   ? OK
                   : ERR(MALFORMED, "charset names no character set that is had: UTF-8");
    if (!charsets_take_utf8(http_header(r->x, "Accept-Charset"), true))
        return ERR(NOT_ACCEPTABLE, "text is UTF-8");
    return OK;
}

/* A "+" that was not escaped, as in application/dicom+json, has become a space. */
static str with_plus(struct arena *a, str types)
{
    char *bytes = arena_copy(a, types.ptr, types.len);
    for (size_t i = 1; i + 1 < types.len; i++)
        if (bytes[i] == ' ' && strchr(" ,;", bytes[i - 1]) == NULL &&
            strchr(" ,;", bytes[i + 1]) == NULL)
            bytes[i] = '+';
    return (str){bytes, types.len};
}

void dicomweb_accept(struct request *r, struct accept_item_slice *out)
{
    str parameter = request_query(r, "accept"), header = http_header(r->x, "Accept");
    if (parameter.len != 0)
        parameter = with_plus(request_arena(r), parameter);
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

static const struct query_parameter *retrieve_parameter(size_t at)
{
    static const struct query_parameter parameters[] = {
        {"accept", "Media types; wins over the header Accept"},
        {"charset", "`utf-8`, which is what there is"},
    };
    return at < COUNT_OF(parameters) ? &parameters[at] : NULL;
}

static const struct query_parameter *wado_uri_parameter(size_t at)
{
    static const struct query_parameter parameters[] = {
        {"requestType", "`WADO`"},
        {"studyUID", "Study Instance UID"},
        {"seriesUID", "Series Instance UID"},
        {"objectUID", "SOP Instance UID"},
        {"contentType", "Media types, as in the header Accept"},
        {"transferSyntax", "Transfer Syntax UID, or `*`: as stored"},
    };
    return at < COUNT_OF(parameters) ? &parameters[at] : NULL;
}

#define STUDY "/studies/{study}"
#define SERIES STUDY "/series/{series}"
#define INSTANCE SERIES "/instances/{instance}"
#define CAPABILITIES                                                                               \
    .handle = dicomweb_capabilities, .needs = READ_STUDIES, .lane = LANE_DB,                       \
    .tag = "capabilities", .doc = "What this server offers",                                       \
    .answers = "application/vnd.sun.wadl+xml, application/json"
#define SEARCH_TYPES "application/dicom+json, application/json, application/dicom+xml, text/csv"
#define SEARCH                                                                                     \
    .handle = dicomweb_search, .behind = &search_images_use_case, .needs = READ_STUDIES,           \
    .takes_cookie = true, .lane = LANE_DB, .tag = "search", .answers = SEARCH_TYPES,               \
    .parameter = search_parameter
#define RETRIEVE                                                                                   \
    .behind = &retrieve_images_use_case, .needs = READ_STUDIES, .takes_cookie = true,              \
    .is_signable = true, .lane = LANE_DB, .tag = "retrieve", .parameter = retrieve_parameter
#define BULK                                                                                       \
    .behind = &retrieve_bulk_use_case, .needs = READ_STUDIES, .takes_cookie = true,                \
    .is_signable = true, .lane = LANE_DB, .tag = "retrieve", .parameter = retrieve_parameter
#define RENDERED_TYPES                                                                             \
    "application/pdf, text/xml, model/stl, model/obj, model/mtl, video/mp4, video/mpeg, "          \
    "video/mp2t"
#define PIXEL_TYPES                                                                                \
    "application/octet-stream, image/jpeg, image/jls, image/jp2, image/jpx, image/jphc, "          \
    "image/jxl, image/dicom-rle, video/mp4, video/mpeg"
#define BULK_TYPES PIXEL_TYPES ", application/pdf, text/xml, model/stl, model/obj, model/mtl"
#define ARCHIVES ", application/zip, application/x-tar"
#define INSTANCES "multipart/related; type=\"application/dicom\""
#define METADATA                                                                                   \
    "application/dicom+json, application/dicom+xml, multipart/related; "                           \
    "type=\"application/dicom+xml\""
#define STORE                                                                                      \
    .handle = dicomweb_store, .behind = &store_instance_use_case, .needs = WRITE_STUDIES,          \
    .lane = LANE_STREAM, .body = HTTP_BODY_STREAM, .tag = "store",                                 \
    .answers = "application/dicom+json, application/dicom+xml",                                    \
    .takes = "application/dicom, multipart/related; type=\"application/dicom\", "                  \
             "multipart/related; type=\"application/dicom+json\", "                                \
             "multipart/related; type=\"application/dicom+xml\""

#define OBJECT_RETRIEVE                                                                            \
    .behind = &retrieve_non_patient_object_use_case, .needs = READ_STUDIES, .takes_cookie = true,  \
    .is_signable = true, .lane = LANE_DB, .tag = "non-patient"
#define OBJECT_STORE                                                                               \
    .handle = dicomweb_store, .behind = &store_non_patient_object_use_case,                        \
    .needs = WRITE_STUDIES, .lane = LANE_STREAM, .body = HTTP_BODY_STREAM, .tag = "non-patient",   \
    .answers = "application/dicom+json"
/* The resources of one category, PS3.18 table 12.1.1-1. what: one of them, what_all: several. */
#define OBJECTS(name_, what_, all_)                                                                \
    {"GET",                                                                                        \
     "/" name_,                                                                                    \
     .handle = dicomweb_search,                                                                    \
     .behind = &search_non_patient_objects_use_case,                                               \
     .needs = READ_STUDIES,                                                                        \
     .takes_cookie = true,                                                                         \
     .lane = LANE_DB,                                                                              \
     .tag = "non-patient",                                                                         \
     .answers = SEARCH_TYPES,                                                                      \
     .doc = "Search " all_},                                                                       \
        {"POST", "/" name_, OBJECT_STORE, .doc = "Store " all_},                                   \
        {"POST", "/" name_ "/{instance}", OBJECT_STORE, .doc = "Store " what_},                    \
        {"GET",           "/" name_ "/{instance}",  .handle = dicomweb_object,                     \
         OBJECT_RETRIEVE, .doc = "Retrieve " what_, .answers = "application/dicom"},               \
        {"GET",           "/" name_ "/{instance}/metadata", .handle = dicomweb_object_metadata,    \
         OBJECT_RETRIEVE, .doc = "Metadata of " what_,      .answers = "application/dicom+json"},  \
    {                                                                                              \
        "GET", "/" name_ "/{instance}/bulkdata/{path*}",                                           \
            .handle = dicomweb_object_bulkdata, OBJECT_RETRIEVE, .doc = "A bulk value of " what_,  \
            .answers = "application/octet-stream"                                                  \
    }

#define WORK_ITEM "/workitems/{workitem}"
#define SUBSCRIBER WORK_ITEM "/subscribers/{aetitle}"
#define WORK_ITEMS(handle_, use_case_, needs_)                                                     \
    .handle = handle_, .behind = &use_case_##_use_case, .needs = needs_, .lane = LANE_DB,          \
    .tag = "worklist"
#define TAKES_WORK_ITEM                                                                            \
    .body = HTTP_BODY_BUFFERED, .body_max = WORK_ITEM_SIZE_MAX,                                    \
    .takes = "application/dicom+json, application/dicom+xml"
#define GIVES_WORK_ITEM .answers = "application/dicom+json, application/dicom+xml"

const struct route dicomweb_routes[] = {
    {"OPTIONS", "/", CAPABILITIES},
    {"GET", "/", CAPABILITIES}, /* for who cannot send OPTIONS */
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
     .answers = INSTANCES ARCHIVES},
    {"GET", SERIES, .handle = dicomweb_retrieve, RETRIEVE, .doc = "Retrieve a series",
     .answers = INSTANCES ARCHIVES},
    {"GET", INSTANCE, .handle = dicomweb_retrieve, RETRIEVE, .is_quick = true,
     .doc = "Retrieve an instance", .answers = "application/dicom, " INSTANCES ARCHIVES},
    {"GET", STUDY "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of a study", .answers = METADATA},
    {"GET", SERIES "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of a series", .answers = METADATA},
    {"GET", INSTANCE "/metadata", .handle = dicomweb_metadata, RETRIEVE, .is_quick = true,
     .doc = "Metadata of an instance", .answers = METADATA},
    {"GET", INSTANCE "/frames/{frames}", .handle = dicomweb_frames, RETRIEVE, .is_quick = true,
     .doc = "Frames as stored",
     .answers = "multipart/related; type=\"application/octet-stream\", application/octet-stream"},
    {"GET", "/wado", .handle = dicomweb_wado_uri, .behind = &retrieve_images_use_case,
     .needs = READ_STUDIES, .takes_cookie = true, .is_signable = true, .lane = LANE_DB,
     .tag = "uri", .parameter = wado_uri_parameter,
     .doc = "Retrieve an instance by query parameters (WADO-URI)",
     .answers = "application/dicom, " RENDERED_TYPES},
    {"DELETE", STUDY, .handle = dicomweb_delete, .behind = &trash_study_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "delete", .success = 204,
     .doc = "Move a study to the trash"},
    {"DELETE", SERIES, .handle = dicomweb_delete, .behind = &trash_series_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "delete", .success = 204,
     .doc = "Move a series to the trash"},
    {"DELETE", INSTANCE, .handle = dicomweb_delete, .behind = &trash_instance_use_case,
     .needs = DELETE_STUDIES, .lane = LANE_DB, .tag = "delete", .success = 204,
     .doc = "Move an instance to the trash"},
    {"POST", "/commitment-requests/{transaction}", .handle = dicomweb_commitment,
     .behind = &check_storage_use_case, .needs = WRITE_STUDIES, .lane = LANE_DB,
     .body = HTTP_BODY_BUFFERED, .body_max = COMMITMENT_BODY_SIZE_MAX, .tag = "commitment",
     .doc = "Ask which instances are kept for good (storage commitment)",
     .answers = "application/dicom+json, application/dicom+xml",
     .takes = "application/dicom+json, application/dicom+xml"},
    {"GET", INSTANCE "/bulkdata/{path*}", .handle = dicomweb_bulkdata, BULK, .is_quick = true,
     .doc = "A bulk value", .answers = BULK_TYPES},
    {"GET", STUDY "/bulkdata", .handle = dicomweb_all_bulkdata, BULK, .doc = "Bulk data of a study",
     .answers = "multipart/related"},
    {"GET", SERIES "/bulkdata", .handle = dicomweb_all_bulkdata, BULK,
     .doc = "Bulk data of a series", .answers = "multipart/related"},
    {"GET", INSTANCE "/bulkdata", .handle = dicomweb_all_bulkdata, BULK,
     .doc = "Bulk data of an instance", .answers = "multipart/related, " BULK_TYPES},
    {"GET", STUDY "/pixeldata", .handle = dicomweb_pixeldata, BULK, .doc = "Pixel data of a study",
     .answers = "multipart/related"},
    {"GET", SERIES "/pixeldata", .handle = dicomweb_pixeldata, BULK,
     .doc = "Pixel data of a series", .answers = "multipart/related"},
    {"GET", INSTANCE "/pixeldata", .handle = dicomweb_pixeldata, BULK,
     .doc = "Pixel data of an instance", .answers = "multipart/related, " PIXEL_TYPES},
    {"GET", STUDY "/rendered", .handle = dicomweb_rendered, BULK,
     .doc = "Documents and video of a study", .answers = RENDERED_TYPES ", multipart/related"},
    {"GET", SERIES "/rendered", .handle = dicomweb_rendered, BULK,
     .doc = "Documents and video of a series", .answers = RENDERED_TYPES ", multipart/related"},
    {"GET", INSTANCE "/rendered", .handle = dicomweb_rendered, BULK, .doc = "A document or video",
     .answers = RENDERED_TYPES ", multipart/related"},
    {"GET", "/changes", &follow_changes_use_case, .takes_cookie = true, .tag = "search",
     .doc = "Follow the changes of the archive", .answers = "application/json"},
    OBJECTS("color-palettes", "a colour palette", "colour palettes"),
    OBJECTS("defined-procedure-protocols", "a defined procedure protocol",
            "defined procedure protocols"),
    OBJECTS("hanging-protocols", "a hanging protocol", "hanging protocols"),
    OBJECTS("implant-templates", "an implant template", "implant templates, assemblies and groups"),
    OBJECTS("inventories", "an inventory", "inventories"),
    OBJECTS("protocol-approvals", "a protocol approval", "protocol approvals"),
    {"POST", "/workitems", WORK_ITEMS(workitems_create, create_work_item, WRITE_WORK_ITEMS),
     TAKES_WORK_ITEM, .success = 201, .doc = "Make a work item"},
    {"GET", "/workitems", WORK_ITEMS(workitems_search, search_work_items, READ_WORK_ITEMS),
     GIVES_WORK_ITEM, .doc = "Search work items"},
    {"GET", WORK_ITEM, WORK_ITEMS(workitems_retrieve, get_work_item, READ_WORK_ITEMS),
     GIVES_WORK_ITEM, .doc = "Retrieve a work item"},
    {"POST", WORK_ITEM, WORK_ITEMS(workitems_update, update_work_item, WRITE_WORK_ITEMS),
     TAKES_WORK_ITEM, .doc = "Change attributes of a work item"},
    {"PUT", WORK_ITEM "/state",
     WORK_ITEMS(workitems_change_state, change_work_item_state, WRITE_WORK_ITEMS), TAKES_WORK_ITEM,
     .doc = "Claim, complete or cancel a work item"},
    {"POST", WORK_ITEM "/cancelrequest",
     WORK_ITEMS(workitems_request_cancel, request_cancellation, WRITE_WORK_ITEMS), TAKES_WORK_ITEM,
     .success = 202, .doc = "Ask for a work item to be canceled"},
    {"POST", SUBSCRIBER, WORK_ITEMS(workitems_subscribe, subscribe_work_items, READ_WORK_ITEMS),
     .success = 201, .doc = "Be told of what happens to a work item or a worklist"},
    {"DELETE", SUBSCRIBER,
     WORK_ITEMS(workitems_unsubscribe, unsubscribe_work_items, READ_WORK_ITEMS),
     .doc = "Be told no more"},
    {"POST", SUBSCRIBER "/suspend",
     WORK_ITEMS(workitems_suspend, suspend_subscription, READ_WORK_ITEMS),
     .doc = "Be told of nothing new in a worklist"},
    {"GET", "/subscribers/{aetitle}",
     WORK_ITEMS(workitems_events, list_work_item_events, READ_WORK_ITEMS), .takes_cookie = true,
     .answers = "text/event-stream", .doc = "Event reports as they happen"},
};
const size_t dicomweb_route_count = COUNT_OF(dicomweb_routes);
