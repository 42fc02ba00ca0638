/* Signatures of reports: Ed25519 (RFC 8032) with a key that follows from the installation's secret,
 * the same on every node and another than that of the audit trail. */
#ifndef INFRASTRUCTURE_REPORT_SEAL_H
#define INFRASTRUCTURE_REPORT_SEAL_H

#include "application/services/report_sealer.h"

enum { REPORT_SEAL_KEY_SIZE = 32, REPORT_SEAL_SECRET_SIZE = 64 };

struct report_seal {
    struct report_sealer base;
    unsigned char secret[REPORT_SEAL_SECRET_SIZE];
    unsigned char key[REPORT_SEAL_KEY_SIZE];
};

/* secret: that of the installation. */
void report_seal_open(struct report_seal *s, const unsigned char secret[32]);

#endif
