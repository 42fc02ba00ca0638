/* The steps. Columns are named as the members of the entities' schemas. */
#include "infrastructure/migrations/migrations.h"

#define ENTITY                                                                                     \
    "key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, organization_key INTEGER NOT NULL,"         \
    "created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL,"

static const char people[] =
    "CREATE TABLE organizations(" ENTITY "name TEXT NOT NULL) STRICT;"
    "CREATE TABLE users(" ENTITY "email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role INTEGER NOT "
    "NULL, is_active INTEGER NOT NULL,"
    "password_hash TEXT NOT NULL, failure_count INTEGER NOT NULL, locked_until INTEGER,"
    "FOREIGN KEY(organization_key) REFERENCES organizations(key)) STRICT;"
    "CREATE INDEX users_by_organization ON users(organization_key, created_at);"
    "CREATE TABLE sessions(" ENTITY "user_key INTEGER NOT NULL REFERENCES users(key), user_id BLOB "
    "NOT NULL, generation INTEGER NOT NULL,"
    "expires_at INTEGER NOT NULL, revoked_at INTEGER, peer_address TEXT) STRICT;"
    "CREATE INDEX sessions_by_user ON sessions(user_key);"
    "CREATE INDEX sessions_by_expiry ON sessions(expires_at);"
    "CREATE TABLE audit_events(key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,"
    "organization_key INTEGER NOT NULL, created_at INTEGER NOT NULL, action TEXT NOT NULL, outcome "
    "TEXT NOT NULL,"
    "user_id BLOB, subject_id BLOB, peer_address TEXT, request_id TEXT, count INTEGER NOT NULL,"
    "hash TEXT NOT NULL) STRICT;"
    "CREATE INDEX audit_events_by_organization ON audit_events(organization_key, key);"
    "CREATE TABLE outbox(key INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, aggregate BLOB,"
    "payload TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;";

static const char images[] =
    "CREATE TABLE patients(" ENTITY "patient_id TEXT NOT NULL, issuer_of_patient_id TEXT NOT NULL, "
    "patient_name TEXT, patient_birth_date TEXT,"
    "patient_sex TEXT, UNIQUE(organization_key, patient_id, issuer_of_patient_id)) STRICT;"
    "CREATE TABLE studies(" ENTITY
    "patient_key INTEGER NOT NULL REFERENCES patients(key), study_instance_uid TEXT NOT NULL,"
    "study_date TEXT NOT NULL, study_time TEXT, accession_number TEXT, study_id TEXT, "
    "study_description TEXT,"
    "referring_physician_name TEXT, patient_name TEXT, patient_id TEXT, issuer_of_patient_id TEXT,"
    "patient_birth_date TEXT, patient_sex TEXT, modalities TEXT, sop_classes TEXT, "
    "patient_name_key TEXT,"
    "referring_physician_name_key TEXT, search_key TEXT, series_count INTEGER NOT NULL,"
    "instance_count INTEGER NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL, trashed_at "
    "INTEGER,"
    "UNIQUE(organization_key, study_instance_uid)) STRICT;"
    "CREATE INDEX studies_by_date ON studies(organization_key, state, study_date, key);"
    "CREATE INDEX studies_by_arrival ON studies(organization_key, state, created_at, key);"
    "CREATE INDEX studies_by_name ON studies(organization_key, state, patient_name_key, key);"
    "CREATE INDEX studies_by_patient ON studies(organization_key, patient_id);"
    "CREATE INDEX studies_by_accession ON studies(organization_key, accession_number);"
    "CREATE TABLE series(" ENTITY "study_key INTEGER NOT NULL REFERENCES studies(key), "
    "series_instance_uid TEXT NOT NULL, modality TEXT,"
    "series_number INTEGER, series_description TEXT, series_date TEXT, series_time TEXT, "
    "body_part_examined TEXT,"
    "laterality TEXT, protocol_name TEXT, station_name TEXT, institution_name TEXT,"
    "performed_procedure_step_start_date TEXT, performed_procedure_step_start_time TEXT,"
    "scheduled_procedure_step_id TEXT, requested_procedure_id TEXT, instance_count INTEGER NOT "
    "NULL,"
    "size INTEGER NOT NULL, UNIQUE(study_key, series_instance_uid)) STRICT;"
    "CREATE INDEX series_by_uid ON series(organization_key, series_instance_uid);"
    "CREATE TABLE instances(" ENTITY "study_key INTEGER NOT NULL REFERENCES studies(key), "
    "series_key INTEGER NOT NULL REFERENCES series(key),"
    "sop_instance_uid TEXT NOT NULL, sop_class_uid TEXT, transfer_syntax_uid TEXT, instance_number "
    "INTEGER,"
    "rows INTEGER, columns INTEGER, bits_allocated INTEGER, number_of_frames INTEGER, content_date "
    "TEXT,"
    "content_time TEXT, object_name TEXT NOT NULL, size INTEGER NOT NULL,"
    "UNIQUE(organization_key, sop_instance_uid)) STRICT;"
    "CREATE INDEX instances_by_series ON instances(series_key, instance_number, key);"
    "CREATE INDEX instances_by_study ON instances(study_key);"
    "CREATE INDEX instances_by_object ON instances(object_name);"
    "CREATE TABLE instance_blobs(instance_key INTEGER PRIMARY KEY REFERENCES instances(key), "
    "metadata BLOB NOT NULL,"
    "metadata_size INTEGER NOT NULL, metadata_crc INTEGER NOT NULL, frames BLOB, bulk BLOB) STRICT;"
    "CREATE TABLE changes(sequence INTEGER PRIMARY KEY AUTOINCREMENT, organization_key INTEGER NOT "
    "NULL,"
    "kind TEXT NOT NULL, study_key INTEGER NOT NULL, instance_key INTEGER, created_at INTEGER NOT "
    "NULL) STRICT;";

/* Counting a million studies for every page would cost more than the page: triggers keep the
 * counts. */
static const char counts_and_search[] =
    "CREATE TABLE counters(organization_key INTEGER NOT NULL, state INTEGER NOT NULL, studies "
    "INTEGER NOT NULL,"
    "PRIMARY KEY(organization_key, state)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER count_study AFTER INSERT ON studies BEGIN "
    "INSERT INTO counters VALUES (new.organization_key, new.state, 1) "
    "ON CONFLICT DO UPDATE SET studies = studies + 1; END;"
    "CREATE TRIGGER recount_study AFTER UPDATE OF state ON studies WHEN old.state <> new.state "
    "BEGIN "
    "UPDATE counters SET studies = studies - 1 WHERE organization_key = old.organization_key AND "
    "state = old.state;"
    "INSERT INTO counters VALUES (new.organization_key, new.state, 1) "
    "ON CONFLICT DO UPDATE SET studies = studies + 1;"
    "INSERT INTO changes(organization_key, kind, study_key, created_at) VALUES "
    "(new.organization_key,"
    "CASE new.state WHEN 0 THEN 'study_restored' ELSE 'study_trashed' END, new.key, "
    "new.updated_at); END;"
    "CREATE TRIGGER uncount_study AFTER DELETE ON studies BEGIN "
    "UPDATE counters SET studies = studies - 1 WHERE organization_key = old.organization_key AND "
    "state = old.state; END;"
    "CREATE VIRTUAL TABLE study_search USING fts5(search_key, content='studies', "
    "content_rowid='key',"
    "tokenize='trigram');";

static const char idempotency[] =
    "CREATE TABLE idempotency_records(key INTEGER PRIMARY KEY, organization_key INTEGER NOT NULL, "
    "user_id BLOB NOT NULL, idempotency_key TEXT NOT NULL, fingerprint TEXT NOT NULL, "
    "result TEXT NOT NULL, created_at INTEGER NOT NULL, "
    "UNIQUE(organization_key, user_id, idempotency_key)) STRICT;"
    "CREATE INDEX idempotency_records_by_age ON idempotency_records(created_at);"
    "CREATE INDEX changes_by_organization ON changes(organization_key, sequence);";

static const char timezones[] = "ALTER TABLE studies ADD COLUMN timezone_offset_from_utc TEXT;";

const struct migration migrations[] = {
    {1, "organizations, users, sessions, audit, outbox", people},
    {2, "patients, studies, series, instances, changes", images},
    {3, "counts and free text search", counts_and_search},
    {4, "answers under idempotency keys, change feed by organization", idempotency},
    {5, "timezone offset of a study", timezones},
};
const size_t migration_count = COUNT_OF(migrations);
