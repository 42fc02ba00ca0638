/* PNGs of every form, and what only looks like one. */
#include "infrastructure/pdf/pdf_image.h"
#include "tests/regression/run_files.h"

static const char *check(str name, str content)
{
    struct arena a = {0};
    struct pdf_pixels pixels;
    uint64_t budget = PDF_IMAGE_PIXEL_COUNT_MAX;
    const char *complaint =
        verdict_of(name, pdf_png_read(&a, content, &budget, &pixels), "is taken for a PNG");
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
