/* Everything here is computed; who issued it is looked up in auth.c. */
#include "presentation/dependencies/signed_url.h"

#include "application/commands/auth/create_signed_url/command.h"

enum { SIGNED_REQUESTS_PER_MINUTE = 6000 /* by all addresses that one session has signed */ };

static bool is_signature(str pair)
{
    return str_starts(pair, STR(SIGNATURE_PARAMETER "="));
}

/* The query without signatures, and the last of them. */
static str without_signature(struct arena *a, str query, str *signature, size_t *count)
{
    struct buf out = BUF_IN(a);
    str rest = query, pair;
    *count = 0;
    while (query.len != 0 && str_cut(&rest, '&', &pair)) {
        if (is_signature(pair)) {
            *signature = str_sub(pair, sizeof SIGNATURE_PARAMETER, pair.len);
            ++*count;
        } else {
            if (out.len != 0)
                buf_add_char(&out, '&');
            buf_add(&out, pair);
        }
    }
    return buf_str(&out);
}

bool signed_url_is_there(const struct request *r)
{
    str rest = r->x->query, pair;
    if (!r->route->is_signable || r->of_share || rest.len == 0)
        return false;
    while (str_cut(&rest, '&', &pair))
        if (is_signature(pair))
            return true;
    return false;
}

err signed_url_spell(struct arena *a, str path, str query, str *out)
{
    struct buf text = BUF_IN(a);
    struct query_pair_slice pairs;
    str rest = str_sub(path, 1, path.len), part, plain;
    if (!str_starts(path, STR("/")))
        return ERR(MALFORMED, "an address begins with a slash");
    while (str_cut(&rest, '/', &part)) {
        if (!url_decode(a, part, false, &plain))
            return ERR(MALFORMED, "the address cannot be decoded");
        buf_add_char(&text, '/');
        url_encode(&text, plain);
    }
    TRY(query_read(a, query, &pairs));
    for (size_t i = 0; i < pairs.len; i++) {
        buf_add_char(&text, i == 0 ? '?' : '&');
        url_encode(&text, pairs.at[i].name);
        buf_add_char(&text, '=');
        url_encode(&text, pairs.at[i].value);
    }
    *out = buf_str(&text);
    return OK;
}

/* Names of files are told twice, RFC 6266: to who reads ASCII alone, and as they are. */
static str disposition_of(struct arena *a, str name)
{
    struct buf out = BUF_IN(a);
    buf_add(&out, STR("attachment; filename=\""));
    for (size_t i = 0; i < name.len; i++)
        if ((name.ptr[i] & 0x80) == 0)
            buf_add_char(&out, name.ptr[i]);
        else if (((unsigned char)name.ptr[i] & 0xC0) == 0xC0) /* one for each character */
            buf_add_char(&out, '_');
    buf_add_char(&out, '"');
    if (!str_is_ascii(name)) {
        buf_add(&out, STR("; filename*=UTF-8''"));
        url_encode(&out, name);
    }
    return buf_str(&out);
}

/* Where there are two who ask, others could take it for the other one's request. A cookie is sent
 * by the browser, whoever made the address: it does not count here. */
static err check_alone(struct request *r, size_t count)
{
    if (http_header(r->x, "Authorization").ptr != NULL)
        return ERR(MALFORMED, "a signed address takes no other credentials");
    return count == 1 ? OK : ERR(MALFORMED, "an address has one signature");
}

err signed_url_read(struct request *r, str *token)
{
    struct arena *a = request_arena(r);
    struct url_claims *claims = NEW(a, struct url_claims);
    size_t count;
    str path, query = without_signature(a, r->x->query, token, &count);
    TRY(check_alone(r, count));
    TRY(signed_url_spell(a, r->x->path, query, &path));
    TRY(token_verify_url(r->scope.services->tokens, a, *token,
                         signed_url_text(a, r->x->method, path), clock_now(r->scope.clock),
                         claims));
    unsigned kind = claims->is_of_key ? CREDENTIALS_API_KEY : CREDENTIALS_TOKEN;
    if ((r->takes & kind) == 0)
        return ERR(UNAUTHENTICATED, "sign in first");
    r->x->query = query;
    r->x->uri = r->x->path;
    r->signature = claims;
    http_pin_header(r->x, "Cache-Control", STR("private, no-cache"));
    if (claims->filename.len != 0)
        http_pin_header(r->x, "Content-Disposition", disposition_of(a, claims->filename));
    return OK;
}

void signed_url_narrow(struct request *r, permission_number needs)
{
    struct principal *p = &r->principal;
    uint64_t left = permissions_when_signed(needs);
    bool may_sign = permissions_have(p->permissions, SIGN_URLS); /* still */
    p->kind = PRINCIPAL_SIGNED_URL;
    p->permissions = may_sign ? p->permissions & left : 0;
    p->granted_permissions = may_sign ? p->granted_permissions & left : 0;
    if (p->requests_per_minute == 0)
        p->requests_per_minute = SIGNED_REQUESTS_PER_MINUTE;
    if (p->expires_at.us > r->signature->expires_at.us)
        p->expires_at = r->signature->expires_at;
}
