/* The steps. Columns are named as the members of the entities' schemas. Both languages have one
 * text in which {names} stand for what they call differently, but for what follows the counts and
 * the search. */
#include "infrastructure/migrations/migrations.h"

#define ENTITY                                                                                     \
    "key {key}, id {id} NOT NULL UNIQUE, organization_key {number} NOT NULL,"                      \
    "created_at {number} NOT NULL, updated_at {number} NOT NULL, version {number} NOT NULL,"

static const char people[] =
    "CREATE TABLE organizations(" ENTITY "name {text} NOT NULL){end};"
    "CREATE TABLE users(" ENTITY "email {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "role {number} NOT NULL, is_active {number} NOT NULL, password_hash {text} NOT NULL, "
    "failure_count {number} NOT NULL, locked_until {number}, "
    "FOREIGN KEY(organization_key) REFERENCES organizations(key)){end};"
    "CREATE INDEX users_by_organization ON users(organization_key, created_at);"
    "CREATE TABLE sessions(" ENTITY "user_key {number} NOT NULL REFERENCES users(key), "
    "user_id {id} NOT NULL, generation {number} NOT NULL, expires_at {number} NOT NULL, "
    "revoked_at {number}, peer_address {text}){end};"
    "CREATE INDEX sessions_by_user ON sessions(user_key);"
    "CREATE INDEX sessions_by_expiry ON sessions(expires_at);"
    "CREATE TABLE audit_events(key {serial}, id {id} NOT NULL UNIQUE, "
    "organization_key {number} NOT NULL, created_at {number} NOT NULL, "
    "action {text} NOT NULL, outcome {text} NOT NULL, user_id {id}, subject_id {id}, "
    "peer_address {text}, request_id {text}, count {number} NOT NULL, "
    "hash {text} NOT NULL){end};"
    "CREATE INDEX audit_events_by_organization ON audit_events(organization_key, key);"
    "CREATE TABLE outbox(key {serial}, type {text} NOT NULL, aggregate {id}, "
    "payload {text} NOT NULL, created_at {number} NOT NULL){end};";

static const char images[] =
    "CREATE TABLE patients(" ENTITY "patient_id {text} NOT NULL, "
    "issuer_of_patient_id {text} NOT NULL, patient_name {text}, patient_birth_date {text}, "
    "patient_sex {text}, UNIQUE(organization_key, patient_id, issuer_of_patient_id)){end};"
    "CREATE TABLE studies(" ENTITY "patient_key {number} NOT NULL REFERENCES patients(key), "
    "study_instance_uid {text} NOT NULL, study_date {text} NOT NULL, study_time {text}, "
    "accession_number {text}, study_id {text}, study_description {text}, "
    "referring_physician_name {text}, patient_name {text}, patient_id {text}, "
    "issuer_of_patient_id {text}, patient_birth_date {text}, patient_sex {text}, "
    "modalities {text}, sop_classes {text}, patient_name_key {text}, "
    "referring_physician_name_key {text}, search_key {text}, "
    "series_count {number} NOT NULL, instance_count {number} NOT NULL, "
    "size {number} NOT NULL, state {number} NOT NULL, trashed_at {number}, "
    "UNIQUE(organization_key, study_instance_uid)){end};"
    "CREATE INDEX studies_by_date ON studies(organization_key, state, study_date {first}, "
    "key);"
    "CREATE INDEX studies_by_arrival ON studies(organization_key, state, "
    "created_at {first}, key);"
    "CREATE INDEX studies_by_name ON studies(organization_key, state, "
    "patient_name_key {first}, key);"
    "CREATE INDEX studies_by_patient ON studies(organization_key, patient_id);"
    "CREATE INDEX studies_by_accession ON studies(organization_key, accession_number);"
    "CREATE TABLE series(" ENTITY "study_key {number} NOT NULL REFERENCES studies(key), "
    "series_instance_uid {text} NOT NULL, modality {text}, series_number {number}, "
    "series_description {text}, series_date {text}, series_time {text}, "
    "body_part_examined {text}, laterality {text}, protocol_name {text}, "
    "station_name {text}, institution_name {text}, "
    "performed_procedure_step_start_date {text}, "
    "performed_procedure_step_start_time {text}, scheduled_procedure_step_id {text}, "
    "requested_procedure_id {text}, instance_count {number} NOT NULL, "
    "size {number} NOT NULL, UNIQUE(study_key, series_instance_uid)){end};"
    "CREATE INDEX series_by_uid ON series(organization_key, series_instance_uid);"
    "CREATE TABLE instances(" ENTITY "study_key {number} NOT NULL REFERENCES studies(key), "
    "series_key {number} NOT NULL REFERENCES series(key), "
    "sop_instance_uid {text} NOT NULL, sop_class_uid {text}, transfer_syntax_uid {text}, "
    "instance_number {number}, rows {number}, columns {number}, bits_allocated {number}, "
    "number_of_frames {number}, content_date {text}, content_time {text}, "
    "object_name {text} NOT NULL, size {number} NOT NULL, UNIQUE(organization_key, "
    "sop_instance_uid)){end};"
    "CREATE INDEX instances_by_series ON instances(series_key, instance_number {first}, "
    "key);"
    "CREATE INDEX instances_by_study ON instances(study_key);"
    "CREATE INDEX instances_by_object ON instances(object_name);"
    "CREATE TABLE instance_blobs(instance_key {number} PRIMARY KEY REFERENCES instances(key), "
    "metadata {bytes} NOT NULL, metadata_size {number} NOT NULL, "
    "metadata_crc {number} NOT NULL, frames {bytes}, bulk {bytes}){end};"
    "CREATE TABLE changes(sequence {serial}, organization_key {number} NOT NULL, "
    "kind {text} NOT NULL, study_key {number} NOT NULL, instance_key {number}, "
    "created_at {number} NOT NULL){end};";

/* Counting a million studies for every page would cost more than the page: triggers keep the
 * counts. */
static const char sqlite_counts_and_search[] =
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

/* The same. Words are looked up by the trigrams of studies.search_key itself. name_is_like and
 * set_has are what SQLite is given as functions: PS3.4 C.2.2.2.4 on folded names, and on values
 * separated by
 * "\". Rows that are counted again and again have room to change in place; what is compressed
 * already is not compressed again. */
static const char postgresql_counts[] =
    "CREATE TABLE counters(organization_key BIGINT NOT NULL, state BIGINT NOT NULL, "
    "studies BIGINT NOT NULL, PRIMARY KEY(organization_key, state)) WITH (fillfactor = 50);"
    "CREATE FUNCTION count_studies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP <> 'INSERT' THEN UPDATE counters SET studies = studies - 1 "
    "WHERE organization_key = old.organization_key AND state = old.state; END IF;"
    "IF TG_OP <> 'DELETE' THEN INSERT INTO counters AS c VALUES "
    "(new.organization_key, new.state, 1) ON CONFLICT (organization_key, state) "
    "DO UPDATE SET studies = c.studies + 1; END IF;"
    "IF TG_OP = 'UPDATE' THEN INSERT INTO changes(organization_key, kind, study_key, created_at) "
    "VALUES (new.organization_key, CASE new.state WHEN 0 THEN 'study_restored' ELSE "
    "'study_trashed' END, new.key, new.updated_at); END IF;"
    "RETURN NULL; END $$;"
    "CREATE TRIGGER count_study AFTER INSERT OR DELETE ON studies FOR EACH ROW "
    "EXECUTE FUNCTION count_studies();"
    "CREATE TRIGGER recount_study AFTER UPDATE OF state ON studies FOR EACH ROW "
    "WHEN (old.state <> new.state) EXECUTE FUNCTION count_studies();";

static const char postgresql_search[] =
    "CREATE EXTENSION IF NOT EXISTS pg_trgm;"
    "CREATE INDEX studies_by_words ON studies USING gin (search_key gin_trgm_ops);"
    "CREATE FUNCTION like_pattern(pattern text) RETURNS text LANGUAGE sql IMMUTABLE STRICT "
    "PARALLEL SAFE AS $$ SELECT translate(replace(replace(replace(pattern, '\\', '\\\\'), '%', "
    "'\\%'), '_', '\\_'), '*?', '%_') $$;"
    "CREATE FUNCTION parts(value text, separator text) RETURNS text[] LANGUAGE sql IMMUTABLE "
    "STRICT PARALLEL SAFE AS $$ SELECT CASE value WHEN '' THEN ARRAY[''] ELSE "
    "string_to_array(value, separator) END $$;"
    "CREATE FUNCTION set_has(value text, pattern text) RETURNS boolean LANGUAGE sql IMMUTABLE "
    "PARALLEL SAFE AS $$ SELECT EXISTS (SELECT FROM unnest(parts(value, '\\')) AS part "
    "WHERE part COLLATE \"C\" ILIKE like_pattern(pattern)) $$;"
    "CREATE FUNCTION name_is_like(name text, pattern text) RETURNS boolean LANGUAGE sql IMMUTABLE "
    "PARALLEL SAFE AS $$ SELECT CASE WHEN strpos(pattern, '=') = 0 THEN EXISTS (SELECT FROM "
    "unnest(parts(name, '=')) AS part WHERE part COLLATE \"C\" ILIKE like_pattern(pattern)) "
    "ELSE name IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(parts(pattern, '=')) WITH ORDINALITY "
    "AS wanted(part, at) WHERE part <> '' AND NOT coalesce((parts(name, '='))[at], '') "
    "COLLATE \"C\" ILIKE like_pattern(part)) END $$;"
    "ALTER TABLE studies SET (fillfactor = 80); ALTER TABLE series SET (fillfactor = 80);"
    "ALTER TABLE instance_blobs ALTER metadata SET STORAGE EXTERNAL;"
    "ALTER TABLE instance_blobs ALTER frames SET STORAGE EXTERNAL;";

static const char idempotency[] =
    "CREATE TABLE idempotency_records(key {key}, organization_key {number} NOT NULL, "
    "user_id {id} NOT NULL, idempotency_key {text} NOT NULL, fingerprint {text} NOT NULL, "
    "result {text} NOT NULL, created_at {number} NOT NULL, UNIQUE(organization_key, "
    "user_id, idempotency_key)){end};"
    "CREATE INDEX idempotency_records_by_age ON idempotency_records(created_at);"
    "CREATE INDEX changes_by_organization ON changes(organization_key, sequence);";

static const char timezones[] = "ALTER TABLE studies ADD COLUMN timezone_offset_from_utc {text};";

static const char leases[] =
    "CREATE TABLE leases(key {serial}, name {text} NOT NULL UNIQUE, holder {id} NOT NULL,"
    "expires_at {number} NOT NULL, token {number} NOT NULL){end};";

/* Without the state in them, SQLite took them for worse than a walk through all studies by date. */
static const char lookups[] =
    "DROP INDEX studies_by_patient; DROP INDEX studies_by_accession;"
    "CREATE INDEX studies_by_patient ON studies(organization_key, state, patient_id, "
    "study_date {first}, key);"
    "CREATE INDEX studies_by_accession ON studies(organization_key, state, accession_number, "
    "study_date {first}, key);";

/* What is in the trash below studies, with rows of its own so that no index of all instances need
 * be made; a version of an instance is what was sent under its UID and is not what is served. A set
 * of transfer syntaxes is NULL until it was counted: in rows from before, and in those that an old
 * program adds meanwhile. */
#define TRASH_AND_VERSIONS                                                                         \
    "ALTER TABLE series ADD COLUMN state {number} NOT NULL DEFAULT 0;"                             \
    "ALTER TABLE series ADD COLUMN trashed_at {number};"                                           \
    "ALTER TABLE instances ADD COLUMN state {number} NOT NULL DEFAULT 0;"                          \
    "ALTER TABLE instances ADD COLUMN trashed_at {number};"                                        \
    "ALTER TABLE changes ADD COLUMN series_key {number};"                                          \
    "CREATE TABLE trash_items(organization_key {number} NOT NULL, level {number} NOT NULL, "       \
    "row_key {number} NOT NULL, PRIMARY KEY(organization_key, level, row_key)){end};"              \
    "CREATE TABLE instance_versions(key {serial}, id {id} NOT NULL UNIQUE, "                       \
    "organization_key {number} NOT NULL, created_at {number} NOT NULL, "                           \
    "instance_key {number} NOT NULL REFERENCES instances(key), reason {number} NOT NULL, "         \
    "user_id {id}, sop_class_uid {text}, transfer_syntax_uid {text}, object_name {text} NOT "      \
    "NULL, size {number} NOT NULL, UNIQUE(instance_key, object_name)){end};"                       \
    "CREATE INDEX instance_versions_by_object ON instance_versions(object_name);"                  \
    "ALTER TABLE studies ADD COLUMN transfer_syntaxes {text};"                                     \
    "ALTER TABLE series ADD COLUMN transfer_syntaxes {text};"                                      \
    "CREATE INDEX series_not_counted ON series(study_key) WHERE transfer_syntaxes IS NULL;"

#define SQLITE_TRASH(table_, kind_, level_, study_, series_, instance_)                            \
    "CREATE TRIGGER trash_" kind_ " AFTER UPDATE OF state ON " table_                              \
    " WHEN old.state <> new.state BEGIN "                                                          \
    "DELETE FROM trash_items WHERE organization_key = new.organization_key AND level = " level_    \
    " AND row_key = new.key;"                                                                      \
    "INSERT INTO trash_items SELECT new.organization_key, " level_                                 \
    ", new.key WHERE new.state <> 0;"                                                              \
    "INSERT INTO changes(organization_key, kind, study_key, series_key, instance_key, "            \
    "created_at) VALUES (new.organization_key, CASE new.state WHEN 0 THEN '" kind_                 \
    "_restored' ELSE '" kind_ "_trashed' END, " study_ ", " series_ ", " instance_                 \
    ", new.updated_at); END;"

static const char sqlite_trash_and_versions[] =
    TRASH_AND_VERSIONS SQLITE_TRASH("series", "series", "1", "new.study_key", "new.key", "NULL")
        SQLITE_TRASH("instances", "instance", "2", "new.study_key", "NULL", "new.key");

static const char postgresql_trash_and_versions[] = TRASH_AND_VERSIONS
    "CREATE FUNCTION trash_image() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF new.state = 0 THEN DELETE FROM trash_items WHERE organization_key = new.organization_key "
    "AND level = TG_ARGV[1]::bigint AND row_key = new.key; "
    "ELSE INSERT INTO trash_items VALUES (new.organization_key, TG_ARGV[1]::bigint, new.key); "
    "END IF;"
    "INSERT INTO changes(organization_key, kind, study_key, series_key, instance_key, created_at) "
    "VALUES (new.organization_key, TG_ARGV[0] || CASE new.state WHEN 0 THEN '_restored' ELSE "
    "'_trashed' END, new.study_key, CASE TG_ARGV[1] WHEN '1' THEN new.key END, "
    "CASE TG_ARGV[1] WHEN '2' THEN new.key END, new.updated_at);"
    "RETURN NULL; END $$;"
    "CREATE TRIGGER trash_series AFTER UPDATE OF state ON series FOR EACH ROW "
    "WHEN (old.state <> new.state) EXECUTE FUNCTION trash_image('series', '1');"
    "CREATE TRIGGER trash_instance AFTER UPDATE OF state ON instances FOR EACH ROW "
    "WHEN (old.state <> new.state) EXECUTE FUNCTION trash_image('instance', '2');";

static const char work_items[] =
    "CREATE TABLE work_items(" ENTITY "sop_instance_uid {text} NOT NULL, state {number} NOT NULL, "
    "transaction_uid {text}, ended_at {number}, priority {text}, input_readiness_state {text}, "
    "worklist_label {text}, procedure_step_label {text}, scheduled_start_at {number} NOT NULL, "
    "expected_completion_at {number}, modified_at {number} NOT NULL, patient_name {text}, "
    "patient_name_key {text}, patient_id {text}, admission_id {text}, study_instance_uid {text}, "
    "station_name_codes {text}, station_class_codes {text}, station_location_codes {text}, "
    "workitem_codes {text}, accession_numbers {text}, requested_procedure_ids {text}, "
    "data_set {text} NOT NULL, UNIQUE(organization_key, sop_instance_uid)){end};"
    "CREATE INDEX work_items_by_start ON work_items(organization_key, scheduled_start_at, key);"
    "CREATE INDEX work_items_by_state ON work_items(organization_key, state, scheduled_start_at, "
    "key);"
    "CREATE INDEX work_items_by_patient ON work_items(organization_key, patient_id);"
    "CREATE INDEX work_items_by_end ON work_items(ended_at);"
    "CREATE TABLE work_item_subscriptions(key {serial}, organization_key {number} NOT NULL, "
    "created_at {number} NOT NULL, ae_title {text} NOT NULL, scope {number} NOT NULL, "
    "work_item_key {number} NOT NULL, state {number} NOT NULL, filter {text}, until_at {number}, "
    "UNIQUE(organization_key, ae_title, scope, work_item_key)){end};"
    "CREATE INDEX work_item_subscriptions_by_item ON work_item_subscriptions(work_item_key);"
    "CREATE INDEX work_item_subscriptions_by_scope ON work_item_subscriptions(organization_key, "
    "scope);"
    "CREATE TABLE work_item_events(key {serial}, organization_key {number} NOT NULL, "
    "created_at {number} NOT NULL, ae_title {text} NOT NULL, sop_instance_uid {text} NOT NULL, "
    "type {number} NOT NULL, state {number} NOT NULL, input_readiness_state {text}, "
    "details {text}){end};"
    "CREATE INDEX work_item_events_by_reader ON work_item_events(organization_key, ae_title, key);"
    "CREATE INDEX work_item_events_by_age ON work_item_events(created_at);";

/* What is asked of the values of an attribute is found by them, and whether a study, series or
 * instance has such a value by its keys; the key of an attribute says of which organization it is.
 * Values go with their instance. Patients that share what they are searched by are told apart by
 * their key. */
#define ATTRIBUTES(end_)                                                                           \
    "CREATE TABLE indexed_attributes(key {serial}, id {id} NOT NULL UNIQUE, "                      \
    "organization_key {number} NOT NULL, created_at {number} NOT NULL, "                           \
    "updated_at {number} NOT NULL, version {number} NOT NULL, path {text} NOT NULL, "              \
    "keyword {text} NOT NULL, vr {text} NOT NULL, state {number} NOT NULL, "                       \
    "is_incomplete {number} NOT NULL, position {number} NOT NULL, done_count {number} NOT NULL, "  \
    "total_count {number} NOT NULL, UNIQUE(organization_key, path)){end};"                         \
    "CREATE TABLE attribute_values(attribute_key {number} NOT NULL, study_key {number} NOT NULL, " \
    "series_key {number} NOT NULL, instance_key {number} NOT NULL, number {number} NOT NULL, "     \
    "folded {text} NOT NULL, value {text} NOT NULL, PRIMARY KEY(attribute_key, study_key, "        \
    "series_key, instance_key, number))" end_ ";"                                                  \
    "CREATE INDEX attribute_values_by_value ON attribute_values(attribute_key, folded, "           \
    "study_key, series_key, instance_key);"                                                        \
    "CREATE INDEX studies_by_patient_key ON studies(organization_key, state, patient_key, "        \
    "study_date {first}, key);"
#define FORGET_VALUES                                                                              \
    "DELETE FROM attribute_values WHERE attribute_key IN (SELECT key FROM indexed_attributes "     \
    "WHERE organization_key = old.organization_key) AND study_key = old.study_key AND "            \
    "series_key = old.series_key AND instance_key = old.key;"
static const char sqlite_attributes[] =
    ATTRIBUTES(" STRICT, WITHOUT ROWID") "CREATE TRIGGER forget_values AFTER DELETE ON instances "
                                         "BEGIN " FORGET_VALUES " END;";
static const char postgresql_attributes[] =
    ATTRIBUTES("") "CREATE FUNCTION forget_values() RETURNS trigger LANGUAGE plpgsql AS $$ "
                   "BEGIN " FORGET_VALUES " RETURN NULL; END $$;"
                   "CREATE TRIGGER forget_values AFTER DELETE ON instances FOR EACH ROW "
                   "EXECUTE FUNCTION forget_values();";

/* Few and small, and searched by one key or another: what they are mostly called by has an index,
 * the rest is looked through within its category. */
static const char non_patient[] =
    "CREATE TABLE non_patient_objects(" ENTITY "category {number} NOT NULL, "
    "sop_class_uid {text} NOT NULL, sop_instance_uid {text} NOT NULL, "
    "transfer_syntax_uid {text} NOT NULL, object_name {text} NOT NULL, size {number} NOT NULL, "
    "instance_creation_date {text}, instance_creation_time {text}, content_date {text}, "
    "content_time {text}, content_creator_name {text}, content_creator_name_key {text}, "
    "manufacturer {text}, content_label {text}, content_description {text}, "
    "protocol_name {text}, equipment_modality {text}, model_manufacturers {text}, "
    "model_names {text}, scheduled_protocol_codes {text}, "
    "requested_procedure_codes {text}, hanging_protocol_name {text}, "
    "hanging_protocol_description {text}, hanging_protocol_level {text}, "
    "hanging_protocol_creator {text}, hanging_protocol_user_group_name {text}, "
    "number_of_priors_referenced {number}, number_of_screens {number}, modalities {text}, "
    "lateralities {text}, anatomic_region_codes {text}, procedure_codes {text}, "
    "reason_codes {text}, user_codes {text}, implant_name {text}, implant_size {text}, "
    "implant_part_number {text}, implant_template_version {text}, implant_type {text}, "
    "assembly_name {text}, assembly_issuer {text}, assembly_version {text}, "
    "assembly_type {text}, procedure_type_codes {text}, group_name {text}, "
    "group_issuer {text}, group_version {text}, inventory_level {text}, "
    "inventory_completion_status {text}, subject_class_uids {text}, "
    "subject_instance_uids {text}, assertion_codes {text}, "
    "UNIQUE(organization_key, sop_instance_uid)){end};"
    "CREATE INDEX non_patient_objects_by_category ON non_patient_objects(organization_key, "
    "category, key);"
    "CREATE INDEX non_patient_objects_by_object ON non_patient_objects(object_name);"
    "CREATE INDEX non_patient_objects_by_label ON non_patient_objects(organization_key, "
    "content_label) WHERE content_label IS NOT NULL;"
    "CREATE INDEX non_patient_objects_by_name ON non_patient_objects(organization_key, "
    "hanging_protocol_name) WHERE hanging_protocol_name IS NOT NULL;"
    "CREATE INDEX non_patient_objects_by_protocol ON non_patient_objects(organization_key, "
    "protocol_name) WHERE protocol_name IS NOT NULL;"
    "CREATE INDEX non_patient_objects_by_part ON non_patient_objects(organization_key, "
    "implant_part_number) WHERE implant_part_number IS NOT NULL;"
    "CREATE TABLE non_patient_blobs(object_key {number} PRIMARY KEY "
    "REFERENCES non_patient_objects(key), metadata {bytes} NOT NULL, "
    "metadata_size {number} NOT NULL, metadata_crc {number} NOT NULL, frames {bytes}, "
    "bulk {bytes}){end};";

/* What is granted, by whatever way, is asked of one view. A group counts for each of its members.
 */
#define GRANTED_STUDIES(kind_, grantee_, from_)                                                    \
    "SELECT " kind_ " AS grantee_kind, " grantee_ " AS grantee_key, g.granted_key AS study_key, "  \
    "g.rights AS rights, g.expires_at AS expires_at FROM grants g " from_                          \
    "WHERE g.granted_kind = 0 UNION ALL SELECT " kind_ ", " grantee_ ", s.key, g.rights, "         \
    "g.expires_at FROM grants g " from_ "JOIN studies s ON s.patient_key = g.granted_key "         \
    "WHERE g.granted_kind = 1 UNION ALL SELECT " kind_ ", " grantee_ ", a.study_key, g.rights, "   \
    "g.expires_at FROM grants g " from_ "JOIN album_studies a ON a.album_key = g.granted_key "     \
    "WHERE g.granted_kind = 2 "
#define OF_MEMBERS "JOIN group_members m ON g.grantee_kind = 1 AND m.group_key = g.grantee_key "

static const char grants[] =
    "CREATE TABLE grants(" ENTITY "grantee_kind {number} NOT NULL, grantee_key {number} NOT NULL, "
    "grantee_id {id}, granted_kind {number} NOT NULL, granted_key {number} NOT NULL, "
    "granted_id {id}, rights {number} NOT NULL, expires_at {number}, granted_by {id}, "
    "reason {text}){end};"
    "CREATE INDEX grants_by_grantee ON grants(grantee_kind, grantee_key, granted_kind, "
    "granted_key);"
    "CREATE INDEX grants_by_granted ON grants(granted_kind, granted_key);"
    "CREATE TABLE user_groups(" ENTITY "name {text} NOT NULL, "
    "UNIQUE(organization_key, name)){end};"
    "CREATE TABLE group_members(group_key {number} NOT NULL REFERENCES user_groups(key), "
    "user_key {number} NOT NULL REFERENCES users(key), PRIMARY KEY(group_key, user_key)){end};"
    "CREATE INDEX group_members_by_user ON group_members(user_key);"
    "CREATE TABLE albums(" ENTITY "name {text} NOT NULL, description {text}, "
    "owner_key {number} NOT NULL REFERENCES users(key), owner_id {id} NOT NULL){end};"
    "CREATE INDEX albums_by_organization ON albums(organization_key, created_at);"
    "CREATE TABLE album_studies(album_key {number} NOT NULL REFERENCES albums(key), "
    "study_key {number} NOT NULL REFERENCES studies(key), added_by {id}, "
    "added_at {number} NOT NULL, PRIMARY KEY(album_key, study_key)){end};"
    "CREATE INDEX album_studies_by_study ON album_studies(study_key);"
    "CREATE VIEW granted_studies AS " GRANTED_STUDIES(
        "g.grantee_kind", "g.grantee_key", "") "UNION ALL " GRANTED_STUDIES("0", "m.user_key",
                                                                            OF_MEMBERS) ";";

/* What is to be sent is found by its turn, among states that few rows are in for long. */
static const char mails[] =
    "CREATE TABLE mails(" ENTITY "template_name {number} NOT NULL, language {text} NOT NULL, "
    "recipient {text} NOT NULL, recipient_name {text}, subject {text} NOT NULL, "
    "parameters {text} NOT NULL, secrets {text}, needs_public_url {number} NOT NULL, "
    "state {number} NOT NULL, attempt_count {number} NOT NULL, next_attempt_at {number} NOT NULL, "
    "give_up_at {number} NOT NULL, sent_at {number}, last_error {text}, message_id {text}){end};"
    "CREATE INDEX mails_by_turn ON mails(state, next_attempt_at, key);"
    "CREATE INDEX mails_by_organization ON mails(organization_key, created_at, key);"
    "CREATE INDEX mails_by_age ON mails(created_at);";

/* Somebody who is invited has no address of their own before they have shown that it is theirs: so
 * nobody hears by an invitation whether another organization knows the address. */
static const char roles[] =
    "CREATE TABLE roles(" ENTITY "name {text} NOT NULL, description {text}, "
    "permission_set {number} NOT NULL, granted_set {number} NOT NULL, "
    "UNIQUE(organization_key, name)){end};"
    "CREATE TABLE organization_settings(" ENTITY "language {text} NOT NULL, "
    "mfa_required_roles {number} NOT NULL, break_glass_roles {number} NOT NULL, "
    "break_glass_minutes {number} NOT NULL, UNIQUE(organization_key)){end};"
    "ALTER TABLE users ADD COLUMN role_key {number} NOT NULL DEFAULT 0;"
    "ALTER TABLE users ADD COLUMN role_id {id};"
    "ALTER TABLE users ADD COLUMN invited_email {text};"
    "ALTER TABLE users ADD COLUMN invitation_hash {text};"
    "ALTER TABLE users ADD COLUMN invitation_expires_at {number};"
    "ALTER TABLE users ADD COLUMN invited_by {id};"
    "ALTER TABLE users ADD COLUMN last_sign_in_at {number};"
    "ALTER TABLE users ADD COLUMN former_email {text};"
    "ALTER TABLE users ADD COLUMN deleted_at {number};"
    "CREATE UNIQUE INDEX users_by_invited_email ON users(organization_key, invited_email) "
    "WHERE invited_email IS NOT NULL;"
    "CREATE UNIQUE INDEX users_by_invitation ON users(invitation_hash) "
    "WHERE invitation_hash IS NOT NULL;"
    "CREATE INDEX users_by_role ON users(role_key) WHERE role_key <> 0;";

/* A column that has no value says that there is none: no second factor, no link that is open. */
static const char credentials[] =
    "ALTER TABLE users ADD COLUMN lock_count {number} NOT NULL DEFAULT 0;"
    "ALTER TABLE users ADD COLUMN language {text};"
    "ALTER TABLE users ADD COLUMN reset_hash {text};"
    "ALTER TABLE users ADD COLUMN reset_expires_at {number};"
    "ALTER TABLE users ADD COLUMN mfa_secret {text};"
    "ALTER TABLE users ADD COLUMN mfa_enabled_at {number};"
    "ALTER TABLE users ADD COLUMN mfa_step {number} NOT NULL DEFAULT 0;"
    "ALTER TABLE users ADD COLUMN recovery_hashes {text};"
    "CREATE INDEX users_by_reset ON users(reset_hash) WHERE reset_hash IS NOT NULL;"
    "ALTER TABLE sessions ADD COLUMN user_agent {text};"
    "ALTER TABLE sessions ADD COLUMN last_used_at {number};"
    "CREATE TABLE signing_keys(key {serial}, id {id} NOT NULL UNIQUE, "
    "organization_key {number} NOT NULL, created_at {number} NOT NULL, "
    "updated_at {number} NOT NULL, version {number} NOT NULL, key_id {text} NOT NULL UNIQUE, "
    "sealed {text} NOT NULL, active_at {number} NOT NULL){end};"
    "CREATE TABLE password_requests(key {serial}, created_at {number} NOT NULL, "
    "email {text} NOT NULL, peer_address {text}){end};";

/* What an event says besides, and what finds it. An old program leaves the new columns empty and
 * goes on with the chain as it is; such events still hold. */
static const char audit[] =
    "ALTER TABLE audit_events ADD COLUMN actor_kind {text};"
    "ALTER TABLE audit_events ADD COLUMN actor_id {id};"
    "ALTER TABLE audit_events ADD COLUMN actor_name {text};"
    "ALTER TABLE audit_events ADD COLUMN subject_kind {text};"
    "ALTER TABLE audit_events ADD COLUMN study_id {id};"
    "ALTER TABLE audit_events ADD COLUMN study_instance_uid {text};"
    "ALTER TABLE audit_events ADD COLUMN patient_id {text};"
    "ALTER TABLE audit_events ADD COLUMN sequence {number};"
    "CREATE INDEX audit_events_by_time ON audit_events(organization_key, created_at, key);"
    "CREATE INDEX audit_events_by_user ON audit_events(organization_key, user_id, key) "
    "WHERE user_id IS NOT NULL;"
    "CREATE INDEX audit_events_by_subject ON audit_events(organization_key, subject_id, key) "
    "WHERE subject_id IS NOT NULL;"
    "CREATE INDEX audit_events_by_study ON audit_events(organization_key, study_id, key) "
    "WHERE study_id IS NOT NULL;"
    "CREATE TABLE audit_cuts(key {serial}, organization_key {number} NOT NULL UNIQUE, "
    "last_key {number} NOT NULL, event_count {number} NOT NULL, hash {text} NOT NULL, "
    "cut_at {number} NOT NULL, key_id {text} NOT NULL, signature {text} NOT NULL){end};"
    "CREATE TABLE audit_positions(name {text} PRIMARY KEY, position {number} NOT NULL){end};";

static const char shares[] =
    "CREATE TABLE shares(" ENTITY "kind {number} NOT NULL, name {text}, "
    "owner_key {number} NOT NULL REFERENCES users(key), owner_id {id} NOT NULL, "
    "token_hash {text} NOT NULL UNIQUE, password_hash {text}, expires_at {number} NOT NULL, "
    "use_count {number} NOT NULL, use_count_max {number} NOT NULL, "
    "allows_download {number} NOT NULL, series_key {number} NOT NULL, series_id {id}, "
    "album_key {number} NOT NULL, album_id {id}, failure_count {number} NOT NULL, "
    "locked_until {number}, revoked_at {number}, last_opened_at {number}){end};"
    "CREATE INDEX shares_by_owner ON shares(organization_key, owner_key, key);"
    "CREATE TABLE share_visits(" ENTITY
    "share_key {number} NOT NULL REFERENCES shares(key), token_hash {text} NOT NULL UNIQUE, "
    "expires_at {number} NOT NULL, peer_address {text}, user_agent {text}){end};"
    "CREATE INDEX share_visits_by_share ON share_visits(share_key, key);"
    "CREATE INDEX share_visits_by_end ON share_visits(expires_at);";

static const char deidentified_shares[] =
    "ALTER TABLE shares ADD COLUMN is_deidentified {number} NOT NULL DEFAULT 0;";

/* Programs that ask, and what they send in parts. */
static const char public_api[] =
    "CREATE TABLE api_keys(" ENTITY "name {text} NOT NULL, secret_hash {text} NOT NULL, "
    "scopes {number} NOT NULL, is_limited {number} NOT NULL, "
    "requests_per_minute {number} NOT NULL, daily_size {number} NOT NULL, expires_at {number}, "
    "revoked_at {number}, last_used_at {number}, last_used_from {text}, created_by {id}, "
    "sent_on {number} NOT NULL, sent_size {number} NOT NULL, "
    "FOREIGN KEY(organization_key) REFERENCES organizations(key)){end};"
    "CREATE INDEX api_keys_by_organization ON api_keys(organization_key, key);"
    "CREATE TABLE uploads(" ENTITY "owner_id {id} NOT NULL, name {text} NOT NULL, "
    "kind {number} NOT NULL, size {number} NOT NULL, sha256 {text}, state {number} NOT NULL, "
    "failure {text}, expires_at {number} NOT NULL, lease_until {number}, "
    "part_count {number} NOT NULL, received_size {number} NOT NULL, "
    "stored_count {number} NOT NULL, there_count {number} NOT NULL, "
    "refused_count {number} NOT NULL){end};"
    "CREATE INDEX uploads_by_owner ON uploads(organization_key, owner_id, key);"
    "CREATE INDEX uploads_by_expiry ON uploads(expires_at);"
    "CREATE TABLE upload_parts(key {key}, upload_key {number} NOT NULL REFERENCES uploads(key), "
    "number {number} NOT NULL, name {text}, size {number} NOT NULL, sha256 {text} NOT NULL, "
    "created_at {number} NOT NULL, UNIQUE(upload_key, number)){end};"
    "CREATE INDEX upload_parts_by_object ON upload_parts(sha256);"
    "CREATE TABLE upload_files(key {key}, upload_key {number} NOT NULL REFERENCES uploads(key), "
    "number {number} NOT NULL, name {text} NOT NULL, outcome {number} NOT NULL, code {text}, "
    "detail {text}, study_id {id}, study_instance_uid {text}, series_instance_uid {text}, "
    "sop_instance_uid {text}, UNIQUE(upload_key, number)){end};";

/* Events that were in the outbox before are of nobody: they were told to nobody either. */
static const char events[] =
    "ALTER TABLE outbox ADD COLUMN organization_key {number} NOT NULL DEFAULT 0;"
    "CREATE TABLE event_positions(key {serial}, name {text} NOT NULL UNIQUE, "
    "position {number} NOT NULL){end};"
    "CREATE TABLE study_arrivals(key {serial}, organization_key {number} NOT NULL, "
    "study_id {id} NOT NULL UNIQUE, first_at {number} NOT NULL, last_at {number} NOT NULL, "
    "instance_count {number} NOT NULL){end};"
    "CREATE INDEX study_arrivals_by_quiet ON study_arrivals(last_at, key);";

static const char tasks[] =
    "CREATE TABLE tasks(" ENTITY "kind {text} NOT NULL, state {number} NOT NULL, "
    "priority {number} NOT NULL, created_by {id}, subject_kind {text}, subject_id {id}, "
    "parameters {text} NOT NULL, idempotency_key {text}, depends_on_key {number} NOT NULL, "
    "depends_on_id {id}, attempt_count {number} NOT NULL, attempt_count_max {number} NOT NULL, "
    "next_attempt_at {number}, fence {number} NOT NULL, worker {text}, started_at {number}, "
    "finished_at {number}, is_cancel_requested {number} NOT NULL, "
    "progress_done {number} NOT NULL, progress_total {number} NOT NULL, progress_unit {text}, "
    "stage {text}, outcome {text}, output_object {text}, output_name {text}, output_type {text}, "
    "output_size {number} NOT NULL, last_error {text}, "
    "UNIQUE(organization_key, kind, idempotency_key)){end};"
    "CREATE INDEX tasks_by_turn ON tasks(priority DESC, next_attempt_at, key) "
    "WHERE state IN (1, 2);"
    "CREATE INDEX tasks_by_maker ON tasks(organization_key, created_by, key);"
    "CREATE INDEX tasks_by_subject ON tasks(subject_id) WHERE subject_id IS NOT NULL;"
    "CREATE INDEX tasks_by_need ON tasks(depends_on_key) WHERE state = 0;"
    "CREATE INDEX tasks_by_state ON tasks(state, kind);"
    "CREATE INDEX tasks_by_end ON tasks(finished_at) WHERE state >= 3;"
    "CREATE INDEX tasks_by_object ON tasks(output_object) WHERE output_object IS NOT NULL;";

static const char notifications[] =
    "CREATE TABLE notifications(key {serial}, id {id} NOT NULL UNIQUE, "
    "organization_key {number} NOT NULL, created_at {number} NOT NULL, "
    "updated_at {number} NOT NULL, version {number} NOT NULL, "
    "user_key {number} NOT NULL REFERENCES users(key), user_id {id} NOT NULL, "
    "kind {text} NOT NULL, event_sequence {number} NOT NULL, subject_kind {text}, "
    "subject_id {id}, detail {text}, read_at {number}, UNIQUE(user_key, event_sequence)){end};"
    "CREATE INDEX notifications_by_user ON notifications(user_key, key);"
    "CREATE INDEX notifications_unread ON notifications(user_key, key) WHERE read_at IS NULL;"
    "CREATE INDEX notifications_by_event ON notifications(event_sequence);"
    "CREATE INDEX notifications_by_time ON notifications(created_at);"
    "CREATE TABLE user_devices(key {serial}, user_key {number} NOT NULL REFERENCES users(key), "
    "device {text} NOT NULL, last_seen_at {number} NOT NULL, UNIQUE(user_key, device)){end};";
static const char schedules[] =
    "CREATE TABLE schedules(" ENTITY "name {text} NOT NULL, kind {text} NOT NULL, "
    "expression {text} NOT NULL, time_zone {text} NOT NULL, missed {number} NOT NULL, "
    "is_enabled {number} NOT NULL, is_shipped {number} NOT NULL, next_run_at {number}, "
    "last_run_at {number}, last_task_id {id}, last_note {text}, "
    "UNIQUE(organization_key, name)){end};"
    "CREATE INDEX schedules_by_turn ON schedules(next_run_at) WHERE next_run_at IS NOT NULL;";

/* What is signed is changed by nobody, whoever has the database open. */
#define REPORTS                                                                                    \
    "CREATE TABLE reports(" ENTITY "study_key {number} NOT NULL REFERENCES studies(key), "         \
    "study_id {id} NOT NULL, study_instance_uid {text}, title {text} NOT NULL, "                   \
    "language {text}, state {number} NOT NULL, template_id {id}, form {text}, author_id {id}, "    \
    "author_name {text}, signed_number {number} NOT NULL, working_number {number} NOT NULL, "      \
    "signed_at {number}, signer_id {id}, signer_name {text}, closing_reason {text}, "              \
    "closed_at {number}, closed_by {id}, is_critical {number} NOT NULL, "                          \
    "search_key {text} NOT NULL){end};"                                                            \
    "CREATE INDEX reports_by_organization ON reports(organization_key, updated_at, key);"          \
    "CREATE INDEX reports_by_study ON reports(study_key);"                                         \
    "CREATE INDEX reports_by_study_id ON reports(study_id);"                                       \
    "CREATE TABLE report_versions(" ENTITY                                                         \
    "report_key {number} NOT NULL REFERENCES reports(key), report_id {id} NOT NULL, "              \
    "number {number} NOT NULL, kind {number} NOT NULL, title {text}, language {text}, "            \
    "content {text} NOT NULL, reason {text}, author_id {id}, author_name {text}, "                 \
    "signed_at {number}, signer_id {id}, signer_name {text}, meaning {text}, hash {text}, "        \
    "key_id {text}, public_key {text}, signature {text}, verification_code {text} UNIQUE, "        \
    "UNIQUE(report_key, number)){end};"                                                            \
    "CREATE TABLE report_locks(" ENTITY                                                            \
    "report_key {number} NOT NULL UNIQUE REFERENCES reports(key), report_id {id} NOT NULL, "       \
    "holder_id {id} NOT NULL, holder_name {text}, expires_at {number} NOT NULL){end};"             \
    "CREATE TABLE critical_results(" ENTITY                                                        \
    "report_key {number} NOT NULL REFERENCES reports(key), report_id {id} NOT NULL, "              \
    "study_id {id}, finding {text} NOT NULL, flagged_by {id}, flagged_by_name {text}, "            \
    "recipient_id {id}, acknowledge_minutes {number} NOT NULL, due_at {number}, "                  \
    "escalation_count {number} NOT NULL, acknowledged_at {number}, acknowledged_by {id}, "         \
    "acknowledged_by_name {text}){end};"                                                           \
    "CREATE INDEX critical_results_by_report ON critical_results(report_key, key);"                \
    "CREATE INDEX critical_results_by_due ON critical_results(due_at, key) "                       \
    "WHERE due_at IS NOT NULL;"                                                                    \
    "CREATE TABLE report_templates(" ENTITY "name {text} NOT NULL, modality {text}, "              \
    "body_part {text}, procedure {text}, language {text} NOT NULL, form {text} NOT NULL, "         \
    "UNIQUE(organization_key, name, language)){end};"

static const char sqlite_reports[] = REPORTS
    "CREATE VIRTUAL TABLE report_search USING fts5(search_key, content='reports', "
    "content_rowid='key', tokenize='trigram');"
    "CREATE TRIGGER keep_signed BEFORE UPDATE ON report_versions WHEN old.signed_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'a signed version of a report stays as it is'); END;"
    "CREATE TRIGGER keep_signed_there BEFORE DELETE ON report_versions "
    "WHEN old.signed_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'a signed version of a report stays'); END;";

static const char postgresql_reports[] =
    REPORTS "CREATE INDEX reports_by_words ON reports USING gin (search_key gin_trgm_ops);"
            "CREATE FUNCTION keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'a signed version of a report stays as it is'; END $$;"
            "CREATE TRIGGER keep_signed BEFORE UPDATE OR DELETE ON report_versions FOR EACH ROW "
            "WHEN (old.signed_at IS NOT NULL) EXECUTE FUNCTION keep_signed();";

#define SERIAL_ENTITY                                                                              \
    "key {serial}, id {id} NOT NULL UNIQUE, organization_key {number} NOT NULL, "                  \
    "created_at {number} NOT NULL, updated_at {number} NOT NULL, version {number} NOT NULL, "

static const char webhooks[] =
    "CREATE TABLE webhooks(" SERIAL_ENTITY "url {text} NOT NULL, description {text}, "
    "event_names {text} NOT NULL, is_active {number} NOT NULL, secret {text} NOT NULL, "
    "former_secret {text}, former_end {number}, created_by {id}, task_id {id}, "
    "failure_count {number} NOT NULL, failing_since {number}, next_attempt_at {number}, "
    "is_slow {number} NOT NULL, last_success_at {number}, last_error {text}, "
    "deactivated_reason {text}){end};"
    "CREATE INDEX webhooks_by_organization ON webhooks(organization_key, key);"
    "CREATE TABLE webhook_deliveries(" SERIAL_ENTITY
    "webhook_key {number} NOT NULL REFERENCES webhooks(key), webhook_id {id} NOT NULL, "
    "event_type {text} NOT NULL, event_sequence {number} NOT NULL, payload {text} NOT NULL, "
    "state {number} NOT NULL, attempt_count {number} NOT NULL, next_attempt_at {number}, "
    "give_up_at {number} NOT NULL, last_attempt_at {number}, delivered_at {number}, "
    "response_status {number} NOT NULL, duration_ms {number} NOT NULL, last_error {text}, "
    "UNIQUE(webhook_key, event_sequence)){end};"
    "CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries(webhook_key, key);"
    "CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries(webhook_key, next_attempt_at) "
    "WHERE state = 0;"
    "CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries(created_at);"
    "CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries(state) WHERE state <> 1;";

static const char notification_settings[] =
    "CREATE TABLE notification_settings(" SERIAL_ENTITY
    "user_key {number} NOT NULL UNIQUE REFERENCES users(key), choices {text} NOT NULL, "
    "time_zone {text} NOT NULL, quiet_from {number} NOT NULL, quiet_to {number} NOT NULL, "
    "digest {number} NOT NULL, digest_hour {number} NOT NULL){end};"
    "CREATE INDEX notification_settings_by_organization ON "
    "notification_settings(organization_key);"
    "CREATE TABLE notification_mails(" SERIAL_ENTITY
    "user_key {number} NOT NULL REFERENCES users(key), kind {text} NOT NULL, "
    "event_sequence {number} NOT NULL, subject_kind {text}, subject_id {id}, detail {text}, "
    "happened_at {number} NOT NULL, due_at {number} NOT NULL, "
    "UNIQUE(user_key, event_sequence)){end};"
    "CREATE INDEX notification_mails_by_user ON "
    "notification_mails(organization_key, user_key, due_at);"
    "CREATE INDEX notification_mails_by_event ON notification_mails(event_sequence);";

static const char retention[] =
    "CREATE TABLE retention_rules(" SERIAL_ENTITY "name {text} NOT NULL, modality {text}, "
    "counted_from {number} NOT NULL, days {number} NOT NULL, is_enabled {number} NOT NULL){end};"
    "CREATE INDEX retention_rules_by_organization ON retention_rules(organization_key, name);"
    "CREATE TABLE legal_holds(" SERIAL_ENTITY
    "study_key {number} NOT NULL UNIQUE REFERENCES studies(key), study_id {id} NOT NULL, "
    "reason {text} NOT NULL, placed_by {id}){end};";

/* What is there is summed once; behind that the triggers count, whichever program writes. */
#define USAGE(end_)                                                                                \
    "ALTER TABLE organization_settings ADD COLUMN quota_size {number} NOT NULL DEFAULT 0;"         \
    "CREATE TABLE organization_usage(organization_key {number} NOT NULL PRIMARY KEY, "             \
    "size {number} NOT NULL)" end_ ";"                                                             \
    "INSERT INTO organization_usage SELECT organization_key, CAST(sum(size) AS BIGINT) FROM "      \
    "studies GROUP BY organization_key;"
static const char sqlite_quotas[] =
    USAGE(" STRICT, WITHOUT ROWID") "CREATE TRIGGER use_study AFTER INSERT ON studies BEGIN "
                                    "INSERT INTO organization_usage VALUES (new.organization_key, "
                                    "new.size) "
                                    "ON CONFLICT DO UPDATE SET size = size + excluded.size; END;"
                                    "CREATE TRIGGER reuse_study AFTER UPDATE OF size ON studies "
                                    "WHEN old.size <> new.size BEGIN "
                                    "UPDATE organization_usage SET size = size + new.size - "
                                    "old.size WHERE organization_key = "
                                    "new.organization_key; END;"
                                    "CREATE TRIGGER unuse_study AFTER DELETE ON studies BEGIN "
                                    "UPDATE organization_usage SET size = size - old.size WHERE "
                                    "organization_key = "
                                    "old.organization_key; END;";
static const char postgresql_quotas[] = USAGE(
    " WITH (fillfactor = 50)") "CREATE FUNCTION use_study() RETURNS trigger LANGUAGE plpgsql AS $$ "
                               "BEGIN "
                               "IF TG_OP <> 'INSERT' THEN UPDATE organization_usage SET size = "
                               "size - old.size "
                               "WHERE organization_key = old.organization_key; END IF;"
                               "IF TG_OP <> 'DELETE' THEN INSERT INTO organization_usage AS u "
                               "VALUES "
                               "(new.organization_key, new.size) ON CONFLICT (organization_key) "
                               "DO UPDATE SET size = u.size + excluded.size; END IF;"
                               "RETURN NULL; END $$;"
                               "CREATE TRIGGER use_study AFTER INSERT OR DELETE ON studies FOR "
                               "EACH ROW "
                               "EXECUTE FUNCTION use_study();"
                               "CREATE TRIGGER reuse_study AFTER UPDATE OF size ON studies FOR "
                               "EACH ROW "
                               "WHEN (old.size <> new.size) EXECUTE FUNCTION use_study();";

/* The sweeper asks for each object. */
static const char task_outputs[] =
    "CREATE INDEX tasks_by_output ON tasks(output_object) WHERE output_object IS NOT NULL;";

/* What a session was opened with; empty in those that older programs open. */
static const char identities[] =
    "CREATE TABLE identity_providers(" SERIAL_ENTITY "name {text} NOT NULL, "
    "issuer {text} NOT NULL, client_id {text} NOT NULL, client_secret {text}, "
    "scopes {text} NOT NULL, groups_claim {text}, domain_names {text}, factor_names {text}, "
    "mapping_text {text}, default_role {text}, is_enabled {number} NOT NULL, "
    "is_listed {number} NOT NULL, makes_users {number} NOT NULL, "
    "links_by_email {number} NOT NULL, UNIQUE(organization_key, name)){end};"
    "CREATE TABLE identities(" SERIAL_ENTITY
    "provider_key {number} NOT NULL REFERENCES identity_providers(key), "
    "provider_id {id} NOT NULL, user_key {number} NOT NULL REFERENCES users(key), "
    "user_id {id} NOT NULL, subject {text} NOT NULL, email {text}, last_sign_in_at {number}, "
    "UNIQUE(provider_key, subject)){end};"
    "CREATE INDEX identities_by_user ON identities(user_key);"
    "ALTER TABLE sessions ADD COLUMN has_second_factor {number};";

static const char disclosures[] =
    "CREATE TABLE deidentification_projects(" SERIAL_ENTITY
    "name {text} NOT NULL, description {text}, options {number} NOT NULL, "
    "pseudonym_prefix {text}, risks {number} NOT NULL, secret {text} NOT NULL, created_by {id}, "
    "patient_count {number} NOT NULL, UNIQUE(organization_key, name)){end};"
    "CREATE TABLE deidentified_patients(" SERIAL_ENTITY
    "project_key {number} NOT NULL REFERENCES deidentification_projects(key), "
    "code {text} NOT NULL, number {number} NOT NULL, UNIQUE(project_key, code)){end};"
    "CREATE TABLE destinations(" SERIAL_ENTITY
    "name {text} NOT NULL, url {text} NOT NULL, credential {number} NOT NULL, "
    "user_name {text}, secret {text}, created_by {id}, UNIQUE(organization_key, name)){end};"
    "CREATE TABLE task_reports(" SERIAL_ENTITY
    "task_key {number} NOT NULL UNIQUE REFERENCES tasks(key), body {text} NOT NULL){end};";

/* What leaves the trash is remembered by the last line about it. A key is not given twice: the
 * feed, shares and caches go by it. PostgreSQL's sequences see to that themselves; and it takes an
 * index of patients alone for better than those that lists are read by, so it has none, and looks
 * through all studies when a patient goes. */
#define PURGE                                                                                      \
    "ALTER TABLE organization_settings ADD COLUMN trash_days {number} NOT NULL DEFAULT 0;"         \
    "ALTER TABLE changes ADD COLUMN purged_id {id};"                                               \
    "ALTER TABLE changes ADD COLUMN purged_uid {text};"
#define KEEP_KEY(table_)                                                                           \
    "CREATE TRIGGER keep_key_of_" table_ " AFTER DELETE ON " table_                                \
    " BEGIN INSERT INTO used_keys VALUES ('" table_ "', old.key) ON CONFLICT DO UPDATE "           \
    "SET key = max(key, excluded.key); END;"
static const char sqlite_purge[] = PURGE
    "CREATE INDEX studies_of_patient ON studies(patient_key);"
    "CREATE TABLE used_keys(name TEXT PRIMARY KEY, key INTEGER NOT NULL) STRICT, WITHOUT "
    "ROWID;" KEEP_KEY("patients") KEEP_KEY("studies") KEEP_KEY("series") KEEP_KEY("instances");

static const char storage_room[] =
    "ALTER TABLE organization_settings ADD COLUMN storage_room {number} NOT NULL DEFAULT 0;";

const struct migration migrations[] = {
    {1, "organizations, users, sessions, audit, outbox", {people}, NULL, NULL},
    {2, "patients, studies, series, instances, changes", {images}, NULL, NULL},
    {3, "counts and free text search", {sqlite_counts_and_search, postgresql_counts}, NULL, NULL},
    {4, "answers under idempotency keys, change feed by organization", {idempotency}, NULL, NULL},
    {5, "timezone offset of a study", {timezones}, NULL, NULL},
    {6, "search on PostgreSQL", {"", postgresql_search}, NULL, NULL},
    {7, "leases", {leases}, NULL, NULL},
    {8, "patients and accession numbers are found before dates are walked", {lookups}, NULL, NULL},
    {9,
     "trash below studies, versions of instances, transfer syntaxes",
     {sqlite_trash_and_versions, postgresql_trash_and_versions},
     NULL,
     NULL},
    {10, "work items, subscriptions to them and their events", {work_items}, NULL, NULL},
    {11, "indexed attributes", {sqlite_attributes, postgresql_attributes}, NULL, NULL},
    {12, "non-patient objects", {non_patient}, NULL, NULL},
    {13, "signing keys, second factors, links for a new password", {credentials}, NULL, NULL},
    {14, "mails", {mails}, NULL, NULL},
    {15, "audit: who, whose, where it was cut, who has it", {audit}, NULL, NULL},
    {16, "grants, groups, albums", {grants}, NULL, NULL},
    {17, "roles, invitations, settings of organizations", {roles}, NULL, NULL},
    {18, "API keys, uploads", {public_api}, NULL, NULL},
    {19, "shares and visits", {shares}, NULL, NULL},
    {20, "who has heard which event, studies that are coming in", {events}, NULL, NULL},
    {21, "tasks", {tasks}, NULL, NULL},
    {22, "notifications, devices that were signed in with", {notifications}, NULL, NULL},
    {23, "reports", {sqlite_reports, postgresql_reports}, NULL, NULL},
    {24, "schedules", {schedules}, NULL, NULL},
    {25, "shares that are seen de-identified", {deidentified_shares}, NULL, NULL},
    {26, "webhooks and deliveries to them", {webhooks}, NULL, NULL},
    {27, "what people choose to hear of, and mails that wait", {notification_settings}, NULL, NULL},
    {28, "rules of retention, legal holds", {retention}, NULL, NULL},
    {29, "quotas", {sqlite_quotas, postgresql_quotas}, NULL, NULL},
    {30, "accounts that somebody else keeps", {identities}, NULL, NULL},
    {31,
     "projects of de-identification, destinations, reports of tasks",
     {disclosures},
     NULL,
     NULL},
    {32, "tasks are found by the object they made", {task_outputs}, NULL, NULL},
    {33, "what leaves the trash for good", {sqlite_purge, PURGE}, NULL, NULL},
    {34, "what was told of the room in the storage", {storage_room}, NULL, NULL},
};
const size_t migration_count = COUNT_OF(migrations);
