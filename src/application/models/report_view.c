/* Who sees which reports, and how. */
#include "application/models/report_view.h"

#include "base/arena.h"

SCHEMA(report_version_view, FIELD_EMBED_OF(report_version_view, details, report_version),
       FIELD_OBJECT_OF(report_version_view, content, report_content, .doc = "What it says"));
SCHEMA(report_view, FIELD_EMBED_OF(report_view, report, report),
       FIELD(report_view, number, .doc = "Of the version shown"),
       FIELD_OBJECT_OF(report_view, content, report_content, .doc = "What it says"),
       FIELD_OBJECT_OF(report_view, lock, report_lock, .doc = "While somebody writes"),
       FIELD_OBJECT_OF(report_view, critical, critical_result,
                       .doc = "The finding that somebody has to hear of soon"));
SCHEMA(report_template_view, FIELD_EMBED_OF(report_template_view, details, report_template),
       FIELD_OBJECT_OF(report_template_view, form, report_form));
SCHEMA(report_verification, FIELD(report_verification, report_id),
       FIELD(report_verification, number, .doc = "Of the version"),
       FIELD(report_verification, is_valid, .doc = "Hash and signature are those of what is kept"),
       FIELD(report_verification, is_own_key,
             .doc = "The key is that of the installation's secret as it is now"),
       FIELD(report_verification, is_current, .doc = "No later version is signed"),
       FIELD(report_verification, is_retracted), FIELD(report_verification, hash, .doc = "SHA-256"),
       FIELD(report_verification, key_id),
       FIELD(report_verification, public_key, .doc = "Ed25519, base64url"),
       FIELD(report_verification, signature, .doc = "Of signed_text, base64url"),
       FIELD(report_verification, signed_text, .flags = PHI),
       FIELD(report_verification, canonical_text, .flags = PHI, .doc = "What hash is of"),
       FIELD(report_verification, signed_at), FIELD(report_verification, signer_name),
       FIELD(report_verification, meaning));

bool report_access(const struct principal *principal, instant now, struct access *out)
{
    return principal_access(principal, READ_STUDIES, now, out);
}

bool report_shows_drafts(const struct principal *p)
{
    return permissions_have(p->permissions, WRITE_REPORTS) ||
           permissions_have(p->permissions, SIGN_REPORTS);
}

err report_get_visible(struct readers *readers, struct arena *a, const struct principal *principal,
                       instant now, uuid id, struct report *out)
{
    struct access access;
    if (!report_access(principal, now, &access))
        return ERR(NOT_FOUND, "not found");
    return report_reader_get(readers->reports, a, &access, report_shows_drafts(principal), id, out);
}

int64_t report_number_shown(const struct principal *principal, const struct report *report)
{
    if (report->signed_number == 0)
        return report->working_number != 0 ? report->working_number : 1;
    return report->working_number != 0 && report_shows_drafts(principal) ? report->working_number
                                                                         : report->signed_number;
}

/* Absent when nobody has it now. */
static err show_lock(struct readers *readers, struct arena *a, const struct report *report,
                     instant now, struct report_lock *out)
{
    err e = report_reader_get_lock(readers->reports, a, report->key, out);
    if (failed(e) || out->expires_at.us <= now.us)
        *out = (struct report_lock){0};
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err report_show(struct readers *readers, struct arena *a, const struct principal *principal,
                instant now, const struct report *report, struct report_view *out)
{
    struct report_version version;
    *out =
        (struct report_view){.report = *report, .number = report_number_shown(principal, report)};
    TRY(report_reader_get_version(readers->reports, a, report->key, out->number, &version));
    TRY(report_content_read(a, version.content, &out->content));
    TRY(show_lock(readers, a, report, now, &out->lock));
    if (!report->is_critical)
        return OK;
    err e = report_reader_get_critical(readers->reports, a, report->key, &out->critical);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err report_version_show(struct arena *a, const struct report_version *version,
                        struct report_version_view *out)
{
    out->details = *version;
    return report_content_read(a, version->content, &out->content);
}

err report_template_show(struct arena *a, const struct report_template *details,
                         struct report_template_view *out)
{
    out->details = *details;
    return report_form_read(a, details->form, &out->form);
}

err report_verify(const struct services *services, struct arena *a, const struct report *report,
                  const struct report_version *version, struct report_verification *out)
{
    const struct report_sealer *sealer = services->report_sealer;
    const struct report_seal_mark mark = {version->key_id, version->public_key, version->signature};
    if (!report_version_is_signed(version))
        return ERR(CONFLICT, "this version is not signed");
    str canonical = report_canonical_text(a, report, version),
        text = report_signature_text(a, version);
    *out = (struct report_verification){
        .report_id = version->report_id,
        .number = version->number,
        .is_valid = str_eq(version->hash, report_sealer_hash(sealer, a, canonical)) &&
                    report_sealer_holds(sealer, a, text, &mark),
        .is_own_key = report_sealer_is_own(sealer, a, version->public_key),
        .is_current = report->signed_number == version->number && !report_is_closed(report),
        .is_retracted = report->state == REPORT_RETRACTED,
        .hash = version->hash,
        .key_id = version->key_id,
        .public_key = version->public_key,
        .signature = version->signature,
        .signed_text = text,
        .canonical_text = canonical,
        .signed_at = version->signed_at,
        .signer_name = version->signer_name,
        .meaning = version->meaning};
    return OK;
}
