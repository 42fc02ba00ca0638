/* The services a handler can ask, interfaces only; filled at the composition root. */
#ifndef APPLICATION_SERVICES_SERVICES_H
#define APPLICATION_SERVICES_SERVICES_H

#include "application/services/audit_sealer.h"
#include "application/services/backup_service.h"
#include "application/services/export_folders.h"
#include "application/services/http_client.h"
#include "application/services/import_folders.h"
#include "application/services/ingest_rules_cache.h"
#include "application/services/message_bus.h"
#include "application/services/metadata_cache.h"
#include "application/services/openid_connect.h"
#include "application/services/otp_service.h"
#include "application/services/password_service.h"
#include "application/services/pdf_service.h"
#include "application/services/principal_cache.h"
#include "application/services/rate_counter.h"
#include "application/services/report_sealer.h"
#include "application/services/seal_service.h"
#include "application/services/secret_service.h"
#include "application/services/session_uses.h"
#include "application/services/storage_service.h"
#include "application/services/tasks/task_kind.h"
#include "application/services/time_zones.h"
#include "application/services/token_service.h"
#include "application/services/webhook_sender.h"
#include "domain/enums/duplicate_policy.h"
#include "domain/repositories/unit_of_work.h"

/* What the nodes know about sending mail. */
struct mail_settings {
    str public_url; /* how the world reaches us, without a / at its end; absent: no links */
    bool has_server;
};

struct services {
    struct storage *storage;
    struct token_service *tokens;
    struct password_service *passwords;
    struct otp_service *otp;
    struct session_uses *session_uses;
    struct principal_cache *principals;
    struct metadata_cache *metadata;
    struct ingest_rules_cache *ingest_rules;
    struct rate_counter *rates;
    struct message_bus *bus;
    struct seal_service *seals;
    struct secret_service *secrets;
    struct mail_settings mail;
    struct time_zones *time_zones;
    struct http_client *http;
    struct openid_connect *openid;
    const struct object_checker *objects;
    struct backup_service *backups; /* NULL: the settings name no folder for them */
    struct webhook_sender *webhooks;
    int64_t webhook_retry_seconds; /* after a first failure */
    struct task_kinds task_kinds;
    const struct audit_sealer *audit_sealer;
    const struct report_sealer *report_sealer;
    struct pdf_service *pdf;
    struct export_folders *export_folders; /* NULL: there are none */
    struct import_folders *import_folders; /* the same */
    str audit_source;     /* what audit messages call this installation; lives as long */
    bool keeps_preambles; /* of files, as they came */
    enum duplicate_policy duplicates;
};

#endif
