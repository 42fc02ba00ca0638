/* Reading header values and addresses. */
#include "presentation/http/text.h"

#include "base/arena.h"

#include <zlib.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool url_decode(struct arena *a, str text, bool plus_is_space, str *out)
{
    char *bytes = arena_alloc_raw(a, text.len + 1, 1), *p = bytes;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0')
            return false;
        *p++ = c;
    }
    *out = (str){bytes, (size_t)(p - bytes)};
    return str_is_utf8(*out);
}

void url_encode(struct buf *out, str text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     (c != 0 && strchr("-._~", c) != NULL);
        if (plain) {
            buf_add_char(out, (char)c);
        } else {
            const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add_bytes(out, escape, sizeof escape);
        }
    }
}

err query_read(struct arena *a, str query, struct query_pair_slice *out)
{
    str rest = query, part;
    *out = (struct query_pair_slice){0};
    while (str_cut(&rest, '&', &part)) {
        if (part.len == 0)
            continue;
        if (out->len == QUERY_PARAMETER_COUNT_MAX)
            return ERR(MALFORMED, "too many query parameters");
        size_t equals = str_find_char(part, '=');
        struct query_pair *pair = SLICE_PUSH(a, out);
        str value = equals == SIZE_MAX ? STR("") : str_sub(part, equals + 1, part.len);
        if (!url_decode(a, str_sub(part, 0, equals), true, &pair->name) ||
            !url_decode(a, value, true, &pair->value))
            return ERR(MALFORMED, "the query cannot be decoded");
    }
    return OK;
}

str header_main(str header)
{
    return str_trim(str_sub(header, 0, str_find_char(header, ';')));
}

/* The next piece up to a separator that stands outside quotes. */
static bool next_piece(str *rest, char separator, str *piece)
{
    bool quoted = false;
    if (rest->ptr == NULL)
        return false;
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->ptr[i];
        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == separator && !quoted) {
            *piece = str_sub(*rest, 0, i);
            *rest = str_sub(*rest, i + 1, rest->len);
            return true;
        }
    }
    *piece = *rest;
    *rest = STR_NONE;
    return true;
}

static str without_quotes(str s)
{
    s = str_trim(s);
    if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        return str_sub(s, 1, s.len - 1);
    return s;
}

str header_parameter(str header, str name)
{
    str rest = header, piece;
    next_piece(&rest, ';', &piece);
    while (next_piece(&rest, ';', &piece)) {
        size_t equals = str_find_char(piece, '=');
        if (equals != SIZE_MAX && str_eq_nocase(str_trim(str_sub(piece, 0, equals)), name))
            return without_quotes(str_sub(piece, equals + 1, piece.len));
    }
    return STR_NONE;
}

/* "0.5" as 500; what is no quality is 1. */
static unsigned quality_of(str text)
{
    double value;
    if (text.ptr == NULL || !str_to_double(text, &value) || value < 0 || value > 1)
        return 1000;
    return (unsigned)(value * 1000 + 0.5);
}

void accept_read(struct arena *a, str header, struct accept_item_slice *out)
{
    str rest = header, piece;
    *out = (struct accept_item_slice){0};
    while (next_piece(&rest, ',', &piece) && out->len < ACCEPT_COUNT_MAX) {
        struct accept_item item = {.media_type = str_lower(a, header_main(piece)),
                                   .type = str_lower(a, header_parameter(piece, STR("type"))),
                                   .transfer_syntax =
                                       header_parameter(piece, STR("transfer-syntax")),
                                   .quality = quality_of(header_parameter(piece, STR("q")))};
        if (item.media_type.len == 0 || item.quality == 0)
            continue;
        SLICE_PUSH(a, out);
        size_t at = out->len - 1;
        for (; at > 0 && out->at[at - 1].quality < item.quality; at--)
            out->at[at] = out->at[at - 1];
        out->at[at] = item;
    }
}

bool charsets_take_utf8(str list, bool has_star)
{
    str rest = list, piece;
    bool takes_star = false;
    if (list.ptr == NULL)
        return true;
    while (next_piece(&rest, ',', &piece)) {
        str name = without_quotes(header_main(piece));
        bool is_taken = quality_of(header_parameter(piece, STR("q"))) != 0;
        if (str_eq_nocase(name, STR("utf-8")) || str_eq_nocase(name, STR("ISO_IR 192")))
            return is_taken;
        takes_star |= has_star && is_taken && str_eq(name, STR("*"));
    }
    return takes_star;
}

enum range_kind range_read(str header, uint64_t size, uint64_t *offset, uint64_t *length)
{
    uint64_t first, last;
    if (!str_starts_nocase(header, STR("bytes=")))
        return RANGE_NONE;
    str spec = str_trim(str_sub(header, 6, header.len));
    size_t dash = str_find_char(spec, '-');
    if (dash == SIZE_MAX || str_find_char(spec, ',') != SIZE_MAX)
        return RANGE_NONE;
    str low = str_trim(str_sub(spec, 0, dash)), high = str_trim(str_sub(spec, dash + 1, spec.len));
    if (low.len == 0) { /* the last bytes */
        if (!str_to_u64(high, &last))
            return RANGE_NONE;
        if (last == 0 || size == 0)
            return RANGE_UNSATISFIABLE;
        *length = last < size ? last : size;
        *offset = size - *length;
        return RANGE_ONE;
    }
    if (!str_to_u64(low, &first) || (high.len != 0 && (!str_to_u64(high, &last) || last < first)))
        return RANGE_NONE;
    if (first >= size)
        return RANGE_UNSATISFIABLE;
    if (high.len == 0 || last >= size)
        last = size - 1;
    *offset = first;
    *length = last - first + 1;
    return RANGE_ONE;
}

bool etag_matches(str header, str etag, bool weak)
{
    str rest = header, piece;
    while (next_piece(&rest, ',', &piece)) {
        piece = str_trim(piece);
        if (str_eq(piece, STR("*")))
            return true;
        bool is_weak = str_starts(piece, STR("W/"));
        if (is_weak)
            piece = str_sub(piece, 2, piece.len);
        if ((weak || !is_weak) && str_eq(without_quotes(piece), etag) && piece.len == etag.len + 2)
            return true;
    }
    return false;
}

bool accepts_gzip(str header)
{
    str rest = header, piece;
    while (next_piece(&rest, ',', &piece)) {
        str name = header_main(piece);
        if (str_eq_nocase(name, STR("gzip")) || str_eq(name, STR("*")))
            return quality_of(header_parameter(piece, STR("q"))) != 0;
    }
    return false;
}

str gzip_text(struct arena *a, str text)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return STR_NONE;
    size_t room = deflateBound(&stream, text.len);
    char *bytes = arena_alloc_raw(a, room, 1);
    stream.next_in = (unsigned char *)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (unsigned char *)bytes;
    stream.avail_out = (uInt)room;
    int code = deflate(&stream, Z_FINISH);
    size_t size = room - stream.avail_out;
    deflateEnd(&stream);
    return code == Z_STREAM_END ? (str){bytes, size} : STR_NONE;
}
