/* The secret service on the kernel's random bytes and OpenSSL's SHA-256. It has no state. */
#ifndef INFRASTRUCTURE_SECRET_SHA256_H
#define INFRASTRUCTURE_SECRET_SHA256_H

#include "application/services/secret_service.h"

extern struct secret_service secret_sha256;

#endif
