/* Numbers by chance that a seed repeats. CONTRACT_SEED=<number> in the environment is the seed. */
#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include "base/clock.h"

#include <stdint.h>
#include <stdlib.h>

/* What chance finds, it finds by many tries, and those are for the release build. Under a sanitizer
 * each is dear, and a few touch the same code. A number of tries is divided by this. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CHANCE_DIVISOR = 5 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { CHANCE_DIVISOR = 5 };
#else
enum { CHANCE_DIVISOR = 1 };
#endif
#else
enum { CHANCE_DIVISOR = 1 };
#endif

static inline uint64_t chance_seed(void)
{
    const char *wanted = getenv("CONTRACT_SEED");
    return wanted != NULL ? strtoull(wanted, NULL, 10) : monotonic_ns();
}

/* 0 to sides - 1; xorshift64*. *state is not 0. */
static inline uint64_t chance_roll(uint64_t *state, uint64_t sides)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (*state * UINT64_C(0x2545F4914F6CDD1D) >> 33) % sides;
}

#endif
