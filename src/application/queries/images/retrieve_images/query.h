/* WADO-RS: what a study, series or instance consists of, and what was derived from it. */
#ifndef APPLICATION_QUERIES_IMAGES_RETRIEVE_IMAGES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_RETRIEVE_IMAGES_QUERY_H

#include "application/models/base_model.h"

/* By UIDs; series and instance may be absent. */
struct image_path {
    str study_uid, series_uid, sop_uid;
};

struct retrieve_images {
    struct image_path path;
};
struct retrieve_images_result {
    struct image_row row; /* down to the level of the path */
    struct instance_slice instances;
};
DECLARE_USE_CASE(retrieve_images);

/* One instance with its frame and bulk tables. */
struct retrieve_derived {
    struct image_path path;
};
struct retrieve_derived_result {
    struct instance instance;
    struct instance_blobs blobs;
};
DECLARE_USE_CASE(retrieve_derived);

/* Complete metadata as a gzip stream of a JSON array. */
struct retrieve_metadata {
    struct image_path path;
    str if_none_match; /* tag that needs no body */
};
struct retrieve_metadata_result {
    str etag;       /* strong, without quotes */
    str gzip;       /* absent when if_none_match is the tag */
    bool is_packed; /* other bytes of the same text */
};
DECLARE_USE_CASE(retrieve_metadata);

#endif
