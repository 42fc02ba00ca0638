/* API keys as tokens: making them, and telling whose they are. */
#ifndef INFRASTRUCTURE_TOKEN_API_KEY_H
#define INFRASTRUCTURE_TOKEN_API_KEY_H

#include "application/services/token_service.h"

/* As the operations of token_service of these names. */
err token_api_key_make(struct token_service *t, struct arena *a, uuid id, str *text, str *hash);
err token_api_key_read(struct token_service *t, struct arena *a, str text, uuid *id, str *hash);

#endif
