/* A look-up in the table that tools/gen_common_passwords.py makes: sorted, each text written as the
 * length of what it shares with the one before and the rest, in blocks that begin anew. */
#include "application/models/common_passwords.h"

#include "base/arena.h"
#include "base/buf.h"

#include "application/models/tables/common_passwords.inc"

static char folded(char c)
{
    static const char from[] = "0134578@$!+", to[] = "oieastbasit";
    const char *at = c != '\0' ? strchr(from, c) : NULL;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : at != NULL ? to[at - from] : c;
}

static str fold(struct arena *a, str password)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < password.len; i++)
        if (password.ptr[i] == '\0' || strchr(" -_.", password.ptr[i]) == NULL)
            buf_add_char(&out, folded(password.ptr[i]));
    return buf_str(&out);
}

/* The first text of a block stands there whole. */
static str first_of(size_t block)
{
    const unsigned char *at = common_text + common_blocks[block];
    return (str){(const char *)at + 2, at[1]};
}

static bool block_has(size_t block, str wanted)
{
    char text[COMMON_SIZE_MAX];
    const unsigned char *at = common_text + common_blocks[block],
                        *end = common_text + common_blocks[block + 1];
    while (at < end) {
        memcpy(text + at[0], at + 2, at[1]);
        if (str_eq((str){text, (size_t)at[0] + at[1]}, wanted))
            return true;
        at += 2 + at[1];
    }
    return false;
}

static bool has(str wanted)
{
    size_t low = 0, high = COMMON_BLOCK_COUNT;
    if (wanted.len > COMMON_SIZE_MAX)
        return false;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(first_of(middle), wanted) <= 0)
            low = middle;
        else
            high = middle;
    }
    return block_has(low, wanted);
}

/* One character, or a few, again and again. */
static bool is_repeated(str text)
{
    for (size_t period = 1; period <= 4 && period < text.len; period++) {
        size_t i = period;
        while (i < text.len && text.ptr[i] == text.ptr[i - period])
            i++;
        if (i == text.len)
            return true;
    }
    return false;
}

static str without_ending(str password)
{
    size_t len = password.len;
    while (len != 0 && strchr("0123456789!.?*#$-_", password.ptr[len - 1]) != NULL)
        len--;
    return str_sub(password, 0, len);
}

bool password_is_common(struct arena *a, str password)
{
    str text = fold(a, password);
    return is_repeated(str_lower(a, password)) || has(text) ||
           has(fold(a, without_ending(password)));
}

size_t common_password_count(void)
{
    return COMMON_PASSWORD_COUNT;
}
