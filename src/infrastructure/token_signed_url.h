/* Signatures of addresses: HMAC-SHA-256 with a key of the day, which is derived from the
 * installation's secret, so that all nodes have the same and none is kept. */
#ifndef INFRASTRUCTURE_TOKEN_SIGNED_URL_H
#define INFRASTRUCTURE_TOKEN_SIGNED_URL_H

#include "application/services/token_service.h"

/* As the operations of token_service of these names. */
err token_signed_url_make(struct token_service *t, struct arena *a, const struct url_claims *claims,
                          str what, instant now, str *out);
err token_signed_url_read(struct token_service *t, struct arena *a, str signature, str what,
                          instant now, struct url_claims *out);

#endif
