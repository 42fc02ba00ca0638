/* Groups of a name, and folding for search by a generated table. */
#include "dicom/person_name.h"

#include "base/buf.h"
#include "base/err.h"

static const struct {
    uint16_t from, to[3];
} foldings[] = {
#define F(from, a, b, c) {from, {a, b, c}},
#include "dicom/tables/folding.inc"
#undef F
};

struct person_name person_name_split(str utf8)
{
    struct person_name name = {0};
    str *const groups[] = {&name.alphabetic, &name.ideographic, &name.phonetic};
    str rest = utf8, part;
    for (size_t i = 0; i < COUNT_OF(groups) && str_cut(&rest, '=', &part); i++)
        if (part.len != 0)
            *groups[i] = part;
    return name;
}

static void add_folded(struct buf *out, uint32_t c)
{
    size_t low = 0, high = COUNT_OF(foldings);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (foldings[middle].from == c) {
            for (size_t i = 0; i < 3 && foldings[middle].to[i] != 0; i++)
                buf_add_utf8(out, foldings[middle].to[i]);
            return;
        }
        if (foldings[middle].from < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (c < 0x300 || c > 0x36F) /* combining marks go */
        buf_add_utf8(out, c);
}

str search_fold(struct arena *a, str utf8)
{
    struct buf out = BUF_IN(a);
    bool gap = false;
    for (size_t at = 0; at < utf8.len;) {
        uint32_t c = str_utf8_next(utf8, &at);
        if (c == '^' || c == '=' || c <= ' ') {
            gap = out.len != 0;
            continue;
        }
        if (gap)
            buf_add_char(&out, ' ');
        gap = false;
        if (c >= 'A' && c <= 'Z')
            buf_add_char(&out, (char)(c - 'A' + 'a'));
        else if (c < 0x80)
            buf_add_char(&out, (char)c);
        else
            add_folded(&out, c);
    }
    return buf_str(&out);
}

bool person_name_next_word(str *folded, str *out)
{
    while (folded->len != 0) {
        size_t end = 0;
        while (end < folded->len && strchr(" ,=", folded->ptr[end]) == NULL)
            end++;
        *out = str_sub(*folded, 0, end);
        *folded = str_sub(*folded, end == folded->len ? end : end + 1, folded->len);
        for (size_t i = 0; i < out->len; i++)
            if (out->ptr[i] != '*')
                return true; /* a word of stars alone asks for nothing */
    }
    return false;
}

str person_name_fold(struct arena *a, str utf8)
{
    struct buf out = BUF_IN(a);
    str rest = utf8, part;
    for (bool first = true; str_cut(&rest, '=', &part); first = false) {
        if (!first)
            buf_add_char(&out, '=');
        buf_add(&out, search_fold(a, part));
    }
    return buf_str(&out);
}
