#include "infrastructure/oidc/relying_party.h"

#include "base/arena.h"
#include "base/buf.h"
#include "infrastructure/oidc/id_token.h"
#include "infrastructure/oidc/provider_metadata.h"

#include <openssl/evp.h>

enum { ACCESS_TOKEN_SIZE_MAX = 64 * 1024 };

static struct relying_party *self(struct openid_connect *o)
{
    return container_of(o, struct relying_party, base);
}

/* RFC 3986 2.3: all but unreserved characters. */
static void add_escaped(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_letter || (c != '\0' && strchr("-._~", c) != NULL))
            buf_add_char(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

static void add_parameter(struct buf *out, const char *name, str value)
{
    if (out->len != 0 && strchr("?&", out->ptr[out->len - 1]) == NULL)
        buf_add_char(out, '&');
    buf_addf(out, "%s=", name);
    add_escaped(out, value);
}

/* What stands in the way of a provider is told as its absence, with the reason. */
static err unavailable(err e)
{
    return failed(e) ? (err){ERR_UNAVAILABLE, e.text, e.where} : OK;
}

static struct relying_party_document *find(struct relying_party *r, str url)
{
    for (size_t i = 0; i < RELYING_PARTY_ENTRY_COUNT; i++)
        if (r->documents[i].url != NULL && str_eq(str_of(r->documents[i].url), url))
            return &r->documents[i];
    return NULL;
}

static void drop(struct relying_party_document *d)
{
    heap_free(d->url);
    heap_free(d->text);
    *d = (struct relying_party_document){0};
}

static char *heap_copy(str text)
{
    char *copy = heap_alloc(text.len + 1);
    if (text.len != 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static void keep(struct relying_party *r, str url, str text)
{
    pthread_mutex_lock(&r->lock);
    struct relying_party_document *d = find(r, url);
    for (size_t i = 0; d == NULL && i < RELYING_PARTY_ENTRY_COUNT; i++)
        if (r->documents[i].url == NULL)
            d = &r->documents[i];
    if (d == NULL) {
        d = &r->documents[0];
        for (size_t i = 1; i < RELYING_PARTY_ENTRY_COUNT; i++)
            if (r->documents[i].fetched_at.us < d->fetched_at.us)
                d = &r->documents[i];
    }
    drop(d);
    *d = (struct relying_party_document){heap_copy(url), heap_copy(text), text.len,
                                         clock_now(r->clock)};
    pthread_mutex_unlock(&r->lock);
}

/* False when there is none that is younger than so many seconds. */
static bool kept(struct relying_party *r, struct arena *a, str url, int64_t seconds, str *out)
{
    pthread_mutex_lock(&r->lock);
    struct relying_party_document *d = find(r, url);
    bool is_young = d != NULL && clock_now(r->clock).us - d->fetched_at.us < SECONDS(seconds);
    if (is_young)
        *out = str_copy(a, (str){d->text, d->text_size});
    pthread_mutex_unlock(&r->lock);
    return is_young;
}

static err fetch(struct relying_party *r, struct arena *a, str url, str *out)
{
    struct http_client_answer answer;
    struct http_client_header accept = {STR("Accept"), STR("application/json")};
    const struct http_client_request request = {.method = STR("GET"),
                                                .url = url,
                                                .headers = {&accept, 1},
                                                .answer_size_max = RELYING_PARTY_ANSWER_SIZE_MAX,
                                                .timeout_ms = RELYING_PARTY_MS};
    TRY(unavailable(http_client_send(r->http, a, &request, &answer)));
    if (answer.status != 200)
        return ERR(UNAVAILABLE, "the provider does not say what it is");
    *out = answer.body;
    return OK;
}

/* Also where only the browser goes: it must not be sent where this program would not. */
static err check_addresses(struct relying_party *r, struct arena *a,
                           const struct provider_metadata *m)
{
    const str urls[] = {m->authorization_endpoint, m->token_endpoint, m->jwks_uri,
                        m->end_session_endpoint};
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        if (urls[i].ptr != NULL)
            TRY(unavailable(http_client_check(r->http, a, urls[i])));
    return OK;
}

/* Only what can be used is kept: a fault is over with the next question. */
static err metadata_of(struct relying_party *r, struct arena *a, str issuer,
                       struct provider_metadata *out)
{
    str text, url;
    if (issuer_complaint(issuer) != NULL)
        return ERR(UNAVAILABLE, "the issuer is not an address");
    url = provider_metadata_url(a, issuer);
    if (kept(r, a, url, RELYING_PARTY_KEEP_SECONDS, &text))
        return unavailable(provider_metadata_read(a, text, issuer, out));
    TRY(fetch(r, a, url, &text));
    TRY(unavailable(provider_metadata_read(a, text, issuer, out)));
    TRY(check_addresses(r, a, out));
    keep(r, url, text);
    return OK;
}

static err keys_of(struct relying_party *r, struct arena *a, str url, int64_t seconds,
                   struct jwk_slice *out)
{
    str text;
    if (kept(r, a, url, seconds, &text))
        return unavailable(jwks_read(a, text, out));
    TRY(fetch(r, a, url, &text));
    TRY(unavailable(jwks_read(a, text, out)));
    keep(r, url, text);
    return OK;
}

/* With the keys at hand; when none of them could have signed it, with those of now. */
static err verify(struct relying_party *r, struct arena *a, str url, const struct jws *jws)
{
    struct jwk_slice keys;
    TRY(keys_of(r, a, url, RELYING_PARTY_KEEP_SECONDS, &keys));
    err e = jws_verify(jws, &keys);
    if (e.code == ERR_NOT_FOUND) {
        TRY(keys_of(r, a, url, RELYING_PARTY_RETRY_SECONDS, &keys));
        e = jws_verify(jws, &keys);
    }
    return failed(e) ? (err){ERR_UNAUTHENTICATED, e.text, e.where} : OK;
}

static str challenge_of(struct arena *a, str verifier)
{
    unsigned char digest[32];
    struct buf out = BUF_IN(a);
    EVP_Digest(verifier.ptr, verifier.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_base64url(&out, digest, sizeof digest);
    return buf_str(&out);
}

static void begin_query(struct buf *out, str url)
{
    buf_add(out, url);
    buf_add_char(out, str_find_char(url, '?') == SIZE_MAX ? '?' : '&');
}

static err begin(struct openid_connect *base, struct arena *a, const struct openid_provider *p,
                 const struct openid_attempt *attempt, str *url)
{
    struct provider_metadata m;
    struct buf out = BUF_IN(a);
    TRY(metadata_of(self(base), a, p->issuer, &m));
    begin_query(&out, m.authorization_endpoint);
    add_parameter(&out, "response_type", STR("code"));
    add_parameter(&out, "client_id", p->client_id);
    add_parameter(&out, "redirect_uri", p->redirect_uri);
    add_parameter(&out, "scope", p->scopes);
    add_parameter(&out, "state", attempt->state);
    add_parameter(&out, "nonce", attempt->nonce);
    add_parameter(&out, "code_challenge", challenge_of(a, attempt->verifier));
    add_parameter(&out, "code_challenge_method", STR("S256"));
    *url = buf_str(&out);
    return OK;
}

/* RFC 6749 2.3.1: both encoded as in a form before they are put together. */
static str basic_of(struct arena *a, const struct openid_provider *p)
{
    struct buf pair = BUF_IN(a), out = BUF_IN(a);
    add_escaped(&pair, p->client_id);
    buf_add_char(&pair, ':');
    add_escaped(&pair, p->client_secret);
    buf_add(&out, STR("Basic "));
    buf_add_base64(&out, pair.ptr, pair.len);
    return buf_str(&out);
}

static err refusal_of(struct arena *a, str body)
{
    struct json_pair_slice o;
    str code;
    if (failed(json_object_read(a, body, &o)) || !json_object_text(a, &o, STR("error"), &code))
        return ERR(UNAVAILABLE, "the provider does not answer as it must");
    if (str_eq(code, STR("invalid_grant")))
        return ERR(UNAUTHENTICATED, "the provider does not know the code");
    if (str_eq(code, STR("invalid_client")) || str_eq(code, STR("unauthorized_client")))
        return ERR(UNAVAILABLE,
                   "the provider refuses the client: its identifier or secret is wrong");
    return ERR(UNAVAILABLE, "the provider refuses");
}

static err redeem(struct relying_party *r, struct arena *a, const struct openid_provider *p,
                  const struct provider_metadata *m, const struct openid_attempt *attempt, str code,
                  str *id_token, str *access_token)
{
    struct buf form = BUF_IN(a);
    struct json_pair_slice o;
    struct http_client_answer answer;
    struct http_client_header headers[3] = {
        {STR("Accept"), STR("application/json")},
        {STR("Content-Type"), STR("application/x-www-form-urlencoded")}};
    size_t count = 2;
    bool has_secret = p->client_secret.ptr != NULL;
    add_parameter(&form, "grant_type", STR("authorization_code"));
    add_parameter(&form, "code", code);
    add_parameter(&form, "redirect_uri", p->redirect_uri);
    add_parameter(&form, "code_verifier", attempt->verifier);
    if (has_secret && !m->takes_post)
        headers[count++] = (struct http_client_header){STR("Authorization"), basic_of(a, p)};
    else
        add_parameter(&form, "client_id", p->client_id);
    if (has_secret && m->takes_post)
        add_parameter(&form, "client_secret", p->client_secret);
    const struct http_client_request request = {.method = STR("POST"),
                                                .url = m->token_endpoint,
                                                .headers = {headers, count},
                                                .body = buf_str(&form),
                                                .answer_size_max = RELYING_PARTY_ANSWER_SIZE_MAX,
                                                .timeout_ms = RELYING_PARTY_MS};
    TRY(unavailable(http_client_send(r->http, a, &request, &answer)));
    if (answer.status != 200)
        return refusal_of(a, answer.body);
    if (failed(json_object_read(a, answer.body, &o)) ||
        !json_object_text(a, &o, STR("id_token"), id_token))
        return ERR(UNAVAILABLE, "the provider sends no ID token");
    *access_token = STR_NONE;
    if (json_object_text(a, &o, STR("access_token"), access_token) &&
        access_token->len > ACCESS_TOKEN_SIZE_MAX)
        return ERR(UNAVAILABLE, "the provider's access token is too large");
    return OK;
}

/* Of two providers one must not be taken for the other (RFC 9207 2.4). */
static err check_answer(const struct openid_provider *p, const struct provider_metadata *m,
                        const struct openid_answer *answer)
{
    if (answer->iss.ptr == NULL && m->says_iss)
        return ERR(UNAUTHENTICATED, "the answer does not say whose it is");
    if (answer->iss.ptr != NULL && !str_eq(answer->iss, p->issuer))
        return ERR(UNAUTHENTICATED, "the answer is of another provider");
    return answer->code.len != 0 && answer->code.len <= OPENID_CODE_SIZE_MAX
               ? OK
               : ERR(UNAUTHENTICATED, "the answer has no code");
}

static err complete(struct openid_connect *base, struct arena *a, const struct openid_provider *p,
                    const struct openid_attempt *attempt, const struct openid_answer *answer,
                    struct openid_identity *out)
{
    struct relying_party *r = self(base);
    struct provider_metadata m;
    struct jws jws;
    str id_token, access_token;
    TRY(metadata_of(r, a, p->issuer, &m));
    TRY(check_answer(p, &m, answer));
    TRY(redeem(r, a, p, &m, attempt, answer->code, &id_token, &access_token));
    err e = jws_read(a, id_token, m.algorithms, &jws);
    if (failed(e))
        return (err){ERR_UNAUTHENTICATED, e.text, e.where};
    TRY(verify(r, a, m.jwks_uri, &jws));
    const struct id_token_expectation want = {p->issuer,    p->client_id,    attempt->nonce,
                                              access_token, p->groups_claim, clock_now(r->clock)};
    return id_token_check(a, &jws, &want, out);
}

static err end(struct openid_connect *base, struct arena *a, const struct openid_provider *p,
               str return_uri, str *url)
{
    struct provider_metadata m;
    struct buf out = BUF_IN(a);
    TRY(metadata_of(self(base), a, p->issuer, &m));
    *url = STR_NONE;
    if (m.end_session_endpoint.ptr == NULL)
        return OK;
    begin_query(&out, m.end_session_endpoint);
    add_parameter(&out, "client_id", p->client_id);
    add_parameter(&out, "post_logout_redirect_uri", return_uri);
    *url = buf_str(&out);
    return OK;
}

static const struct openid_connect_ops relying_party_ops = {
    .begin = begin, .complete = complete, .end = end};

void relying_party_open(struct relying_party *r, struct http_client *http, struct clock *clock)
{
    *r = (struct relying_party){.base = {&relying_party_ops}, .http = http, .clock = clock};
    pthread_mutex_init(&r->lock, NULL);
}

void relying_party_close(struct relying_party *r)
{
    if (r->http == NULL)
        return;
    for (size_t i = 0; i < RELYING_PARTY_ENTRY_COUNT; i++)
        drop(&r->documents[i]);
    pthread_mutex_destroy(&r->lock);
    *r = (struct relying_party){0};
}
