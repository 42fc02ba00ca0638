/* A diagnostic report on a study. The report is what it is called, where it stands and who has it;
 * what it says is in its versions. A version that is being written changes; signed, it never does:
 * the database refuses it. What follows is a version of its own: an addendum keeps the signed text
 * and adds to it, an amendment begins with a copy and takes its place. So there is at most one
 * version being written, and the one signed last is what counts. */
#ifndef DOMAIN_ENTITIES_REPORT_H
#define DOMAIN_ENTITIES_REPORT_H

#include "domain/entities/report_content.h"

enum {
    REPORT_LANGUAGE_SIZE_MAX = 35, /* BCP 47 */
    REPORT_REASON_SIZE_MAX = 1000,
    REPORT_MEANING_SIZE_MAX = 100,
    REPORT_FINDING_SIZE_MAX = 1000,
    REPORT_VERSION_COUNT_MAX = 200,
    REPORT_LOCK_SECONDS = 120, /* renewed by whoever writes */
    REPORT_CODE_SIZE = 22,     /* 128 bits, base64url */
    REPORT_HASH_SIZE = 64,     /* SHA-256, hexadecimal */
    REPORT_ACKNOWLEDGE_MINUTES = 60,
    REPORT_ACKNOWLEDGE_MINUTES_MAX = 7 * 24 * 60
};

/* Kept as numbers. */
enum report_state {
    REPORT_DRAFT,       /* for those who write */
    REPORT_PRELIMINARY, /* to be read, not signed */
    REPORT_FINAL,
    REPORT_AMENDED,   /* signed again, with another text */
    REPORT_ADDENDED,  /* signed again, with more text */
    REPORT_CANCELLED, /* before it was signed */
    REPORT_RETRACTED, /* after that */
    REPORT_STATE_COUNT
};
extern const char *const report_state_names[]; /* NULL-terminated */

/* Kept as numbers. */
enum report_version_kind {
    REPORT_ORIGINAL,
    REPORT_ADDENDUM,
    REPORT_AMENDMENT,
    REPORT_VERSION_KIND_COUNT
};
extern const char *const report_version_kind_names[]; /* NULL-terminated */

struct report {
    ENTITY_MEMBERS;
    int64_t study_key;
    uuid study_id;
    str study_instance_uid;
    str title;
    str language;
    enum report_state state;
    uuid template_id;
    str form; /* JSON, as the template was when the report was begun; absent: none */
    uuid author_id;
    str author_name;
    int64_t signed_number;  /* of the version signed last; 0: none */
    int64_t working_number; /* of the one being written; 0: none */
    instant signed_at;
    uuid signer_id;
    str signer_name;
    str closing_reason; /* why it was cancelled or retracted */
    instant closed_at;
    uuid closed_by;
    bool is_critical;
    str search_key; /* what those who may read it can find, folded */
};
DECLARE_SCHEMA(report);
SLICE(report);

struct report_version {
    ENTITY_MEMBERS;
    int64_t report_key;
    uuid report_id;
    int64_t number; /* from 1 */
    enum report_version_kind kind;
    str title;
    str language;
    str content; /* JSON of struct report_content */
    str reason;  /* of an addendum or amendment */
    uuid author_id;
    str author_name;
    instant signed_at; /* absent: it is being written */
    uuid signer_id;
    str signer_name;
    str meaning;            /* of the signature */
    str hash;               /* SHA-256 of its canonical form, hexadecimal */
    str key_id, public_key; /* Ed25519, base64url */
    str signature;          /* of the hash and who signed, base64url */
    str verification_code;  /* nobody guesses it; whoever has it learns that it is signed */
};
DECLARE_SCHEMA(report_version);
SLICE(report_version);

static inline bool report_is_closed(const struct report *report)
{
    return report->state >= REPORT_CANCELLED;
}
static inline bool report_version_is_signed(const struct report_version *version)
{
    return version->signed_at.us != 0;
}

/* What must hold before a change. Errors: CONFLICT with why not. */
err report_may_write(const struct report *report);
err report_may_submit(const struct report *report);
err report_may_sign(const struct report *report);
/* A new version behind the signed one. */
err report_may_revise(const struct report *report);

/* Where it stands once a version of that kind is signed. */
enum report_state report_state_signed(enum report_version_kind kind);

/* The text that is hashed: one line a member, in an order that never changes, lengths before texts,
 * so that two different versions never have the same. signer and time are set already. */
str report_canonical_text(struct arena *a, const struct report *report,
                          const struct report_version *version);
/* The text that is signed: the hash, who, when, and what it means. */
str report_signature_text(struct arena *a, const struct report_version *version);

/* Who is writing: nobody else changes the report until it ends or is taken over. */
struct report_lock {
    ENTITY_MEMBERS;
    int64_t report_key;
    uuid report_id;
    uuid holder_id;
    str holder_name;
    instant expires_at;
};
DECLARE_SCHEMA(report_lock);

static inline bool report_lock_is_of_other(const struct report_lock *lock, uuid user_id,
                                           instant now)
{
    return lock->expires_at.us > now.us && !uuid_eq(lock->holder_id, user_id);
}

/* A finding that somebody has to hear of soon. */
struct critical_result {
    ENTITY_MEMBERS;
    int64_t report_key;
    uuid report_id;
    uuid study_id;
    str finding;
    uuid flagged_by;
    str flagged_by_name;
    uuid recipient_id; /* who must acknowledge; unset: any who may read it */
    int64_t acknowledge_minutes;
    instant due_at; /* told again when nobody has acknowledged by then; zero once somebody has */
    int64_t escalation_count;
    instant acknowledged_at;
    uuid acknowledged_by;
    str acknowledged_by_name;
};
DECLARE_SCHEMA(critical_result);
SLICE(critical_result);

/* What reports of a kind begin with. */
struct report_template {
    ENTITY_MEMBERS;
    str name;
    str modality;
    str body_part;
    str procedure;
    str language;
    str form; /* JSON of struct report_form */
};
DECLARE_SCHEMA(report_template);
SLICE(report_template);

#endif
