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
         [MAIL_STUDY_RECEIVED] =
             {.subject = "Eine Studie ist bei {organization} eingegangen",
              .before = {"bei {organization} ist eine Studie eingegangen, die Sie sehen dürfen.",
                         NULL},
              .link = "Studie ansehen",
              .behind = {NULL}},
         [MAIL_INBOX_RECEIVED] =
             {.subject = "Über Ihr Postfach bei {organization} kommt eine Studie",
              .before = {"jemand sendet eine Studie über Ihr Postfach bei {organization}.", NULL},
              .link = "Studie ansehen",
              .behind = {NULL}},
         [MAIL_SHARE_OPENED] =
             {.subject = "Ihre Freigabe bei {organization} wurde geöffnet",
              .before = {"jemand hat geöffnet, was Sie bei {organization} geteilt haben.", NULL},
              .link = "Freigabe ansehen",
              .behind = {NULL}},
         [MAIL_TASK_SUCCEEDED] =
             {.subject = "Eine Aufgabe bei {organization} ist erledigt",
              .before = {"eine von Ihnen gewünschte Aufgabe bei {organization} ist erledigt: "
                         "{detail}.",
                         NULL},
              .link = "Aufgabe ansehen",
              .behind = {NULL}},
         [MAIL_TASK_FAILED] =
             {.subject = "Eine Aufgabe bei {organization} ist gescheitert",
              .before = {"eine von Ihnen gewünschte Aufgabe bei {organization} ist gescheitert: "
                         "{detail}.",
                         NULL},
              .link = "Den Grund ansehen",
              .behind = {"Dort lässt sie sich noch einmal versuchen.", NULL}},
         [MAIL_REPORT_CRITICAL] =
             {.subject = "Ein kritischer Befund bei {organization} braucht Sie",
              .before = {"bei {organization} wartet ein kritischer Befund auf Ihre Bestätigung.",
                         NULL},
              .link = "Bericht öffnen",
              .behind = {"Bestätigt ihn rechtzeitig niemand, so erfahren es andere.", NULL}},
         [MAIL_REPORT_ESCALATED] =
             {.subject = "Ein kritischer Befund bei {organization} wurde nicht bestätigt",
              .before = {"ein kritischer Befund bei {organization} wurde nicht rechtzeitig "
                         "bestätigt.",
                         NULL},
              .link = "Bericht öffnen",
              .behind = {NULL}},
         [MAIL_REPORT_ACKNOWLEDGED] =
             {.subject = "Ihr kritischer Befund bei {organization} wurde bestätigt",
              .before = {"der kritische Befund, den Sie bei {organization} gemeldet haben, wurde "
                         "bestätigt.",
                         NULL},
              .link = "Bericht öffnen",
              .behind = {NULL}},
         [MAIL_REPORT_TAKEN_OVER] =
             {.subject = "Ihr Bericht bei {organization} wurde übernommen",
              .before = {"jemand hat den Bericht übernommen, an dem Sie bei {organization} "
                         "schreiben.",
                         NULL},
              .link = "Bericht öffnen",
              .behind = {"Was Sie gespeichert hatten, steht darin.", NULL}},
         [MAIL_WEBHOOK_DEACTIVATED] =
             {.subject = "Ein Webhook von {organization} wurde abgeschaltet",
              .before = {"ein Webhook von {organization} erfährt nichts mehr: {detail}.", NULL},
              .link = "Webhook ansehen",
              .behind = {"Ist sein Empfänger wieder da, so lässt er sich einschalten.", NULL}},
         [MAIL_DIGEST] = {.subject = "{count} Mitteilungen von {organization}",
                          .before = {"bei {organization} gibt es {count} Mitteilungen für Sie:",
                                     NULL},
                          .behind = {"Und {more} weitere.", NULL}},
         [MAIL_STORAGE_LOW] =
             {.subject = "Bei {organization} wird der Platz für neue Bilder knapp",
              .before = {"bei {organization} ist nur noch wenig Platz für neue Bilder. Bemerkt hat "
                         "es {detail}.",
                         NULL},
              .link = "Gantry öffnen",
              .behind = {"Ist er verbraucht, so werden keine neuen Bilder angenommen.", NULL}},
         [MAIL_STORAGE_FULL] =
             {.subject = "Bei {organization} ist kein Platz mehr für neue Bilder",
              .before = {"bei {organization} ist kein Platz mehr für neue Bilder. Bemerkt hat es "
                         "{detail}.",
                         NULL},
              .link = "Gantry öffnen",
              .behind = {"Wer jetzt Bilder schickt, wird abgewiesen; was da ist, lässt sich "
                         "ansehen.",
                         NULL}},
         [MAIL_STORAGE_OK] =
             {.subject = "Bei {organization} ist wieder Platz für neue Bilder",
              .before = {"bei {organization} ist wieder Platz für neue Bilder. Bemerkt hat es "
                         "{detail}.",
                         NULL},
              .link = "Gantry öffnen",
              .behind = {NULL}},
     }};
