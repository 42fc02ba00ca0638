/* openid_connect over the HTTP client: what providers say of themselves and of their keys is asked
 * for once and kept for a while; keys are asked for again when a token names one that is not known,
 * but not more often than RELYING_PARTY_RETRY_SECONDS, however many such tokens come. */
#ifndef INFRASTRUCTURE_OIDC_RELYING_PARTY_H
#define INFRASTRUCTURE_OIDC_RELYING_PARTY_H

#include "application/services/http_client.h"
#include "application/services/openid_connect.h"

#include <pthread.h>

enum {
    RELYING_PARTY_ENTRY_COUNT = 64, /* documents kept; of more, the one fetched first goes */
    RELYING_PARTY_KEEP_SECONDS = 3600,
    RELYING_PARTY_RETRY_SECONDS = 30,
    RELYING_PARTY_ANSWER_SIZE_MAX = 128 * 1024,
    RELYING_PARTY_MS = 5000 /* of one request */
};

/* A document of a provider, under the address it came from. */
struct relying_party_document {
    char *url, *text; /* heap */
    size_t text_size;
    instant fetched_at;
};

struct relying_party {
    struct openid_connect base;
    struct http_client *http;
    struct clock *clock;
    pthread_mutex_t lock; /* of documents */
    struct relying_party_document documents[RELYING_PARTY_ENTRY_COUNT];
};

void relying_party_open(struct relying_party *r, struct http_client *http, struct clock *clock);
void relying_party_close(struct relying_party *r);

#endif
