/* What has to be known of a data set before it is de-identified, from a first look at it: whose it
 * is, and what de-identification of its attributes would not reach: names in the pixels, in a
 * document, in what somebody has said or written. Who de-identifies refuses an instance that has a
 * risk, unless a person who has seen it says otherwise. */
#ifndef DICOM_DEIDENTIFY_RISK_H
#define DICOM_DEIDENTIFY_RISK_H

#include "base/byte_source.h"
#include "base/str.h"

/*       name, what to tell a person */
#define DEIDENTIFY_RISKS(X)                                                                        \
    X(BURNED_IN, "Burned In Annotation (0028,0301) is YES")                                        \
    X(BURNED_IN_LIKELY, "objects of this kind often have names in their pixels")                   \
    X(SCANNED, "the image is of a document, a film or a screen")                                   \
    X(LABEL, "the label of a specimen is in the image")                                            \
    X(FACE, "the patient can be recognized by what the image shows")                               \
    X(DOCUMENT, "a document is encapsulated, whose text is not looked at")                         \
    X(STRUCTURED_CONTENT, "structured content is removed, and with it what the object is for")     \
    X(OVERLAY_IN_PIXELS, "an overlay is in the bits of the pixel data")                            \
    X(VIDEO, "a video may show or say anything")                                                   \
    X(SOUND, "somebody may be heard")                                                              \
    X(WAVEFORM_ANNOTATION, "annotations of a waveform are removed")                                \
    X(ENCRYPTED, "attributes are encrypted and cannot be looked at")                               \
    X(DIRECTORY, "a directory of other files is not an object to de-identify")                     \
    X(UNKNOWN_CLASS, "what objects of this SOP class hold is not known")

enum deidentify_risk {
#define X(name, text) DEIDENTIFY_RISK_##name,
    DEIDENTIFY_RISKS(X)
#undef X
        DEIDENTIFY_RISK_COUNT
};

const char *deidentify_risk_text(enum deidentify_risk risk);

/* Texts in UTF-8 without padding; "" for what is absent. Of an attribute that stands twice the
 * first counts. */
struct deidentify_facts {
    str transfer_syntax_uid, sop_class_uid, sop_instance_uid, study_instance_uid;
    str patient_id, issuer_of_patient_id;
    str image_type, conversion_type, burned_in_annotation, recognizable_features;
    str specimen_label_in_image;
    str temporal_information; /* Longitudinal Temporal Information Modified (0028,0303) */
    bool has_document, has_content, has_overlay_in_pixels, has_waveform_annotation, has_audio,
        has_encrypted;
    /* Never read: whoever has another Study Instance UID for the study than the keyed hash says it
     * here. */
    str shown_study_instance_uid;
    /* Likewise a Patient ID in the place of the keyed hash; of characters that are in any VR. */
    str shown_patient_id;
};

/* Bits of deidentify_risk by 1 << risk; 0: there is none that is known of. */
unsigned deidentify_risk(const struct deidentify_facts *facts);

/* Reads a file up to its pixel data. Errors: MALFORMED, and those of the source. */
err deidentify_facts_read(struct arena *a, struct byte_source *source,
                          struct deidentify_facts *out);
/* Of kept metadata: DICOM JSON of one instance, as dicom/json.h writes it. Errors: MALFORMED. */
err deidentify_facts_read_json(struct arena *a, str document, struct deidentify_facts *out);

#endif
