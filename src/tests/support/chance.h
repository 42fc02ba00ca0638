/* Numbers by chance that a seed repeats. CONTRACT_SEED=<number> in the environment is the seed. */
#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include "base/clock.h"

#include <stdint.h>
#include <stdlib.h>

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
