/* Hashing the event as the JSON its schema makes of it. */
#include "infrastructure/audit_chain.h"

#include "base/arena.h"
#include "base/json.h"

#include <openssl/evp.h>

enum { AUDIT_PAGE_SIZE = 1000, HASH_TEXT_SIZE = 64 };

void audit_chain_seal(struct arena *a, str before, struct audit_event *event)
{
    struct buf text = BUF_IN(a), hex = BUF_IN(a);
    unsigned char digest[32];
    event->hash = STR_NONE;
    buf_add(&text, before);
    json_write(&text, &audit_event_schema, event, 0);
    EVP_Digest(text.ptr, text.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    event->hash = buf_str(&hex);
}

static bool follows(struct arena *a, str before, const struct audit_event *event)
{
    struct audit_event again = *event;
    audit_chain_seal(a, before, &again);
    return str_eq(again.hash, event->hash);
}

err audit_chain_verify(struct audit_reader *r, int64_t organization_key,
                       struct audit_chain_check *out)
{
    struct arena a = {0};
    char before[HASH_TEXT_SIZE];
    size_t before_size = 0;
    struct audit_filter filter = {
        .organization_key = organization_key, .oldest_first = true, .limit = AUDIT_PAGE_SIZE};
    err e = OK;
    *out = (struct audit_chain_check){0};
    for (bool more = true; more && !failed(e) && out->broken_key == 0;) {
        struct audit_event_slice page;
        arena_reset(&a);
        e = audit_reader_find(r, &a, &filter, &page);
        more = !failed(e) && page.len == filter.limit;
        for (size_t i = 0; !failed(e) && i < page.len && out->broken_key == 0; i++) {
            const struct audit_event *event = &page.at[i];
            if (!follows(&a, (str){before, before_size}, event))
                out->broken_key = event->key;
            before_size = event->hash.len < sizeof before ? event->hash.len : sizeof before;
            memcpy(before, event->hash.ptr, before_size);
            filter.from_key = event->key;
            out->event_count++;
        }
    }
    arena_deinit(&a);
    return e;
}
