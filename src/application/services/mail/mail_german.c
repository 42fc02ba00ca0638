/* Mails in German. */
#include "application/services/mail/mail_template.h"

const struct mail_language mail_german =
    {.tag = "de",
     .greeting = "Guten Tag{greeted},",
     .footer = {"{organization} hat Ihnen diese Nachricht mit Gantry gesendet. Antworten darauf "
                "werden nicht gelesen.",
                NULL},
     .time = "{day}. {month} {year}, {hour}:{minute} UTC",
     .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
                "Oktober", "November", "Dezember"},
     .texts = {
         [MAIL_INVITATION] =
             {.subject = "Einladung zu {organization}",
              .before = {"Sie sind eingeladen, mit {organization} zu arbeiten.",
                         "Die Einladung kommt von {invited_by}.",
                         "Auf dieser Seite wählen Sie ein Passwort und melden sich an:", NULL},
              .link = "Einladung annehmen",
              .behind = {"Der Link ist einmal benutzbar, bis {valid_until}.",
                         "Haben Sie diese Einladung nicht erwartet, so brauchen Sie nichts zu tun.",
                         NULL}},
         [MAIL_PASSWORD_RESET] =
             {.subject = "Ein neues Passwort für {organization}",
              .before = {"jemand, vermutlich Sie selbst, hat ein neues Passwort für Ihr Konto bei "
                         "{organization} angefordert.",
                         "Auf dieser Seite wählen Sie es:", NULL},
              .link = "Neues Passwort wählen",
              .behind = {"Der Link ist einmal benutzbar, bis {valid_until}.",
                         "Waren Sie es nicht, so brauchen Sie nichts zu tun: Ihr Passwort ist "
                         "unverändert.",
                         NULL}},
         [MAIL_PASSWORD_CHANGED] =
             {.subject = "Ihr Passwort für {organization} wurde geändert",
              .before = {"das Passwort Ihres Kontos bei {organization} wurde am {changed_at} "
                         "geändert.",
                         "Die Anforderung kam von der Adresse {peer_address}.",
                         "Waren Sie es nicht, so sagen Sie es sofort Ihrer Administration: "
                         "vielleicht benutzt jemand anders Ihr Konto.",
                         NULL}},
         [MAIL_NEW_SIGN_IN] =
             {.subject = "Anmeldung von einem neuen Gerät bei {organization}",
              .before = {"am {signed_in_at} hat sich jemand mit Ihrem Konto bei {organization} von "
                         "einem Gerät angemeldet, das vorher nicht benutzt wurde.",
                         "Gerät: {device}", "Adresse: {peer_address}",
                         "Waren Sie es, so brauchen Sie nichts zu tun. Wenn nicht, ändern Sie Ihr "
                         "Passwort und sagen Sie es Ihrer Administration.",
                         NULL}},
         [MAIL_SHARE_LINK] =
             {.subject = "{organization} teilt Bilder mit Ihnen",
              .before =
                  {"{shared_by} von {organization} hat medizinische Bilder mit Ihnen geteilt.",
                   "Hier öffnen Sie sie:", NULL},
              .link = "Bilder öffnen",
              .behind = {"Der Link ist bis {valid_until} benutzbar.",
                         "Er ist nur für Sie bestimmt: wer ihn hat, kann die Bilder sehen. Bitte "
                         "geben Sie ihn nicht weiter.",
                         NULL}},
         [MAIL_UPLOAD_LINK] =
             {.subject = "{organization} bittet Sie um Bilder",
              .before = {"{requested_by} von {organization} bittet Sie, medizinische Bilder zu "
                         "senden.",
                         "Hier laden Sie sie hoch:", NULL},
              .link = "Bilder hochladen",
              .behind = {"Der Link ist bis {valid_until} benutzbar.",
                         "Er ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter.", NULL}},
         [MAIL_API_KEY_CREATED] =
             {.subject = "Ein neuer API-Schlüssel für {organization}",
              .before = {"am {created_at} wurde für {organization} ein API-Schlüssel mit dem Namen "
                         "„{key_name}“ angelegt.",
                         "Angelegt wurde er von {created_by}.",
                         "Ist er Ihnen unbekannt, so sperren Sie ihn und sagen Sie es Ihrer "
                         "Administration.",
                         NULL}},
         [MAIL_TEST] = {.subject = "Test: Nachrichten von {organization} kommen an",
                        .before = {"Sie haben diese Nachricht angefordert, um zu sehen, ob Mails "
                                   "ankommen. Sie tun es.",
                                   "Links in Mails beginnen wie dieser:", NULL},
                        .link = "Gantry öffnen",
                        .behind = {NULL}},
         [MAIL_GLASS_BROKEN] =
             {.subject = "Notfallzugriff bei {organization}",
              .before = {"am {opened_at} hat {opened_by} in einem Notfall Bilder von "
                         "{organization} geöffnet, die ihm oder ihr sonst nicht offenstehen.",
                         "Sie sind bis {valid_until} zu sehen.",
                         "Welche Bilder und warum steht im Audit-Protokoll. Bitte prüfen Sie, ob "
                         "es richtig war.",
                         NULL}},
         [MAIL_MFA_REMOVED] =
             {.subject = "Ihr zweiter Faktor wurde entfernt",
              .before =
                  {"am {removed_at} hat {removed_by} den zweiten Faktor Ihres Kontos bei "
                   "{organization} entfernt. Sie wurden überall abgemeldet.",
                   "Bis Sie einen neuen einrichten, melden Sie sich nur mit Ihrem Passwort "
                   "an.",
                   "Haben Sie das nicht gewünscht, so setzen Sie ein neues Passwort und sagen "
                   "Sie es Ihrer Administration.",
                   NULL}},
         [MAIL_SECURITY_CHANGED] =
             {.subject = "Sicherheitseinstellungen von {organization} wurden geändert",
              .before = {"am {changed_at} hat {changed_by} geändert, von wem {organization} einen "
                         "zweiten Faktor verlangt oder wer in einem Notfall Bilder öffnen darf.",
                         "Dies geschah von {peer_address} aus.",
                         "Bitte prüfen Sie, ob die Einstellungen so richtig sind.", NULL}},
     }};
