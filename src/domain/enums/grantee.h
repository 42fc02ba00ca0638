/* To whom something is granted, and what. */
#ifndef DOMAIN_ENUMS_GRANTEE_H
#define DOMAIN_ENUMS_GRANTEE_H

enum grantee_kind {
    GRANTEE_USER,
    GRANTEE_GROUP, /* each of its members */
    GRANTEE_SHARE, /* whoever has the link */
    GRANTEE_API_KEY,
    GRANTEE_KIND_COUNT
};
extern const char *const grantee_kind_names[]; /* NULL-terminated */

enum granted_kind {
    GRANTED_STUDY,
    GRANTED_PATIENT, /* all studies of it, those that come later too */
    GRANTED_ALBUM,   /* all studies in it */
    GRANTED_KIND_COUNT
};
extern const char *const granted_kind_names[];

#endif
