/* Signatures of the audit trail's anchors and cuts: Ed25519 (RFC 8032) with a key that follows from
 * the installation's secret, the same on every node. The public key verifies them anywhere. */
#ifndef INFRASTRUCTURE_AUDIT_SEAL_H
#define INFRASTRUCTURE_AUDIT_SEAL_H

#include "application/services/audit_sealer.h"
#include "domain/entities/audit_cut.h"

enum { AUDIT_SEAL_KEY_SIZE = 32, AUDIT_SEAL_SECRET_SIZE = 64, AUDIT_SEAL_KEY_COUNT_MAX = 16 };

struct audit_seal {
    struct audit_sealer base;
    unsigned char secret[AUDIT_SEAL_SECRET_SIZE];
    /* keys[0] is the one signed with; the others are of secrets from before */
    unsigned char keys[AUDIT_SEAL_KEY_COUNT_MAX][AUDIT_SEAL_KEY_SIZE];
    size_t key_count;
};

enum audit_seal_verdict { AUDIT_SEAL_HOLDS, AUDIT_SEAL_BROKEN, AUDIT_SEAL_UNKNOWN_KEY };

/* secret: that of the installation. */
void audit_seal_open(struct audit_seal *s, const unsigned char secret[32]);
/* One public key more that is believed, in base64url as audit_seal_public_key gives it.
 * Errors: INVALID. */
err audit_seal_trust(struct audit_seal *s, str key);
str audit_seal_public_key(const struct audit_seal *s, struct arena *a);

/* Fills key_id and signature, which live in a. Anchors: audit_sealer_sign. */
void audit_seal_sign_cut(const struct audit_seal *s, struct arena *a, struct audit_cut *cut);
enum audit_seal_verdict audit_seal_check_anchor(const struct audit_seal *s, struct arena *a,
                                                const struct audit_anchor *anchor);
enum audit_seal_verdict audit_seal_check_cut(const struct audit_seal *s, struct arena *a,
                                             const struct audit_cut *cut);

#endif
