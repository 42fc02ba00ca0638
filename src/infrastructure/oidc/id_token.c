#include "infrastructure/oidc/id_token.h"

#include "base/arena.h"

enum { CLAIM_TEXT_SIZE_MAX = 320, AUDIENCE_COUNT_MAX = 16, AMR_COUNT_MAX = 16 };
static const double SECONDS_MAX = 253402300799.0; /* the end of the year 9999 */

static err wrong(const char *text)
{
    return (err){ERR_UNAUTHENTICATED, text, HERE};
}

static err check_parties(struct arena *a, const struct json_pair_slice *claims,
                         const struct id_token_expectation *want)
{
    str issuer, party;
    struct str_slice audience;
    bool is_ours = false;
    if (!json_object_text(a, claims, STR("iss"), &issuer) || !str_eq(issuer, want->issuer))
        return wrong("iss is not the provider");
    if (!json_object_texts(a, claims, STR("aud"), &audience) || audience.len > AUDIENCE_COUNT_MAX)
        return wrong("aud is not a list of clients");
    for (size_t i = 0; i < audience.len; i++)
        is_ours = is_ours || str_eq(audience.at[i], want->client_id);
    if (!is_ours)
        return wrong("aud is another client");
    bool has_party = json_object_value(claims, STR("azp")).ptr != NULL;
    if (has_party &&
        !(json_object_text(a, claims, STR("azp"), &party) && str_eq(party, want->client_id)))
        return wrong("azp is another client");
    return audience.len == 1 || has_party ? OK : wrong("aud has others, and azp is not there");
}

static bool seconds_of(struct arena *a, const struct json_pair_slice *claims, str name, double *out)
{
    return json_object_number(a, claims, name, out) && *out >= 0 && *out <= SECONDS_MAX;
}

static err check_times(struct arena *a, const struct json_pair_slice *claims, instant now,
                       instant *expires_at)
{
    double expires, issued, begins, seconds = (double)(now.us / SECONDS(1));
    if (!seconds_of(a, claims, STR("exp"), &expires) || expires + OPENID_SKEW_SECONDS <= seconds)
        return wrong("exp has passed");
    if (!seconds_of(a, claims, STR("iat"), &issued) || issued > seconds + OPENID_SKEW_SECONDS)
        return wrong("iat is in the future");
    if (issued + ID_TOKEN_AGE_SECONDS_MAX + OPENID_SKEW_SECONDS < seconds)
        return wrong("iat is long ago");
    if (json_object_value(claims, STR("nbf")).ptr != NULL &&
        (!seconds_of(a, claims, STR("nbf"), &begins) || begins > seconds + OPENID_SKEW_SECONDS))
        return wrong("nbf is in the future");
    *expires_at = (instant){SECONDS((int64_t)expires)};
    return OK;
}

static err check_bindings(struct arena *a, const struct json_pair_slice *claims,
                          const struct jws *jws, const struct id_token_expectation *want)
{
    str nonce, hash;
    if (want->nonce.len == 0 || !json_object_text(a, claims, STR("nonce"), &nonce) ||
        !str_eq_secret(nonce, want->nonce))
        return wrong("nonce is of another sign-in");
    if (want->access_token.ptr == NULL || json_object_value(claims, STR("at_hash")).ptr == NULL)
        return OK;
    return json_object_text(a, claims, STR("at_hash"), &hash) &&
                   str_eq(hash, jws_half_hash(a, jws->algorithm, want->access_token))
               ? OK
               : wrong("at_hash is of another token");
}

/* Absent when it is no text, empty or too long to be one. */
static str text_claim(struct arena *a, const struct json_pair_slice *claims, str name)
{
    str text;
    return json_object_text(a, claims, name, &text) && text.len != 0 &&
                   text.len <= CLAIM_TEXT_SIZE_MAX
               ? text
               : STR_NONE;
}

err id_token_check(struct arena *a, const struct jws *jws, const struct id_token_expectation *want,
                   struct openid_identity *out)
{
    struct json_pair_slice claims;
    struct openid_identity who = {.issuer = want->issuer};
    if (failed(json_object_read(a, jws->payload, &claims)))
        return wrong("the claims are not JSON");
    TRY(check_parties(a, &claims, want));
    TRY(check_times(a, &claims, want->now, &who.expires_at));
    TRY(check_bindings(a, &claims, jws, want));
    if (!json_object_text(a, &claims, STR("sub"), &who.subject) || who.subject.len == 0 ||
        who.subject.len > OPENID_SUBJECT_SIZE_MAX)
        return wrong("sub is empty or too long");
    who.email = text_claim(a, &claims, STR("email"));
    who.email_is_verified =
        who.email.ptr != NULL && json_object_is_true(a, &claims, STR("email_verified"));
    who.name = text_claim(a, &claims, STR("name"));
    who.acr = text_claim(a, &claims, STR("acr"));
    if (!json_object_texts(a, &claims, STR("amr"), &who.amr) || who.amr.len > AMR_COUNT_MAX)
        who.amr = (struct str_slice){0};
    if (want->groups_claim.ptr == NULL ||
        !json_object_texts(a, &claims, want->groups_claim, &who.groups))
        who.groups = (struct str_slice){0}; /* nothing is granted by what cannot be read */
    *out = who;
    return OK;
}
