/* Credentials as HTTP carries them. */
#ifndef PRESENTATION_AUTH_H
#define PRESENTATION_AUTH_H

#include "base/str.h"

/* The token of "Authorization: Bearer …" (RFC 6750); absent when the header is none of that kind.
 */
str auth_bearer(str header);

#endif
