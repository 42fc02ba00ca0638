/* struct sqlite_session: the repositories of one call, over one view of the database or one unit of
 * work. Reads go to a connection of their own until the unit of work begins with its first write;
 * then they see what it wrote. */
#ifndef INFRASTRUCTURE_SQLITE_SESSION_H
#define INFRASTRUCTURE_SQLITE_SESSION_H

#include "base/clock.h"
#include "domain/repositories/unit_of_work.h"
#include "infrastructure/sqlite/database.h"

struct sqlite_session {
    struct readers readers;
    struct unit_of_work uow;
    struct organization_reader organization_reader;
    struct organization_writer organization_writer;
    struct user_reader user_reader;
    struct user_writer user_writer;
    struct session_reader session_reader;
    struct session_writer session_writer;
    struct image_reader image_reader;
    struct image_writer image_writer;
    struct audit_reader audit_reader;
    struct audit_writer audit_writer;
    struct outbox outbox;
    struct sqlite_connection *reader;
    struct sqlite_unit unit;
    struct clock *clock;
};

void sqlite_session_init(struct sqlite_session *s, struct sqlite_database *db, struct clock *clock);
/* Gives connections back. A unit of work still open is rolled back. */
void sqlite_session_deinit(struct sqlite_session *s);
err sqlite_session_commit(struct sqlite_session *s);

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
