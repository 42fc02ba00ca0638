/* Bisection over the generated table. */
#include "dicom/sop_class.h"

#include "base/err.h"

const struct sop_class sop_classes[] = {
#define S(uid, name) {uid, name},
#include "dicom/tables/sop_classes.inc"
#undef S
};
const size_t sop_class_count = COUNT_OF(sop_classes);

const struct sop_class *sop_class_find(str uid)
{
    size_t low = 0, high = sop_class_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(str_of(sop_classes[middle].uid), uid);
        if (order == 0)
            return &sop_classes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
