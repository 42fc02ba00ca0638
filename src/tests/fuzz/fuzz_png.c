/* Any bytes as a logo or a key image. */
#include "infrastructure/pdf/pdf_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct pdf_pixels pixels = {0};
    const uint64_t most = 1 << 20; /* a megapixel: what is larger is the same, slower */
    uint64_t budget = most;
    err e = pdf_png_read(&a, (str){(const char *)data, size}, &budget, &pixels);
    if (failed(e) ? budget != most
                  : (uint64_t)pixels.width * pixels.height != most - budget || pixels.at == NULL)
        __builtin_trap();
    for (uint64_t i = 0; i < most - budget; i++)
        if (pixels.at[i] >> 24 != 0xFF)
            __builtin_trap();
    arena_deinit(&a);
    return 0;
}
