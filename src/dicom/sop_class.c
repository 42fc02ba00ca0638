/* Bisection over the generated table. */
#include "dicom/sop_class.h"

#include "base/err.h"

static const struct sop_class classes[] = {
#define S(uid, name) {uid, name},
#include "dicom/tables/sop_classes.inc"
#undef S
};

const struct sop_class *sop_class_find(str uid)
{
    size_t low = 0, high = COUNT_OF(classes);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(str_of(classes[middle].uid), uid);
        if (order == 0)
            return &classes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
