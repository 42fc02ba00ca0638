/* What a handler reads and writes with: interfaces only. The readers of a command see what it
 * wrote. A unit of work holds nothing until its first write; everything written through it becomes
 * durable together or not at all. */
#ifndef DOMAIN_REPOSITORIES_UNIT_OF_WORK_H
#define DOMAIN_REPOSITORIES_UNIT_OF_WORK_H

#include "core/mediator.h"
#include "domain/repositories/album_repository.h"
#include "domain/repositories/api_key_repository.h"
#include "domain/repositories/attribute_repository.h"
#include "domain/repositories/audit_repository.h"
#include "domain/repositories/change_repository.h"
#include "domain/repositories/event_repository.h"
#include "domain/repositories/grant_repository.h"
#include "domain/repositories/group_repository.h"
#include "domain/repositories/idempotency_repository.h"
#include "domain/repositories/identity_repository.h"
#include "domain/repositories/image_repository.h"
#include "domain/repositories/lease_repository.h"
#include "domain/repositories/mail_repository.h"
#include "domain/repositories/non_patient_repository.h"
#include "domain/repositories/notification_repository.h"
#include "domain/repositories/webhook_repository.h"
#include "domain/repositories/organization_repository.h"
#include "domain/repositories/report_repository.h"
#include "domain/repositories/retention_repository.h"
#include "domain/repositories/role_repository.h"
#include "domain/repositories/password_request_repository.h"
#include "domain/repositories/session_repository.h"
#include "domain/repositories/signing_key_repository.h"
#include "domain/repositories/share_repository.h"
#include "domain/repositories/disclosure_repository.h"
#include "domain/repositories/schedule_repository.h"
#include "domain/repositories/task_repository.h"
#include "domain/repositories/upload_repository.h"
#include "domain/repositories/user_repository.h"
#include "domain/repositories/work_item_repository.h"

struct readers {
    struct organization_reader *organizations;
    struct user_reader *users;
    struct session_reader *sessions;
    struct signing_key_reader *signing_keys;
    struct image_reader *images;
    struct non_patient_reader *non_patient;
    struct attribute_reader *attributes;
    struct audit_reader *audit;
    struct change_reader *changes;
    struct idempotency_reader *idempotency;
    struct work_item_reader *work_items;
    struct grant_reader *grants;
    struct mail_reader *mails;
    struct role_reader *roles;
    struct group_reader *groups;
    struct share_reader *shares;
    struct album_reader *albums;
    struct api_key_reader *api_keys;
    struct upload_reader *uploads;
    struct task_reader *tasks;
    struct webhook_reader *webhooks;
    struct notification_reader *notifications;
    struct disclosure_reader *disclosures;
    struct report_reader *reports;
    struct report_template_reader *report_templates;
    struct schedule_reader *schedules;
    struct retention_reader *retention;
    struct identity_reader *identities;
    struct event_reader *events;
};

struct unit_of_work {
    struct organization_writer *organizations;
    struct user_writer *users;
    struct session_writer *sessions;
    struct signing_key_writer *signing_keys;
    struct password_request_writer *password_requests;
    struct image_writer *images;
    struct non_patient_writer *non_patient;
    struct attribute_writer *attributes;
    struct audit_writer *audit;
    struct idempotency_writer *idempotency;
    struct lease_writer *leases;
    struct work_item_writer *work_items;
    struct grant_writer *grants;
    struct mail_writer *mails;
    struct role_writer *roles;
    struct group_writer *groups;
    struct share_writer *shares;
    struct album_writer *albums;
    struct api_key_writer *api_keys;
    struct upload_writer *uploads;
    struct task_writer *tasks;
    struct webhook_writer *webhooks;
    struct notification_writer *notifications;
    struct disclosure_writer *disclosures;
    struct report_writer *reports;
    struct report_template_writer *report_templates;
    struct schedule_writer *schedules;
    struct retention_writer *retention;
    struct identity_writer *identities;
    struct event_writer *events;
    struct outbox *outbox;
};

#endif
