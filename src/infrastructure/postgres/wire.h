/* Between the files of this folder: how statements travel over a connection. */
#ifndef INFRASTRUCTURE_POSTGRES_WIRE_H
#define INFRASTRUCTURE_POSTGRES_WIRE_H

#include "infrastructure/postgres/connection.h"

#define POSTGRES_NO_DEADLINE UINT64_MAX

/* As libpq wants them, in binary. */
struct postgres_arguments {
    int count;
    const unsigned *types;
    const char *const *values;
    const int *lengths, *formats;
};

err postgres_send(struct postgres_connection *c, struct postgres_statement *s,
                  const struct postgres_arguments *arguments);
/* Marks the end of what must be answered together. */
err postgres_synchronize(struct postgres_connection *c);
/* Until the statement has an answer, or its next row. */
err postgres_await(struct postgres_connection *c, struct postgres_statement *s);
/* Nobody waits for the statement any more. */
void postgres_forget(struct postgres_connection *c, struct postgres_statement *s);
/* A statement that is not kept. */
err postgres_passing(struct postgres_connection *c, str sql, struct statement *out);
/* The rows that still come are of no interest. */
err postgres_abandon(struct postgres_connection *c);
/* The statement's command was that one, as the server calls what it did. */
bool postgres_statement_was(const struct statement *s, const char *command);
void postgres_statement_free(struct postgres_statement *s);

#endif
