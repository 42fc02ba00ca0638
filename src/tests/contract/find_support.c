/* By the identifier, which is made of the numbers. */
#include "tests/contract/find_support.h"

str rows_text(struct arena *a, enum image_level level, const struct image_page *page)
{
    struct buf text = BUF_IN(a);
    for (size_t i = 0; i < page->rows.len; i++) {
        const struct image_row *row = &page->rows.at[i];
        uuid id = level == LEVEL_STUDY    ? row->study.id
                  : level == LEVEL_SERIES ? row->series.id
                                          : row->instance.id;
        buf_addf(&text, "%s%d", i == 0 ? "" : " ", id.at[3]);
        for (int below = 0; below < (int)level; below++)
            buf_addf(&text, ".%d", id.at[5 + 2 * below]);
    }
    return buf_str(&text);
}
