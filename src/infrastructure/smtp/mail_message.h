/* A mail as it travels: RFC 5322 with MIME (RFC 2045 to 2047, 2183), RFC 3834 for what answers by
 * itself. Nothing that came from people can become a line of its header. */
#ifndef INFRASTRUCTURE_SMTP_MAIL_MESSAGE_H
#define INFRASTRUCTURE_SMTP_MAIL_MESSAGE_H

#include "application/services/mail_service.h"

/* "Name <address>", or an address alone. */
struct mail_address {
    str name; /* absent: none */
    str address;
};

/* Of a setting. Texts are views into text. False when it is none. */
bool mail_address_read(str text, struct mail_address *out);
/* The same as a complaint for a settings table; NULL when it is well. */
const char *mail_address_complaint(str text);

/* "<identifier@domain of the sender>": the same for the same mail. */
str mail_message_id(struct arena *a, const struct mail_address *from, uuid id);

/* Lines end with CRLF and have at most 76 characters, but for addresses that are longer. */
str mail_message(struct arena *a, const struct mail_address *from, const struct mail *mail,
                 const struct mail_content *content);

#endif
