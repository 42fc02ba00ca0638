/* struct world: the whole program without doors, over memory: a database, a storage, a clock that
 * stands still, real tokens, passwords that cost nothing. The database and the storage can be made
 * to fail. One organization with a user of each role is in it. */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "application/services/services.h"
#include "core/mediator.h"
#include "infrastructure/ingest_rules_memory.h"
#include "infrastructure/mediator_ports.h"
#include "infrastructure/memory/memory_context.h"
#include "infrastructure/memory/memory_storage.h"
#include "infrastructure/coordination_memory.h"
#include "infrastructure/metadata_memory.h"
#include "infrastructure/otp_openssl.h"
#include "infrastructure/principal_memory.h"
#include "infrastructure/report_seal.h"
#include "infrastructure/seal_sodium.h"
#include "infrastructure/token_jws.h"
#include "tests/support/fake_password.h"
#include "tests/support/fake_pdf.h"
#include "tests/support/faulty_context.h"
#include "tests/support/faulty_storage.h"
#include "tests/support/folder.h"

#define WORLD_PASSWORD "correct horse battery"

struct world {
    struct arena arena;
    struct manual_clock clock;
    struct memory_context database;
    struct memory_storage storage;
    struct fault fault; /* of both, and of what makes PDFs */
    struct faulty_context faulty_database;
    struct faulty_storage faulty_storage;
    struct token_jws tokens;
    struct seal_sodium seals;
    struct report_seal report_seal;
    struct principal_memory principals;
    struct metadata_memory metadata;
    struct ingest_rules_memory ingest_rules;
    struct fake_password passwords;
    struct fake_pdf pdf;
    struct otp_openssl otp;
    struct rate_memory rates;
    struct bus_memory bus;
    struct mediator_ports mediator;
    struct services services;
    struct organization organization;
    struct user users[ROLE_COUNT];
    char folder[TEST_PATH_SIZE]; /* of the keys */
};

void world_open(struct world *w);
void world_close(struct world *w);

/* Seconds pass: what is remembered for one is forgotten. */
void world_wait(struct world *w, int64_t seconds);

/* A request of the user with that role, of nobody, of whoever. */
struct principal world_principal(const struct world *w, enum role role);
struct scope world_scope(struct world *w, const struct principal *principal);

/* A session of the database itself, which never fails. */
struct db_session *world_begin(struct world *w);

#endif
