/* Schema of the request. */
#include "domain/entities/password_request.h"

SCHEMA(password_request, FIELD(password_request, key, .flags = INTERNAL, .doc = "Row key"),
       FIELD(password_request, created_at, .doc = "When it was made"),
       FIELD(password_request, email, .max = EMAIL_SIZE_MAX, .doc = "Whose password"),
       FIELD(password_request, peer_address, .max = 64, .doc = "Where from"));
