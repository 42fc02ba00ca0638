/* Opening in the order of need, closing the other way. */
#include "tests/support/world.h"

#include "domain/entities/principal.h"
#include "infrastructure/secret_sha256.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

struct db_session *world_begin(struct world *w)
{
    struct db_session *s;
    CHECK_OK(db_session_begin(&w->database.base, &w->arena, &w->clock.base, &s));
    return s;
}

static void add_people(struct world *w)
{
    struct db_session *s = world_begin(w);
    instant now = clock_now(&w->clock.base);
    w->organization = (struct organization){.id = uuid_make(&w->clock.base),
                                            .created_at = now,
                                            .updated_at = now,
                                            .name = STR("St. Mary's")};
    CHECK_OK(organization_writer_add(s->uow.organizations, &w->organization));
    for (int role = 0; role < ROLE_COUNT; role++) {
        w->users[role] =
            (struct user){.id = uuid_make(&w->clock.base),
                          .organization_key = w->organization.key,
                          .created_at = now,
                          .updated_at = now,
                          .email = str_format(&w->arena, "%s@clinic.example", role_names[role]),
                          .name = str_of(role_names[role]),
                          .role = (enum role)role,
                          .is_active = true};
        CHECK_OK(password_hash(&w->passwords.base, &w->arena, STR(WORLD_PASSWORD),
                               &w->users[role].password_hash));
        CHECK_OK(user_writer_add(s->uow.users, &w->users[role]));
    }
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

void world_open(struct world *w)
{
    *w = (struct world){0};
    manual_clock_init(&w->clock, (instant){SECONDS(1750000000)});
    memory_context_init(&w->database);
    memory_storage_init(&w->storage, &w->clock.base);
    faulty_context_init(&w->faulty_database, &w->database.base, &w->fault);
    faulty_storage_init(&w->faulty_storage, &w->storage.base, &w->fault);
    temporary_template(w->folder, "world");
    assert_non_null(mkdtemp(w->folder));
    CHECK_OK(token_jws_open(&w->tokens, str_of(w->folder), STR_NONE));
    CHECK_OK(seal_sodium_open(&w->seals, w->tokens.secret));
    CHECK_OK(token_jws_open_keys(&w->tokens, &w->database.base, &w->seals.base, &w->clock.base));
    report_seal_open(&w->report_seal, w->tokens.secret);
    principal_memory_open(&w->principals);
    metadata_memory_open(&w->metadata);
    ingest_rules_memory_open(&w->ingest_rules);
    fake_password_init(&w->passwords);
    fake_pdf_init(&w->pdf, &w->fault);
    otp_openssl_open(&w->otp);
    rate_memory_open(&w->rates);
    CHECK_OK(bus_memory_open(&w->bus));
    mediator_ports_open(&w->mediator, &w->faulty_database.base, &w->clock.base);
    mediator_ports_use_secret(&w->mediator, w->tokens.secret);
    w->services = (struct services){.storage = &w->faulty_storage.base,
                                    .tokens = &w->tokens.base,
                                    .passwords = &w->passwords.base,
                                    .otp = &w->otp.base,
                                    .rates = &w->rates.base,
                                    .bus = &w->bus.base,
                                    .principals = &w->principals.base,
                                    .metadata = &w->metadata.base,
                                    .ingest_rules = &w->ingest_rules.base,
                                    .seals = &w->seals.base,
                                    .secrets = &secret_sha256,
                                    .report_sealer = &w->report_seal.base,
                                    .pdf = &w->pdf.base,
                                    .mail = {STR("https://gantry.example"), true}};
    add_people(w);
}

void world_close(struct world *w)
{
    char command[TEST_PATH_SIZE + 64];
    mediator_ports_close(&w->mediator);
    bus_memory_close(&w->bus);
    rate_memory_close(&w->rates);
    ingest_rules_memory_close(&w->ingest_rules);
    metadata_memory_close(&w->metadata);
    principal_memory_close(&w->principals);
    token_jws_close(&w->tokens);
    seal_sodium_close(&w->seals);
    memory_storage_deinit(&w->storage);
    memory_context_deinit(&w->database);
    snprintf(command, sizeof command, "rm -rf %s", w->folder);
    CHECK(system(command) == 0);
    arena_deinit(&w->arena);
}

void world_wait(struct world *w, int64_t seconds)
{
    w->clock.time = instant_add(w->clock.time, SECONDS(seconds));
    for (size_t i = 0; i < INGEST_RULES_SLOT_COUNT; i++)
        w->ingest_rules.slots[i].organization_key = 0;
}

struct principal world_principal(const struct world *w, enum role role)
{
    return (struct principal){.kind = PRINCIPAL_USER,
                              .organization_key = w->organization.key,
                              .user_key = w->users[role].key,
                              .user_id = w->users[role].id,
                              .permissions = role_permissions(role),
                              .granted_permissions = role_grantable_permissions(role),
                              .grantee_key = w->users[role].key};
}

struct scope world_scope(struct world *w, const struct principal *principal)
{
    return (struct scope){.arena = &w->arena,
                          .clock = &w->clock.base,
                          .principal = principal,
                          .services = &w->services,
                          .issues = {.arena = &w->arena},
                          .request_id = STR("r-1"),
                          .peer_address = STR("192.0.2.7"),
                          .mediator = &w->mediator.base};
}
