/* The table, and the words of the codes. */
#include "application/models/audit_kind.h"

#include "base/err.h"

const struct audit_use audit_uses[] = {
    /* who comes and goes */
    {"sign_in", USER_AUTHENTICATION, 'E', TYPE_LOGIN, "user", false},
    {"count_sign_in_failure", USER_AUTHENTICATION, 'E', TYPE_LOGIN, "user", true},
    {"refresh_session", USER_AUTHENTICATION, 'E', TYPE_LOGIN, "user", false},
    {"sign_out", USER_AUTHENTICATION, 'E', TYPE_LOGOUT, "user", false},
    {"end_session", SECURITY_ALERT, 'E', TYPE_RESTRICTED_FUNCTION, "user", true},
    {"forgot_password", SECURITY_ALERT, 'E', TYPE_USER_SECURITY_CHANGED, NULL, false},
    {"send_password_links", SECURITY_ALERT, 'E', TYPE_USER_SECURITY_CHANGED, NULL, false},
    {"reset_password", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"change_password", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"enroll_mfa", SECURITY_ALERT, 'C', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"confirm_mfa", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"disable_mfa", SECURITY_ALERT, 'D', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"list_own_sessions", OTHER_ACTIVITY, 'R', TYPE_NONE, "user", false},
    {"end_own_session", USER_AUTHENTICATION, 'E', TYPE_LOGOUT, "user", false},
    {"end_other_sessions", USER_AUTHENTICATION, 'E', TYPE_LOGOUT, "user", false},
    {"update_me", OTHER_ACTIVITY, 'U', TYPE_NONE, "user", false},
    {"rotate_signing_keys", SECURITY_ALERT, 'U', TYPE_SECURITY_CONFIGURATION, NULL, false},
    {"renew_signing_keys", SECURITY_ALERT, 'U', TYPE_SECURITY_CONFIGURATION, NULL, false},
    /* programs and what they send */
    {"create_api_key", SECURITY_ALERT, 'C', TYPE_USER_SECURITY_CHANGED, "api_key", false},
    {"update_api_key", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "api_key", false},
    {"revoke_api_key", SECURITY_ALERT, 'D', TYPE_USER_SECURITY_CHANGED, "api_key", false},
    {"create_signed_url", SECURITY_ALERT, 'C', TYPE_OBJECT_SECURITY_CHANGED, "study", false},
    {"get_api_key", OTHER_ACTIVITY, 'R', TYPE_NONE, "api_key", false},
    {"list_api_keys", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"note_api_key_use", OTHER_ACTIVITY, 'U', TYPE_NONE, NULL, false},
    {"reserve_api_key_size", OTHER_ACTIVITY, 'U', TYPE_NONE, NULL, false},
    {"create_upload", OTHER_ACTIVITY, 'C', TYPE_NONE, "upload", false},
    {"add_upload_part", OTHER_ACTIVITY, 'C', TYPE_NONE, "upload", false},
    {"begin_upload", OTHER_ACTIVITY, 'U', TYPE_NONE, "upload", false},
    {"record_upload_files", OTHER_ACTIVITY, 'U', TYPE_NONE, "upload", false},
    {"end_upload", OTHER_ACTIVITY, 'U', TYPE_NONE, "upload", false},
    {"delete_upload", OTHER_ACTIVITY, 'D', TYPE_NONE, "upload", false},
    {"get_upload", OTHER_ACTIVITY, 'R', TYPE_NONE, "upload", false},
    {"list_uploads", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_upload_parts", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_upload_files", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    /* people and settings */
    {"create_organization", SECURITY_ALERT, 'C', TYPE_SECURITY_CONFIGURATION, "organization",
     false},
    {"create_user", SECURITY_ALERT, 'C', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"update_user", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"deactivate_user", SECURITY_ALERT, 'D', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"disable_user_mfa", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"get_me", OTHER_ACTIVITY, 'R', TYPE_NONE, "user", false},
    {"get_user", OTHER_ACTIVITY, 'R', TYPE_NONE, "user", false},
    {"list_users", OTHER_ACTIVITY, 'R', TYPE_NONE, "user", false},
    {"create_indexed_attribute", SECURITY_ALERT, 'C', TYPE_SOFTWARE_CONFIGURATION,
     "indexed_attribute", false},
    {"delete_indexed_attribute", SECURITY_ALERT, 'D', TYPE_SOFTWARE_CONFIGURATION,
     "indexed_attribute", false},
    {"list_indexed_attributes", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"get_organization", OTHER_ACTIVITY, 'R', TYPE_NONE, "organization", false},
    {"update_organization", SECURITY_ALERT, 'U', TYPE_SECURITY_CONFIGURATION, "organization",
     false},
    {"invite_user", SECURITY_ALERT, 'C', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"resend_invitation", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"withdraw_invitation", SECURITY_ALERT, 'D', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"accept_invitation", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"reactivate_user", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"delete_user", SECURITY_ALERT, 'D', TYPE_USER_SECURITY_CHANGED, "user", false},
    {"create_role", SECURITY_ALERT, 'C', TYPE_SECURITY_ROLES_CHANGED, "role", false},
    {"update_role", SECURITY_ALERT, 'U', TYPE_SECURITY_ROLES_CHANGED, "role", false},
    {"delete_role", SECURITY_ALERT, 'D', TYPE_SECURITY_ROLES_CHANGED, "role", false},
    {"get_role", OTHER_ACTIVITY, 'R', TYPE_NONE, "role", false},
    {"list_roles", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"create_group", SECURITY_ALERT, 'C', TYPE_SECURITY_CONFIGURATION, "group", false},
    {"update_group", SECURITY_ALERT, 'U', TYPE_SECURITY_CONFIGURATION, "group", false},
    {"delete_group", SECURITY_ALERT, 'D', TYPE_SECURITY_CONFIGURATION, "group", false},
    {"add_group_member", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "group", false},
    {"remove_group_member", SECURITY_ALERT, 'U', TYPE_USER_SECURITY_CHANGED, "group", false},
    {"get_group", OTHER_ACTIVITY, 'R', TYPE_NONE, "group", false},
    {"list_groups", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_group_members", OTHER_ACTIVITY, 'R', TYPE_NONE, "group", false},
    {"list_group_grants", OTHER_ACTIVITY, 'R', TYPE_NONE, "group", false},
    {"list_user_grants", OTHER_ACTIVITY, 'R', TYPE_NONE, "user", false},
    {"create_study_grant", SECURITY_ALERT, 'C', TYPE_OBJECT_SECURITY_CHANGED, "study", false},
    {"list_study_grants", OTHER_ACTIVITY, 'R', TYPE_NONE, "study", false},
    {"update_grant", SECURITY_ALERT, 'U', TYPE_OBJECT_SECURITY_CHANGED, "grant", false},
    {"delete_grant", SECURITY_ALERT, 'D', TYPE_OBJECT_SECURITY_CHANGED, "grant", false},
    {"break_glass", SECURITY_ALERT, 'E', TYPE_EMERGENCY_OVERRIDE_STARTED, "study", false},
    {"break_glass_study", SECURITY_ALERT, 'E', TYPE_EMERGENCY_OVERRIDE_STARTED, "study", false},
    {"list_mails", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"get_mail", OTHER_ACTIVITY, 'R', TYPE_NONE, "mail", false},
    {"retry_mail", OTHER_ACTIVITY, 'U', TYPE_NONE, "mail", false},
    {"send_test_mail", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    /* links, inboxes and albums */
    {"create_share", SECURITY_ALERT, 'C', TYPE_OBJECT_SECURITY_CHANGED, "share", false},
    {"update_share", SECURITY_ALERT, 'U', TYPE_OBJECT_SECURITY_CHANGED, "share", false},
    {"revoke_share", SECURITY_ALERT, 'D', TYPE_OBJECT_SECURITY_CHANGED, "share", false},
    {"open_share", USER_AUTHENTICATION, 'E', TYPE_LOGIN, "share", false},
    {"count_share_failure", USER_AUTHENTICATION, 'E', TYPE_LOGIN, "share", true},
    {"describe_share", OTHER_ACTIVITY, 'R', TYPE_NONE, "share", false},
    {"get_share", OTHER_ACTIVITY, 'R', TYPE_NONE, "share", false},
    {"list_shares", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_study_shares", OTHER_ACTIVITY, 'R', TYPE_NONE, "study", false},
    {"list_share_visits", OTHER_ACTIVITY, 'R', TYPE_NONE, "share", false},
    {"create_album", OTHER_ACTIVITY, 'C', TYPE_NONE, "album", false},
    {"update_album", OTHER_ACTIVITY, 'U', TYPE_NONE, "album", false},
    {"delete_album", OTHER_ACTIVITY, 'D', TYPE_NONE, "album", false},
    {"add_album_studies", SECURITY_ALERT, 'U', TYPE_OBJECT_SECURITY_CHANGED, "album", false},
    {"remove_album_study", SECURITY_ALERT, 'U', TYPE_OBJECT_SECURITY_CHANGED, "album", false},
    {"add_album_member", SECURITY_ALERT, 'C', TYPE_OBJECT_SECURITY_CHANGED, "album", false},
    {"remove_album_member", SECURITY_ALERT, 'D', TYPE_OBJECT_SECURITY_CHANGED, "album", false},
    {"get_album", OTHER_ACTIVITY, 'R', TYPE_NONE, "album", false},
    {"list_albums", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_album_studies", QUERY_MADE, 'E', TYPE_NONE, "album", false},
    {"list_album_members", OTHER_ACTIVITY, 'R', TYPE_NONE, "album", false},
    /* the trail itself */
    {"list_audit_events", AUDIT_LOG_USED, 'R', TYPE_NONE, NULL, false},
    {"export_audit_events", AUDIT_LOG_USED, 'R', TYPE_NONE, NULL, false},
    {"read_audit_events", AUDIT_LOG_USED, 'R', TYPE_NONE, NULL, false},
    {"get_audit_anchor", AUDIT_LOG_USED, 'R', TYPE_NONE, NULL, false},
    {"remove_audit_events", AUDIT_LOG_USED, 'D', TYPE_NONE, NULL, false},
    /* images come, are looked for and looked at */
    {"store_instance", INSTANCES_TRANSFERRED, 'C', TYPE_NONE, "study", false},
    {"store_non_patient_object", OTHER_ACTIVITY, 'C', TYPE_NONE, "non_patient_object", false},
    {"check_storage", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_studies", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"search_images", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"search_non_patient_objects", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_trashed_series", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_trashed_instances", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_changes", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"follow_changes", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"get_study", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"list_series", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"get_series", INSTANCES_ACCESSED, 'R', TYPE_NONE, "series", false},
    {"list_instances", INSTANCES_ACCESSED, 'R', TYPE_NONE, "series", false},
    {"get_instance", INSTANCES_ACCESSED, 'R', TYPE_NONE, "instance", false},
    {"list_instance_versions", INSTANCES_ACCESSED, 'R', TYPE_NONE, "instance", false},
    {"retrieve_instance_version", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"retrieve_metadata", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"retrieve_derived", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"retrieve_bulk", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"retrieve_images", INSTANCES_ACCESSED, 'R', TYPE_NONE, "study", false},
    {"retrieve_archive", DATA_EXPORT, 'R', TYPE_NONE, "study", false},
    {"retrieve_non_patient_object", OTHER_ACTIVITY, 'R', TYPE_NONE, "non_patient_object", false},
    /* and go, or come back */
    {"trash_study", STUDY_DELETED, 'D', TYPE_NONE, "study", false},
    {"trash_series", INSTANCES_ACCESSED, 'D', TYPE_NONE, "series", false},
    {"trash_instance", INSTANCES_ACCESSED, 'D', TYPE_NONE, "instance", false},
    {"restore_study", INSTANCES_ACCESSED, 'U', TYPE_NONE, "study", false},
    {"restore_series", INSTANCES_ACCESSED, 'U', TYPE_NONE, "series", false},
    {"restore_instance", INSTANCES_ACCESSED, 'U', TYPE_NONE, "instance", false},
    {"restore_instance_version", INSTANCES_ACCESSED, 'U', TYPE_NONE, "instance", false},
    /* reports */
    {"create_report", PATIENT_RECORD, 'C', TYPE_NONE, "report", false},
    {"update_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"submit_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"sign_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"amend_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"add_report_addendum", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"cancel_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"retract_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"lock_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"take_over_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"unlock_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"flag_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"acknowledge_report", PATIENT_RECORD, 'U', TYPE_NONE, "report", false},
    {"get_report", PATIENT_RECORD, 'R', TYPE_NONE, "report", false},
    {"list_reports", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_study_reports", PATIENT_RECORD, 'R', TYPE_NONE, "study", false},
    {"list_report_versions", PATIENT_RECORD, 'R', TYPE_NONE, "report", false},
    {"get_report_version", PATIENT_RECORD, 'R', TYPE_NONE, "report", false},
    {"verify_report", PATIENT_RECORD, 'R', TYPE_NONE, "report", false},
    {"verify_report_code", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"escalate_reports", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"create_report_template", OTHER_ACTIVITY, 'C', TYPE_NONE, "report_template", false},
    {"update_report_template", OTHER_ACTIVITY, 'U', TYPE_NONE, "report_template", false},
    {"delete_report_template", OTHER_ACTIVITY, 'D', TYPE_NONE, "report_template", false},
    {"get_report_template", OTHER_ACTIVITY, 'R', TYPE_NONE, "report_template", false},
    {"list_report_templates", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"expand_report_template", PATIENT_RECORD, 'R', TYPE_NONE, "study", false},
    /* the worklist */
    {"create_work_item", PROCEDURE_RECORD, 'C', TYPE_NONE, "work_item", false},
    {"update_work_item", PROCEDURE_RECORD, 'U', TYPE_NONE, "work_item", false},
    {"change_work_item_state", PROCEDURE_RECORD, 'U', TYPE_NONE, "work_item", false},
    {"request_cancellation", PROCEDURE_RECORD, 'U', TYPE_NONE, "work_item", false},
    {"get_work_item", PROCEDURE_RECORD, 'R', TYPE_NONE, "work_item", false},
    {"search_work_items", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"list_work_item_events", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"get_newest_work_item_event", QUERY_MADE, 'E', TYPE_NONE, NULL, false},
    {"subscribe_work_items", OTHER_ACTIVITY, 'C', TYPE_NONE, "work_item", false},
    {"unsubscribe_work_items", OTHER_ACTIVITY, 'D', TYPE_NONE, "work_item", false},
    {"suspend_subscription", OTHER_ACTIVITY, 'U', TYPE_NONE, "work_item", false},
    /* what the program does by itself */
    {"rebuild_study", INSTANCES_ACCESSED, 'U', TYPE_NONE, "study", false},
    {"rebuild_instance", INSTANCES_ACCESSED, 'U', TYPE_NONE, "instance", false},
    {"list_study_objects", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"notify", OTHER_ACTIVITY, 'C', TYPE_NONE, NULL, false},
    {"read_notification", OTHER_ACTIVITY, 'U', TYPE_NONE, "notification", false},
    {"read_notifications", OTHER_ACTIVITY, 'U', TYPE_NONE, NULL, false},
    {"delete_notification", OTHER_ACTIVITY, 'D', TYPE_NONE, "notification", false},
    {"delete_notifications", OTHER_ACTIVITY, 'D', TYPE_NONE, NULL, false},
    {"list_notifications", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_new_notifications", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"count_unread_notifications", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"get_newest_notification", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"cancel_task", OTHER_ACTIVITY, 'U', TYPE_NONE, "task", false},
    {"retry_task", OTHER_ACTIVITY, 'U', TYPE_NONE, "task", false},
    {"get_task", OTHER_ACTIVITY, 'R', TYPE_NONE, "task", false},
    {"list_tasks", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"count_tasks", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"create_schedule", SECURITY_ALERT, 'C', TYPE_SECURITY_CONFIGURATION, "schedule", false},
    {"update_schedule", SECURITY_ALERT, 'U', TYPE_SECURITY_CONFIGURATION, "schedule", false},
    {"delete_schedule", SECURITY_ALERT, 'D', TYPE_SECURITY_CONFIGURATION, "schedule", false},
    {"run_schedule", OTHER_ACTIVITY, 'E', TYPE_NONE, "schedule", false},
    {"ship_schedules", OTHER_ACTIVITY, 'C', TYPE_NONE, NULL, false},
    {"run_due_schedules", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"get_schedule", OTHER_ACTIVITY, 'R', TYPE_NONE, "schedule", false},
    {"list_schedules", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"list_stored_objects", OTHER_ACTIVITY, 'R', TYPE_NONE, NULL, false},
    {"claim_task", OTHER_ACTIVITY, 'E', TYPE_NONE, "task", false},
    {"beat_task", OTHER_ACTIVITY, 'E', TYPE_NONE, "task", false},
    {"settle_task", OTHER_ACTIVITY, 'E', TYPE_NONE, "task", false},
    {"deliver_events", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"skip_event", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, true},
    {"note_arrival", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"announce_studies", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"purge_events", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"claim_mail", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"settle_mail", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"build_indexed_attributes", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"count_transfer_syntaxes", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"purge_expired", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
    {"report_worklist_status", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false},
};
const size_t audit_use_count = COUNT_OF(audit_uses);

const struct audit_use *audit_use_find(str use_case)
{
    static const struct audit_use other = {"", OTHER_ACTIVITY, 'E', TYPE_NONE, NULL, false};
    for (size_t i = 0; i < audit_use_count; i++)
        if (str_eq(use_case, str_of(audit_uses[i].use_case)))
            return &audit_uses[i];
    return &other;
}

static const struct {
    int code;
    const char *text;
} words[] = {
    {APPLICATION_ACTIVITY, "Application Activity"},
    {AUDIT_LOG_USED, "Audit Log Used"},
    {INSTANCES_ACCESSED, "DICOM Instances Accessed"},
    {INSTANCES_TRANSFERRED, "DICOM Instances Transferred"},
    {STUDY_DELETED, "DICOM Study Deleted"},
    {DATA_EXPORT, "Export"},
    {DATA_IMPORT, "Import"},
    {ORDER_RECORD, "Order Record"},
    {PATIENT_RECORD, "Patient Record"},
    {PROCEDURE_RECORD, "Procedure Record"},
    {QUERY_MADE, "Query"},
    {SECURITY_ALERT, "Security Alert"},
    {USER_AUTHENTICATION, "User Authentication"},
    {TYPE_APPLICATION_START, "Application Start"},
    {TYPE_APPLICATION_STOP, "Application Stop"},
    {TYPE_LOGIN, "Login"},
    {TYPE_LOGOUT, "Logout"},
    {TYPE_EMERGENCY_OVERRIDE_STARTED, "Emergency Override Started"},
    {TYPE_SECURITY_CONFIGURATION, "Security Configuration"},
    {TYPE_SOFTWARE_CONFIGURATION, "Software Configuration"},
    {TYPE_RESTRICTED_FUNCTION, "Use of Restricted Function"},
    {TYPE_OBJECT_SECURITY_CHANGED, "Object Security Attributes Changed"},
    {TYPE_SECURITY_ROLES_CHANGED, "Security Roles Changed"},
    {TYPE_USER_SECURITY_CHANGED, "User security Attributes Changed"},
    {TYPE_EMERGENCY_OVERRIDE_STOPPED, "Emergency Override Stopped"},
};

static const char *text_of(int code)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (words[i].code == code)
            return words[i].text;
    return "";
}

const char *audit_kind_text(enum audit_kind kind)
{
    return text_of((int)kind);
}

const char *audit_type_text(enum audit_type type)
{
    return text_of((int)type);
}

int audit_outcome_indicator(str outcome)
{
    if (str_eq(outcome, STR("OK")))
        return 0;
    if (str_eq(outcome, STR("UNAUTHENTICATED")) || str_eq(outcome, STR("FORBIDDEN")))
        return 4;
    return str_eq(outcome, STR("INTERNAL")) ? 12 : 8;
}
