/* The rate counter: every bucket is counted here and in Redis. What one node alone has seen is
 * never more than what all have seen, so a refusal here is final and asks nobody; and when Redis
 * goes, or forgets, a node goes on from what it has seen itself instead of from a full bucket.
 *
 * In Redis a bucket is one text, "MICROTOKENS MICROSECONDS", changed by a script: one step, by the
 * server's own clock. A text that is none is a full bucket. */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"
#include "base/buf.h"

#include <openssl/evp.h>

static const char script[] =
    "local time = redis.call('TIME') "
    "local now = time[1] * 1000000 + time[2] "
    "local full, rate = ARGV[1] * 1000000, tonumber(ARGV[2]) "
    "local tokens, at = full, now "
    "local kept = redis.pcall('GET', KEYS[1]) "
    "if type(kept) == 'string' then "
    "local t, a = string.match(kept, '^(%d+) (%d+)$') "
    "t, a = tonumber(t), tonumber(a) "
    "if t and a then tokens, at = t, a end end "
    "if at > now then at = now end "
    "tokens = math.min(full, math.floor(tokens + (now - at) * rate / 60)) "
    "local allowed, wait = 0, 0 "
    "if tokens >= 1000000 then allowed = 1 tokens = tokens - 1000000 "
    "else wait = math.ceil((1000000 - tokens) * 60 / rate) end "
    "redis.call('SET', KEYS[1], string.format('%.0f %.0f', tokens, now), "
    "'PX', string.format('%.0f', math.ceil((full - tokens) * 60 / rate / 1000) + 1000)) "
    "return {allowed, math.floor(tokens / 1000000), wait}";

static struct redis_database *self(struct rate_counter *c)
{
    return container_of(c, struct redis_database, rates);
}

static str script_hash(struct arena *a)
{
    unsigned char digest[20];
    struct buf hex = BUF_IN(a);
    EVP_Digest(script, sizeof script - 1, digest, NULL, EVP_sha1(), NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    return buf_str(&hex);
}

static const struct redis_answer *run(struct redis_database *db, struct arena *a, str name,
                                      struct rate_bucket bucket)
{
    uint64_t deadline = redis_call_deadline();
    str key = redis_key(db, a, "r", redis_hidden(db, a, name)), one = STR("1");
    str capacity = str_format(a, "%u", bucket.capacity);
    str per_minute = str_format(a, "%u", bucket.per_minute);
    const struct redis_answer *answer =
        REDIS_CALL(db, a, deadline, STR("EVALSHA"), script_hash(a), one, key, capacity, per_minute);
    if (answer != NULL && answer->kind == REDIS_ERROR && str_starts(answer->text, STR("NOSCRIPT")))
        answer = REDIS_CALL(db, a, deadline, STR("EVAL"), str_of(script), one, key, capacity,
                            per_minute);
    return answer;
}

static bool read_numbers(const struct redis_answer *answer, int64_t out[3])
{
    if (answer->kind != REDIS_ARRAY || answer->element_count != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (answer->elements[i] == NULL || answer->elements[i]->kind != REDIS_INTEGER)
            return false;
        out[i] = answer->elements[i]->integer;
    }
    return true;
}

/* allowed, whole tokens left, microseconds until the next: within what such a bucket can say. */
static bool read_taken(const struct redis_answer *answer, struct rate_bucket bucket,
                       struct rate_taken *out)
{
    int64_t n[3], wait_max = 60000000 / bucket.per_minute + 1;
    if (!read_numbers(answer, n) || n[0] < 0 || n[0] > 1 || n[1] < 0 || n[1] > bucket.capacity ||
        n[2] < 0 || n[2] > wait_max || (n[0] == 0) != (n[2] != 0) || (n[0] == 0 && n[1] != 0))
        return false;
    *out = (struct rate_taken){.is_allowed = n[0] == 1,
                               .remaining = (uint32_t)n[1],
                               .retry_seconds = (uint32_t)((n[2] + 999999) / 1000000)};
    return true;
}

static void take_together(struct redis_database *db, str name, struct rate_bucket bucket,
                          struct rate_taken *out)
{
    struct arena scratch = {0};
    struct rate_taken together;
    const struct redis_answer *answer = run(db, &scratch, name, bucket);
    if (answer != NULL && answer->kind != REDIS_ERROR) {
        if (!read_taken(answer, bucket, &together)) {
            redis_distrust(db, "an answer that is none to a script");
        } else if (!together.is_allowed) {
            rate_memory_give_back(&db->rates_twin, name, bucket);
            *out = together;
        } else if (together.remaining < out->remaining) {
            out->remaining = together.remaining;
        }
    }
    arena_deinit(&scratch);
}

static bool take(struct rate_counter *c, str name, struct rate_bucket bucket, bool must_not_wait,
                 struct rate_taken *out)
{
    struct redis_database *db = self(c);
    *out = rate_counter_take(&db->rates_twin.base, name, bucket);
    if (!out->is_allowed || !redis_is_willing(db))
        return true;
    if (must_not_wait)
        rate_memory_give_back(&db->rates_twin, name, bucket);
    else
        take_together(db, name, bucket, out);
    return !must_not_wait;
}

const struct rate_counter_ops redis_rate_ops = {.take = take};
