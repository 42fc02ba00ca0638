/* The table. */
#include "application/services/tasks/kinds.h"

#include "application/services/tasks/anonymize.h"
#include "application/services/tasks/backup.h"
#include "application/services/tasks/clean_up.h"
#include "application/services/tasks/forward.h"
#include "application/services/tasks/export_studies.h"
#include "application/services/tasks/import_files.h"
#include "application/services/tasks/rebuild_study.h"
#include "application/services/tasks/retention.h"
#include "application/services/tasks/rotate_keys.h"
#include "application/services/tasks/send_digests.h"
#include "application/services/tasks/verify_storage.h"
#include "application/services/tasks/store_report.h"
#include "application/services/tasks/send_webhook.h"

static const struct task_kind *const kinds[] = {
    &clean_up_kind,     &rebuild_study_kind, &rotate_signing_keys_kind, &verify_storage_kind,
    &store_report_kind, &webhook_kind,       &webhook_slow_kind,        &send_digests_kind,
    &backup_kind,       &retention_kind,     &anonymize_kind,           &forward_kind,
    &export_kind,       &import_kind,
};
const struct task_kinds task_kinds = {kinds, COUNT_OF(kinds)};
