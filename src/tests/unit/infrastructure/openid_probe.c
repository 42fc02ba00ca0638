/* The relying party on the command line, for tests with a real provider:
 * openid_probe begin|end|complete ISSUER CLIENT SECRET NONCE VERIFIER [CODE ISS] */
#include "base/arena.h"
#include "infrastructure/http_client.h"
#include "infrastructure/oidc/relying_party.h"

#include <stdio.h>

static int tell(err e)
{
    printf("%s %s\n", err_code_name(e.code), e.text != NULL ? e.text : "");
    return 1;
}

static void print_identity(const struct openid_identity *who)
{
    printf("OK\nsubject=%.*s\nissuer=%.*s\nemail=%.*s\nverified=%d\nname=%.*s\n",
           STR_ARG(who->subject), STR_ARG(who->issuer), STR_ARG(who->email), who->email_is_verified,
           STR_ARG(who->name));
    for (size_t i = 0; i < who->groups.len; i++)
        printf("group=%.*s\n", STR_ARG(who->groups.at[i]));
}

int main(int count, char **arguments)
{
    struct arena a = {0};
    struct http_client_curl http;
    struct relying_party party;
    struct openid_identity who;
    str url;
    if (count < 7)
        return 2;
    const struct openid_provider provider = {.issuer = str_of(arguments[2]),
                                             .client_id = str_of(arguments[3]),
                                             .client_secret = str_of(arguments[4]),
                                             .redirect_uri = STR("https://gantry.example/back"),
                                             .scopes = STR("openid email profile"),
                                             .groups_claim = STR("groups")};
    const struct openid_attempt attempt = {STR("the-state"), str_of(arguments[5]),
                                           str_of(arguments[6])};
    const struct openid_answer answer = {.code = str_of(count > 7 ? arguments[7] : NULL),
                                         .iss = str_of(count > 8 ? arguments[8] : NULL)};
    err e = http_client_curl_open(&http, &a, STR("127.0.0.1"), STR_NONE, true);
    if (failed(e))
        return tell(e);
    relying_party_open(&party, &http.base, clock_system());
    bool completes = str_eq(str_of(arguments[1]), STR("complete"));
    if (completes)
        e = openid_complete(&party.base, &a, &provider, &attempt, &answer, &who);
    else if (str_eq(str_of(arguments[1]), STR("end")))
        e = openid_end(&party.base, &a, &provider, STR("https://gantry.example/signin"), &url);
    else
        e = openid_begin(&party.base, &a, &provider, &attempt, &url);
    if (failed(e))
        tell(e);
    else if (completes)
        print_identity(&who);
    else
        printf("OK\n%.*s\n", STR_ARG(url));
    relying_party_close(&party);
    arena_deinit(&a);
    return failed(e);
}
