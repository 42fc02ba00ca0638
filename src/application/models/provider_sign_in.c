/* JSON within a seal, whose place is the name of what it is. */
#include "application/models/provider_sign_in.h"

#include "base/json.h"

SCHEMA(provider_purpose, FIELD(provider_purpose, link_user_key),
       FIELD(provider_purpose, link_session_id), FIELD(provider_purpose, invitation),
       FIELD(provider_purpose, next), FIELD(provider_purpose, return_address),
       FIELD(provider_purpose, code_challenge));

SCHEMA(provider_attempt, FIELD(provider_attempt, provider_id), FIELD(provider_attempt, state),
       FIELD(provider_attempt, nonce), FIELD(provider_attempt, verifier),
       FIELD(provider_attempt, expires_at),
       FIELD_EMBED_OF(provider_attempt, purpose, provider_purpose));

SCHEMA(provider_assertion, FIELD(provider_assertion, provider_id),
       FIELD(provider_assertion, subject), FIELD(provider_assertion, email),
       FIELD(provider_assertion, name), FIELD(provider_assertion, role),
       FIELD(provider_assertion, has_second_factor), FIELD(provider_assertion, expires_at),
       FIELD_EMBED_OF(provider_assertion, purpose, provider_purpose));

SCHEMA(sign_in_code, FIELD(sign_in_code, session_id), FIELD(sign_in_code, code_challenge),
       FIELD(sign_in_code, expires_at));

str provider_seal(struct services *services, struct arena *a, const struct schema *schema,
                  const void *object)
{
    struct buf text = BUF_IN(a);
    json_write(&text, schema, object, 0);
    return seal(services->seals, a, str_of(schema->name), buf_str(&text));
}

err provider_unseal(struct services *services, struct arena *a, const struct schema *schema,
                    str sealed, instant now, void *out)
{
    str text;
    struct issues issues = {.arena = a};
    instant *expires_at;
    void *holder = out;
    const struct field *field = schema_find(schema, STR("expires_at"), &holder);
    err e = sealed.len > PROVIDER_SEALED_SIZE_MAX
                ? ERR(MALFORMED, "too long")
                : unseal(services->seals, a, str_of(schema->name), sealed, &text);
    if (!failed(e))
        e = json_read(a, text, schema, out, &issues);
    if (failed(e) && e.code != ERR_MALFORMED)
        return e;
    expires_at = (instant *)(void *)((char *)holder + field->offset);
    return failed(e) || issues.list.len != 0 || expires_at->us <= now.us
               ? ERR(UNAUTHENTICATED, "this sign-in took too long; begin again")
               : OK;
}
