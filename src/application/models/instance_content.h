/* What the bytes of an instance say, however they came: as they arrived, or read again from where
 * they are kept. */
#ifndef APPLICATION_MODELS_INSTANCE_CONTENT_H
#define APPLICATION_MODELS_INSTANCE_CONTENT_H

#include "application/models/base_model.h"
#include "dicom/part10/instance.h"

struct instance_content {
    const struct dicom_index *index;
    str transfer_syntax_uid;
    int64_t frame_count;
    str object_name;
    int64_t size;
    struct instance_blobs blobs;
    str document; /* its metadata, DICOM JSON */
};

/* Fill in what the content says of each, and nothing else of the row: not its key, identifier,
 * times, state, nor what is counted. */
void study_describe(struct arena *a, const struct dicom_index *index, struct study *out);
void series_describe(struct arena *a, const struct dicom_index *index, struct series *out);
void instance_describe(struct arena *a, const struct instance_content *content,
                       struct instance *out);

#endif
