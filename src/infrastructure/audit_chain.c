/* Hashing the event as the JSON its schema makes of it; walking along. */
#include "infrastructure/audit_chain.h"

#include "base/arena.h"
#include "base/json.h"

#include <openssl/evp.h>
#include <stdlib.h>

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

struct walk {
    struct audit_verifier *v;
    struct audit_chain_check *out;
    struct arena lasting;         /* of the anchors */
    struct audit_anchor *anchors; /* of this trail, by sequence */
    size_t anchor_count, next_anchor;
    char before[HASH_TEXT_SIZE];
    size_t before_size;
    int64_t sequence; /* of the event before; 0: it has none, or there is none */
    bool is_numbered; /* the event before has one, or there is none */
};

static void find(struct walk *w, struct audit_finding finding)
{
    w->out->finding_count++;
    if (w->out->broken_key == 0)
        w->out->broken_key = finding.key;
    if (w->v != NULL)
        w->v->found(w->v, &finding);
}

static void keep_hash(struct walk *w, str hash)
{
    w->before_size = hash.len < sizeof w->before ? hash.len : sizeof w->before;
    if (w->before_size != 0)
        memcpy(w->before, hash.ptr, w->before_size);
}

static struct audit_finding finding_at(const struct audit_event *event, enum audit_flaw flaw)
{
    return (struct audit_finding){.flaw = flaw,
                                  .key = event->key,
                                  .sequence = event->sequence.is_set ? event->sequence.value : 0,
                                  .at = event->created_at};
}

/* What does not follow from the one before it, by its number: behind a gap, out of its place, or
 * changed where it stands. */
static void tell_break(struct walk *w, const struct audit_event *event)
{
    bool can_tell = w->is_numbered && event->sequence.is_set;
    int64_t expected = w->sequence + 1, sequence = event->sequence.value;
    struct audit_finding f = finding_at(event, AUDIT_CHANGED);
    if (can_tell && sequence > expected) {
        f.flaw = AUDIT_MISSING;
        f.first = expected;
        f.last = sequence - 1;
    } else if (can_tell && sequence < expected) {
        f.flaw = AUDIT_OUT_OF_ORDER;
    }
    find(w, f);
}

static void check_anchors(struct walk *w, const struct audit_event *event)
{
    while (w->next_anchor < w->anchor_count &&
           w->anchors[w->next_anchor].sequence <= event->sequence.value) {
        const struct audit_anchor *anchor = &w->anchors[w->next_anchor++];
        if (anchor->sequence == event->sequence.value && !str_eq(anchor->hash, event->hash))
            find(w, finding_at(event, AUDIT_REMADE));
        else if (anchor->sequence == event->sequence.value)
            w->out->anchor_count++;
    }
}

static void pass_event(struct walk *w, struct arena *a, const struct audit_event *event)
{
    bool is_next =
        !event->sequence.is_set || !w->is_numbered || event->sequence.value == w->sequence + 1;
    if (!is_next || !follows(a, (str){w->before, w->before_size}, event))
        tell_break(w, event);
    if (event->sequence.is_set)
        check_anchors(w, event);
    keep_hash(w, event->hash);
    w->is_numbered = event->sequence.is_set;
    w->sequence = event->sequence.value;
    w->out->event_count++;
}

static int by_sequence(const void *a, const void *b)
{
    int64_t one = ((const struct audit_anchor *)a)->sequence;
    int64_t other = ((const struct audit_anchor *)b)->sequence;
    return (one > other) - (one < other);
}

static void take_anchors(struct walk *w, uuid organization_id)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    size_t total = w->v != NULL && w->v->anchors != NULL ? w->v->anchors->len : 0;
    w->anchors = NEW_ARRAY(&w->lasting, struct audit_anchor, total + 1);
    for (size_t i = 0; i < total; i++) {
        const struct audit_anchor *anchor = &w->v->anchors->at[i];
        if (!uuid_eq(anchor->organization_id, organization_id))
            continue;
        enum audit_seal_verdict verdict = audit_seal_check_anchor(w->v->seal, &scratch, anchor);
        arena_reset(&scratch);
        if (verdict == AUDIT_SEAL_HOLDS)
            w->anchors[w->anchor_count++] = *anchor;
        else if (verdict == AUDIT_SEAL_UNKNOWN_KEY)
            w->out->foreign_anchor_count++;
        else
            find(w, (struct audit_finding){.flaw = AUDIT_FALSE_ANCHOR,
                                           .sequence = anchor->sequence,
                                           .at = anchor->anchored_at});
    }
    qsort(w->anchors, w->anchor_count, sizeof *w->anchors, by_sequence);
}

/* What retention removed is not missed, when the record of it is ours. */
static err begin_behind_cut(struct walk *w, struct audit_reader *r, int64_t organization_key)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct audit_cut cut;
    w->is_numbered = true;
    err e = audit_reader_get_cut(r, &scratch, organization_key, &cut);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (w->v == NULL || audit_seal_check_cut(w->v->seal, &scratch, &cut) != AUDIT_SEAL_HOLDS) {
        find(w, (struct audit_finding){.flaw = AUDIT_FALSE_CUT,
                                       .key = cut.last_key,
                                       .sequence = cut.event_count,
                                       .at = cut.cut_at});
        return OK;
    }
    keep_hash(w, cut.hash);
    w->sequence = cut.event_count;
    while (w->next_anchor < w->anchor_count &&
           w->anchors[w->next_anchor].sequence < cut.event_count) {
        w->next_anchor++;
        w->out->old_anchor_count++;
    }
    if (w->next_anchor < w->anchor_count &&
        w->anchors[w->next_anchor].sequence == cut.event_count) {
        const struct audit_anchor *anchor = &w->anchors[w->next_anchor++];
        if (str_eq(anchor->hash, cut.hash))
            w->out->anchor_count++;
        else
            find(w, (struct audit_finding){.flaw = AUDIT_FALSE_CUT,
                                           .key = cut.last_key,
                                           .sequence = cut.event_count,
                                           .at = cut.cut_at});
    }
    return OK;
}

/* Anchors that the trail does not reach any more. */
static void check_end(struct walk *w)
{
    if (w->next_anchor == w->anchor_count)
        return;
    const struct audit_anchor *last = &w->anchors[w->anchor_count - 1];
    find(w, (struct audit_finding){.flaw = AUDIT_CUT_SHORT,
                                   .sequence = w->sequence,
                                   .at = last->anchored_at,
                                   .first = w->sequence + 1,
                                   .last = last->sequence});
}

static err walk_trail(struct walk *w, struct audit_reader *r, int64_t organization_key)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct audit_event_slice page;
    struct audit_filter filter = {
        .organization_key = organization_key, .oldest_first = true, .limit = AUDIT_PAGE_SIZE};
    do {
        arena_reset(&a);
        TRY(audit_reader_find(r, &a, &filter, &page));
        for (size_t i = 0; i < page.len; i++)
            pass_event(w, &a, &page.at[i]);
        if (page.len != 0)
            filter.from_key = page.at[page.len - 1].key;
        if (w->v != NULL && w->v->passed != NULL)
            w->v->passed(w->v, w->out->event_count);
    } while (page.len == filter.limit);
    return OK;
}

err audit_chain_verify(struct audit_reader *r, int64_t organization_key, uuid organization_id,
                       struct audit_verifier *v, struct audit_chain_check *out)
{
    struct walk w = {.v = v, .out = out};
    *out = (struct audit_chain_check){0};
    take_anchors(&w, organization_id);
    err e = begin_behind_cut(&w, r, organization_key);
    if (!failed(e))
        e = walk_trail(&w, r, organization_key);
    if (!failed(e))
        check_end(&w);
    arena_deinit(&w.lasting);
    return e;
}
