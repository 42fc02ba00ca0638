/* A token bucket by address, in a table of fixed size: whoever shares a slot takes it over. */
#include "presentation/middleware/middleware.h"

#include "base/arena.h"

void rate_limit_open(struct rate_limit *l)
{
    pthread_mutex_init(&l->lock, NULL);
    l->slots = heap_alloc_array(RATE_SLOT_COUNT, sizeof *l->slots);
}

void rate_limit_close(struct rate_limit *l)
{
    if (l->slots == NULL)
        return;
    pthread_mutex_destroy(&l->lock);
    heap_free(l->slots);
    l->slots = NULL;
}

err rate_limit_begin(struct rate_limit *l, struct request *r)
{
    uint64_t hash = str_hash(str_of(r->x->peer_address)), now = monotonic_ns();
    struct rate_slot *slot = &l->slots[hash % RATE_SLOT_COUNT];
    pthread_mutex_lock(&l->lock);
    if (slot->address_hash != hash)
        *slot = (struct rate_slot){hash, RATE_BURST, now};
    slot->tokens += (double)(now - slot->at_ns) / 60e9 * RATE_PER_MINUTE;
    slot->at_ns = now;
    if (slot->tokens > RATE_BURST)
        slot->tokens = RATE_BURST;
    bool allowed = slot->tokens >= 1;
    if (allowed)
        slot->tokens -= 1;
    double left = slot->tokens;
    pthread_mutex_unlock(&l->lock);
    http_set_header(r->x, "RateLimit-Limit", str_format(request_arena(r), "%d", RATE_BURST));
    http_set_header(r->x, "RateLimit-Remaining", str_format(request_arena(r), "%d", (int)left));
    return allowed ? OK : ERR(RATE_LIMITED, "too many attempts from this address; wait a little");
}
