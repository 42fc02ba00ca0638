/* Store an instance whose bytes are durable already: rows for patient, study, series and instance
 * in one transaction. */
#ifndef APPLICATION_COMMANDS_IMAGES_STORE_INSTANCE_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_STORE_INSTANCE_COMMAND_H

#include "application/models/base_model.h"
#include "dicom/part10/instance.h"

struct store_instance {
    const struct dicom_index *index;
    str transfer_syntax_uid;
    int64_t frame_count;
    str object_name;
    int64_t size;
    struct instance_blobs blobs;
    str document; /* its metadata, DICOM JSON */
};
struct store_instance_result {
    bool was_there; /* the same bytes were stored before: nothing changed */
    uuid study_id, instance_id;
};
DECLARE_USE_CASE(store_instance);

#endif
