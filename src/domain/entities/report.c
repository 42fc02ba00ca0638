/* Schemas, states and the canonical form of the report. */
#include "domain/entities/report.h"

#include "base/arena.h"
#include "base/buf.h"

const char *const report_state_names[] = {"draft",    "preliminary", "final",     "amended",
                                          "addended", "cancelled",   "retracted", NULL};
_Static_assert(COUNT_OF(report_state_names) == REPORT_STATE_COUNT + 1, "a state without a name");
const char *const report_version_kind_names[] = {"original", "addendum", "amendment", NULL};
_Static_assert(COUNT_OF(report_version_kind_names) == REPORT_VERSION_KIND_COUNT + 1,
               "a kind without a name");

SCHEMA(report, ENTITY_FIELDS(report),
       FIELD(report, study_key, .flags = INTERNAL, .doc = "Row key of the study"),
       FIELD(report, study_id, .doc = "The study it is about"),
       FIELD(report, study_instance_uid, .doc = "Its Study Instance UID"),
       FIELD(report, title, .flags = PHI, .doc = "What it is called"),
       FIELD(report, language, .doc = "BCP 47", .example = "de"),
       FIELD_ENUM_OF(report, state, report_state_names,
                     .doc = "draft, preliminary, final, amended, addended, cancelled, retracted"),
       FIELD(report, template_id, .doc = "What it began with"),
       FIELD(report, form, .flags = INTERNAL, .doc = "JSON"),
       FIELD(report, author_id, .doc = "Who began it"), FIELD(report, author_name),
       FIELD(report, signed_number, .doc = "Of the version signed last; 0: none is signed"),
       FIELD(report, working_number, .doc = "Of the version being written; 0: none is"),
       FIELD(report, signed_at, .doc = "When it was signed last"),
       FIELD(report, signer_id, .doc = "By whom"), FIELD(report, signer_name),
       FIELD(report, closing_reason, .flags = PHI, .doc = "Why it was cancelled or retracted"),
       FIELD(report, closed_at, .doc = "When it was"), FIELD(report, closed_by, .doc = "By whom"),
       FIELD(report, is_critical, .doc = "It tells of what somebody has to hear of soon"),
       FIELD(report, search_key, .flags = INTERNAL | PHI, .doc = "Folded text"));

SCHEMA(report_version, ENTITY_FIELDS(report_version),
       FIELD(report_version, report_key, .flags = INTERNAL, .doc = "Row key of the report"),
       FIELD(report_version, report_id, .doc = "The report"),
       FIELD(report_version, number, .doc = "From 1"),
       FIELD_ENUM_OF(report_version, kind, report_version_kind_names,
                     .doc = "original, addendum, amendment"),
       FIELD(report_version, title, .flags = PHI), FIELD(report_version, language),
       FIELD(report_version, content, .flags = INTERNAL | PHI, .doc = "JSON"),
       FIELD(report_version, reason, .flags = PHI, .doc = "Of an addendum or amendment"),
       FIELD(report_version, author_id, .doc = "Who wrote it"), FIELD(report_version, author_name),
       FIELD(report_version, signed_at, .doc = "Absent: it is being written"),
       FIELD(report_version, signer_id), FIELD(report_version, signer_name),
       FIELD(report_version, meaning, .doc = "Of the signature", .example = "Approved"),
       FIELD(report_version, hash, .doc = "SHA-256 of its canonical form"),
       FIELD(report_version, key_id, .doc = "Key it is signed with"),
       FIELD(report_version, public_key, .doc = "Ed25519, base64url"),
       FIELD(report_version, signature, .doc = "Ed25519, base64url"),
       FIELD(report_version, verification_code,
             .doc = "With it anybody can look up that it is signed"));

SCHEMA(report_lock, ENTITY_FIELDS(report_lock),
       FIELD(report_lock, report_key, .flags = INTERNAL, .doc = "Row key of the report"),
       FIELD(report_lock, report_id, .doc = "The report"),
       FIELD(report_lock, holder_id, .doc = "Who is writing"), FIELD(report_lock, holder_name),
       FIELD(report_lock, expires_at, .doc = "Unless it is renewed before"));

SCHEMA(critical_result, ENTITY_FIELDS(critical_result),
       FIELD(critical_result, report_key, .flags = INTERNAL, .doc = "Row key of the report"),
       FIELD(critical_result, report_id, .doc = "The report"),
       FIELD(critical_result, study_id, .doc = "Its study"),
       FIELD(critical_result, finding, .flags = PHI, .doc = "What was found"),
       FIELD(critical_result, flagged_by, .doc = "Who told of it"),
       FIELD(critical_result, flagged_by_name),
       FIELD(critical_result, recipient_id,
             .doc = "Who must acknowledge; absent: any who may read it"),
       FIELD(critical_result, acknowledge_minutes, .doc = "Within so many, else it is told again"),
       FIELD(critical_result, due_at, .doc = "When it is told again"),
       FIELD(critical_result, escalation_count, .doc = "How often it was"),
       FIELD(critical_result, acknowledged_at), FIELD(critical_result, acknowledged_by),
       FIELD(critical_result, acknowledged_by_name));

SCHEMA(report_template, ENTITY_FIELDS(report_template),
       FIELD(report_template, name, .doc = "What it is called"),
       FIELD(report_template, modality, .doc = "Of the studies it is for", .example = "CT"),
       FIELD(report_template, body_part, .doc = "Likewise", .example = "CHEST"),
       FIELD(report_template, procedure, .doc = "Likewise", .example = "CT chest, low dose"),
       FIELD(report_template, language, .doc = "BCP 47"),
       FIELD(report_template, form, .flags = INTERNAL, .doc = "JSON"));

err report_may_write(const struct report *report)
{
    if (report_is_closed(report))
        return ERR(CONFLICT, "the report was cancelled or retracted");
    return report->working_number != 0
               ? OK
               : ERR(CONFLICT, "the report is signed: amend it or write an addendum");
}

err report_may_submit(const struct report *report)
{
    TRY(report_may_write(report));
    return report->state == REPORT_DRAFT
               ? OK
               : ERR(CONFLICT, "only a draft that was never signed is submitted");
}

err report_may_sign(const struct report *report)
{
    return report_may_write(report);
}

err report_may_revise(const struct report *report)
{
    if (report_is_closed(report))
        return ERR(CONFLICT, "the report was cancelled or retracted");
    if (report->signed_number == 0)
        return ERR(CONFLICT, "the report is not signed: change it as it is");
    return report->working_number == 0 ? OK
                                       : ERR(CONFLICT, "a version of it is being written already");
}

enum report_state report_state_signed(enum report_version_kind kind)
{
    return kind == REPORT_ADDENDUM    ? REPORT_ADDENDED
           : kind == REPORT_AMENDMENT ? REPORT_AMENDED
                                      : REPORT_FINAL;
}

static void add_line(struct buf *out, const char *name, str value)
{
    buf_addf(out, "%s %zu ", name, value.len);
    buf_add(out, value);
    buf_add_char(out, '\n');
}

static void add_id(struct buf *out, struct arena *a, const char *name, uuid id)
{
    add_line(out, name, uuid_is_set(id) ? uuid_text(a, id) : STR(""));
}

str report_canonical_text(struct arena *a, const struct report *report,
                          const struct report_version *v)
{
    struct buf out = BUF_IN(a);
    buf_add(&out, STR("gantry report version 1\n"));
    add_id(&out, a, "report", v->report_id);
    add_id(&out, a, "study", report->study_id);
    add_line(&out, "study_instance_uid", report->study_instance_uid);
    add_id(&out, a, "version", v->id);
    add_line(&out, "number", str_format(a, "%lld", (long long)v->number));
    add_line(&out, "kind", str_of(report_version_kind_names[v->kind]));
    add_line(&out, "title", v->title);
    add_line(&out, "language", v->language);
    add_line(&out, "reason", v->reason);
    add_id(&out, a, "author", v->author_id);
    add_line(&out, "author_name", v->author_name);
    add_id(&out, a, "signer", v->signer_id);
    add_line(&out, "signer_name", v->signer_name);
    add_line(&out, "meaning", v->meaning);
    add_line(&out, "signed_at", instant_text(a, v->signed_at));
    add_line(&out, "content", v->content);
    return buf_str(&out);
}

str report_signature_text(struct arena *a, const struct report_version *v)
{
    struct buf out = BUF_IN(a);
    buf_add(&out, STR("gantry report signature 1\n"));
    add_line(&out, "sha256", v->hash);
    add_id(&out, a, "version", v->id);
    add_id(&out, a, "signer", v->signer_id);
    add_line(&out, "meaning", v->meaning);
    add_line(&out, "signed_at", instant_text(a, v->signed_at));
    return buf_str(&out);
}
