/* The SQLite behind struct db_context. Reads of a session go to a connection of their own until its
 * unit of work begins with the first write; then they see what it wrote. */
#ifndef INFRASTRUCTURE_SQLITE_SESSION_H
#define INFRASTRUCTURE_SQLITE_SESSION_H

#include "infrastructure/db_context.h"
#include "infrastructure/sqlite/database.h"

struct sqlite_session {
    struct db_session base;
    struct sqlite_connection *reader;
    struct sqlite_unit unit;
    struct clock *clock;
};

/* Opens the file and brings its schema up to date. Errors: UNAVAILABLE, CONFLICT (made by a newer
 * program). */
err sqlite_context_open(struct sqlite_database *db, struct arena *a, str path);

/* For the repositories. */
err sqlite_session_read(struct sqlite_session *s, struct sqlite_connection **out);
err sqlite_session_write(struct sqlite_session *s, struct sqlite_connection **out);

extern const struct organization_reader_ops sqlite_organization_reader_ops;
extern const struct organization_writer_ops sqlite_organization_writer_ops;
extern const struct user_reader_ops sqlite_user_reader_ops;
extern const struct user_writer_ops sqlite_user_writer_ops;
extern const struct session_reader_ops sqlite_session_reader_ops;
extern const struct session_writer_ops sqlite_session_writer_ops;
extern const struct image_reader_ops sqlite_image_reader_ops;
extern const struct image_writer_ops sqlite_image_writer_ops;
extern const struct audit_reader_ops sqlite_audit_reader_ops;
extern const struct audit_writer_ops sqlite_audit_writer_ops;
extern const struct change_reader_ops sqlite_change_reader_ops;
extern const struct idempotency_reader_ops sqlite_idempotency_reader_ops;
extern const struct idempotency_writer_ops sqlite_idempotency_writer_ops;
extern const struct outbox_ops sqlite_outbox_ops;

/* The four statements every entity needs, made from its schema once: their addresses are stable. */
struct entity_sql {
    const struct schema *schema;
    const char *table;
    const char *select, *insert,
        *update; /* select: "SELECT columns FROM table"; update by key and version */
};
const struct entity_sql *entity_sql(const struct schema *schema);

/* Adds a row and gives the object its key; saves it if its version is unchanged. The members key
 * and version are found by name. Errors: CONFLICT; PRECONDITION_FAILED. */
err entity_insert(struct sqlite_session *s, const struct schema *schema, void *object);
err entity_update(struct sqlite_session *s, const struct schema *schema, void *object);
/* "SELECT … " + where, a constant. Errors: NOT_FOUND. where_sql must be stable text: it is the key
 * of the cache. */
err entity_read_row(struct statement *s, struct arena *a, const struct schema *schema, void *out);

#endif
