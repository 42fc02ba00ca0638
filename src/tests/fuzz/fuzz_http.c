/* Any bytes as a multipart body, an Accept header, a query, a range, JSON. */
#include "base/arena.h"
#include "base/json.h"
#include "presentation/http/multipart.h"
#include "presentation/http/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_parts(struct arena *a, str text)
{
    struct memory_source source;
    struct multipart_reader reader;
    struct multipart_part part;
    bool found = true;
    char block[512];
    memory_source_init(&source, text);
    if (failed(multipart_reader_init(&reader, &source.base, STR("multipart/related; boundary=B"))))
        return;
    while (found && !failed(multipart_next(&reader, a, &part, &found)) && found) {
        size_t got = 1;
        while (got != 0 && !failed(byte_source_read(part.content, block, sizeof block, &got)))
            continue;
        if (got != 0)
            break;
    }
    multipart_reader_deinit(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str text = {(const char *)data, size}, ignored;
    struct accept_item_slice accept;
    struct query_pair_slice pairs;
    uint64_t offset, length;
    if (size == 0)
        return 0;
    read_parts(&a, text);
    accept_read(&a, text, &accept);
    err e = query_read(&a, text, &pairs);
    if (!failed(e) && range_read(text, 100, &offset, &length) == RANGE_ONE &&
        (offset >= 100 || length > 100 - offset))
        __builtin_trap();
    etag_matches(text, STR("a"), true);
    url_decode(&a, text, true, &ignored);
    e = json_check(text);
    instant t;
    if (instant_from_text(text, &t))
        instant_text(&a, t);
    (void)e.code;
    arena_deinit(&a);
    return 0;
}
