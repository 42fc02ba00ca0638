/* Mails in English. */
#include "application/services/mail/mail_template.h"

const struct mail_language mail_english =
    {.tag = "en",
     .greeting = "Hello{greeted},",
     .footer = {"{organization} sent you this message with Gantry. Answers to it are not read.",
                NULL},
     .time = "{day} {month} {year}, {hour}:{minute} UTC",
     .months = {"January", "February", "March", "April", "May", "June", "July", "August",
                "September", "October", "November", "December"},
     .texts = {
         [MAIL_INVITATION] =
             {.subject = "Invitation to {organization}",
              .before = {"You have been invited to work with {organization}.",
                         "{invited_by} invited you.",
                         "Open this page to choose a password and sign in:", NULL},
              .link = "Accept the invitation",
              .behind = {"The link can be used once, until {valid_until}.",
                         "If you did not expect this invitation, you need not do anything.", NULL}},
         [MAIL_PASSWORD_RESET] =
             {.subject = "A new password for {organization}",
              .before = {"Somebody, probably you, asked for a new password for your account with "
                         "{organization}.",
                         "Open this page to choose one:", NULL},
              .link = "Choose a new password",
              .behind = {"The link can be used once, until {valid_until}.",
                         "If it was not you, you need not do anything: your password is "
                         "unchanged.",
                         NULL}},
         [MAIL_PASSWORD_CHANGED] =
             {.subject = "Your password for {organization} was changed",
              .before = {"The password of your account with {organization} was changed on "
                         "{changed_at}.",
                         "The request came from the address {peer_address}.",
                         "If it was not you, tell your administrator now: somebody else may be "
                         "using your account.",
                         NULL}},
         [MAIL_NEW_SIGN_IN] =
             {.subject = "A new device signed in to {organization}",
              .before = {"On {signed_in_at} somebody signed in to your account with {organization} "
                         "from a device that was not used before.",
                         "Device: {device}", "Address: {peer_address}",
                         "If it was you, you need not do anything. If not, change your password "
                         "and tell your administrator.",
                         NULL}},
         [MAIL_SHARE_LINK] =
             {.subject = "{organization} shares images with you",
              .before = {"{shared_by} of {organization} has shared medical images with you.",
                         "Open them here:", NULL},
              .link = "Open the images",
              .behind = {"The link can be used until {valid_until}.",
                         "It is for you alone: whoever has it can see the images. Please do not "
                         "pass it on.",
                         NULL}},
         [MAIL_UPLOAD_LINK] =
             {.subject = "{organization} asks you for images",
              .before = {"{requested_by} of {organization} asks you to send medical images.",
                         "Upload them here:", NULL},
              .link = "Upload images",
              .behind = {"The link can be used until {valid_until}.",
                         "It is for you alone. Please do not pass it on.", NULL}},
         [MAIL_API_KEY_CREATED] =
             {.subject = "A new API key for {organization}",
              .before = {"On {created_at} an API key named \"{key_name}\" was created for "
                         "{organization}.",
                         "It was created by {created_by}.",
                         "If you do not know of it, revoke it and tell your administrator.", NULL}},
         [MAIL_TEST] =
             {.subject = "Test: mails of {organization} arrive",
              .before = {"You asked for this message to see whether mails arrive. They do.",
                         "Links in mails begin like this one:", NULL},
              .link = "Open Gantry",
              .behind = {NULL}},
         [MAIL_GLASS_BROKEN] =
             {.subject = "Emergency access in {organization}",
              .before = {"On {opened_at} {opened_by} opened images of {organization} in an "
                         "emergency that their role does not open to them.",
                         "They can see them until {valid_until}.",
                         "Which images and why is in the audit trail. Please check that it was "
                         "right.",
                         NULL}},
         [MAIL_MFA_REMOVED] =
             {.subject = "Your second factor was removed",
              .before = {"On {removed_at} {removed_by} removed the second factor from your account "
                         "at {organization}. You were signed out everywhere.",
                         "You sign in with your password alone until you set up another one.",
                         "If you did not ask for it, set a new password and tell your "
                         "administrator.",
                         NULL}},
         [MAIL_SECURITY_CHANGED] =
             {.subject = "Security settings of {organization} were changed",
              .before = {"On {changed_at} {changed_by} changed for whom {organization} requires a "
                         "second factor, or who may open images in an emergency.",
                         "This was done from {peer_address}.",
                         "Please check that the settings are as they should be.", NULL}},
         [MAIL_STUDY_RECEIVED] =
             {.subject = "A study has come in at {organization}",
              .before = {"A study that you may see has come in at {organization}.", NULL},
              .link = "Look at it",
              .behind = {NULL}},
         [MAIL_INBOX_RECEIVED] =
             {.subject = "A study comes in by your inbox at {organization}",
              .before = {"Somebody sends a study by your inbox at {organization}.", NULL},
              .link = "Look at it",
              .behind = {NULL}},
         [MAIL_SHARE_OPENED] = {.subject = "Your share at {organization} was opened",
                                .before = {"Somebody opened what you shared at {organization}.",
                                           NULL},
                                .link = "Look at the share",
                                .behind = {NULL}},
         [MAIL_TASK_SUCCEEDED] =
             {.subject = "A task at {organization} is done",
              .before = {"A task that you asked for at {organization} is done: {detail}.", NULL},
              .link = "Look at the task",
              .behind = {NULL}},
         [MAIL_TASK_FAILED] =
             {.subject = "A task at {organization} has failed",
              .before = {"A task that you asked for at {organization} has failed: {detail}.", NULL},
              .link = "See why",
              .behind = {"It can be tried again there.", NULL}},
         [MAIL_REPORT_CRITICAL] =
             {.subject = "A critical result at {organization} needs you",
              .before = {"There is a critical result at {organization} that you must acknowledge.",
                         NULL},
              .link = "Open the report",
              .behind = {"If nobody acknowledges it in time, others are told.", NULL}},
         [MAIL_REPORT_ESCALATED] =
             {.subject = "Nobody has acknowledged a critical result at {organization}",
              .before = {"A critical result at {organization} was not acknowledged in time.", NULL},
              .link = "Open the report",
              .behind = {NULL}},
         [MAIL_REPORT_ACKNOWLEDGED] =
             {.subject = "Your critical result at {organization} was acknowledged",
              .before = {"The critical result that you told of at {organization} was "
                         "acknowledged.",
                         NULL},
              .link = "Open the report",
              .behind = {NULL}},
         [MAIL_REPORT_TAKEN_OVER] =
             {.subject = "Somebody took over your report at {organization}",
              .before = {"Somebody took over the report that you were writing at {organization}.",
                         NULL},
              .link = "Open the report",
              .behind = {"What you had saved is in it.", NULL}},
         [MAIL_WEBHOOK_DEACTIVATED] =
             {.subject = "A webhook of {organization} was deactivated",
              .before = {"A webhook of {organization} is told of nothing any more: {detail}.",
                         NULL},
              .link = "Look at the webhook",
              .behind = {"Once its receiver is there again it can be activated.", NULL}},
         [MAIL_DIGEST] = {.subject = "{count} notifications of {organization}",
                          .before = {"There are {count} notifications for you at {organization}:",
                                     NULL},
                          .behind = {"And {more} more.", NULL}},
         [MAIL_STORAGE_LOW] =
             {.subject = "Little room for new images is left at {organization}",
              .before = {"There is little room for new images left at {organization}. {detail} saw "
                         "it.",
                         NULL},
              .link = "Open Gantry",
              .behind = {"When it is used up, no new images are taken.", NULL}},
         [MAIL_STORAGE_FULL] =
             {.subject = "There is no room for new images at {organization}",
              .before = {"There is no room for new images at {organization} any more. {detail} saw "
                         "it.",
                         NULL},
              .link = "Open Gantry",
              .behind = {"Whoever sends images now is refused; what is there can be looked at.",
                         NULL}},
         [MAIL_STORAGE_OK] = {.subject = "There is room for new images again at {organization}",
                              .before = {"There is room for new images at {organization} again. "
                                         "{detail} saw it.",
                                         NULL},
                              .link = "Open Gantry",
                              .behind = {NULL}},
     }};
