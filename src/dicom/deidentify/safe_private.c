/* A list, and who has reserved which block. */
#include "dicom/deidentify/safe_private.h"

#include "base/err.h"
#include "dicom/part10/values.h"

enum { CODE_SIZE_MAX = 16 };

static const struct {
    const char *creator;
    uint16_t group;
    unsigned char element;
    enum dicom_vr vr;
} safe[] = {
    {"ELSCINT1", 0x00E1, 0x21, VR_DS},                  /* DLP */
    {"ELSCINT1", 0x01E1, 0x26, VR_CS},                  /* phantom type */
    {"ELSCINT1", 0x01E1, 0x50, VR_DS},                  /* acquisition duration */
    {"ELSCINT1", 0x01F1, 0x01, VR_CS},                  /* acquisition type */
    {"ELSCINT1", 0x01F1, 0x07, VR_DS},                  /* table velocity */
    {"ELSCINT1", 0x01F1, 0x26, VR_DS},                  /* pitch */
    {"ELSCINT1", 0x01F1, 0x27, VR_DS},                  /* rotation time */
    {"GEMS_ACQU_01", 0x0019, 0x23, VR_DS},              /* table speed */
    {"GEMS_ACQU_01", 0x0019, 0x24, VR_DS},              /* mid scan time */
    {"GEMS_ACQU_01", 0x0019, 0x27, VR_DS},              /* rotation speed */
    {"GEMS_HELIOS_01", 0x0045, 0x01, VR_SS},            /* macro rows in detector */
    {"GEMS_HELIOS_01", 0x0045, 0x02, VR_FL},            /* macro width at isocentre */
    {"GEMS_PARM_01", 0x0043, 0x39, VR_IS},              /* b value and three others */
    {"GEMS_PARM_01", 0x0043, 0x6F, VR_DS},              /* scanner table entry and gradients */
    {"GEMS_SERS_01", 0x0025, 0x07, VR_SL},              /* images in series */
    {"Philips Imaging DD 001", 0x2001, 0x03, VR_FL},    /* diffusion b factor */
    {"Philips Imaging DD 001", 0x2001, 0x04, VR_CS},    /* diffusion direction */
    {"Philips PET Private Group", 0x7053, 0x00, VR_DS}, /* SUV factor */
    {"Philips PET Private Group", 0x7053, 0x09, VR_DS}, /* activity concentration factor */
    {"SIEMENS MR HEADER", 0x0019, 0x0C, VR_IS},         /* b value */
    {"SIEMENS MR HEADER", 0x0019, 0x0D, VR_CS},         /* diffusion directionality */
    {"SIEMENS MR HEADER", 0x0019, 0x0E, VR_FD},         /* diffusion gradient direction */
    {"SIEMENS MR HEADER", 0x0019, 0x27, VR_FD},         /* b matrix */
};

const char *safe_private_note(struct safe_private *s, unsigned depth, uint32_t tag, str creator)
{
    str name = value_trim_both(creator);
    for (size_t i = 0; i < COUNT_OF(safe) && s->count < SAFE_PRIVATE_BLOCK_COUNT_MAX; i++)
        if (safe[i].group == tag >> 16 && str_eq(name, str_of(safe[i].creator))) {
            s->at[s->count++] = (struct safe_private_block){
                depth, (uint16_t)(tag >> 16), (unsigned char)(tag & 0xFF), safe[i].creator};
            return safe[i].creator;
        }
    return NULL;
}

void safe_private_leave(struct safe_private *s, unsigned depth)
{
    while (s->count != 0 && s->at[s->count - 1].depth >= depth)
        s->count--;
}

enum dicom_vr safe_private_vr(const struct safe_private *s, unsigned depth, uint32_t tag)
{
    const char *creator = NULL;
    for (size_t i = s->count; i-- != 0 && creator == NULL;)
        if (s->at[i].depth == depth && s->at[i].group == tag >> 16 &&
            s->at[i].block == (tag >> 8 & 0xFF))
            creator = s->at[i].creator;
    for (size_t i = 0; i < COUNT_OF(safe) && creator != NULL; i++)
        if (safe[i].group == tag >> 16 && safe[i].element == (tag & 0xFF) &&
            strcmp(safe[i].creator, creator) == 0)
            return safe[i].vr;
    return VR_NONE;
}

static bool has_only(str value, const char *allowed)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '\0' || strchr(allowed, value.ptr[i]) == NULL)
            return false;
    return true;
}

bool safe_private_accepts(enum dicom_vr listed, str value)
{
    str text = value_trim_both(value);
    if (value.len > SAFE_PRIVATE_VALUE_SIZE_MAX)
        return false;
    if (listed == VR_DS || listed == VR_IS)
        return has_only(text, "0123456789+-.eE\\ ");
    if (listed == VR_CS)
        return text.len <= CODE_SIZE_MAX &&
               has_only(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ");
    return value.len % vr_word_size(listed) == 0;
}
