/* Addresses of buckets, and where keys come from. */
#include "infrastructure/s3/credentials.h"
#include "infrastructure/s3/settings.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TEST(an_address_with_everything)
{
    struct arena a = {0};
    struct s3_settings s;
    CHECK_OK(
        s3_settings_read(&a,
                         STR("s3://images/site/one/?endpoint=http%3A%2F%2F10.0.0.1:9000&region="
                             "eu-central-1&sse=aws:kms&sse_kms_key_id=alias/x"),
                         &s));
    CHECK_STR(STR("images"), s.bucket);
    CHECK_STR(STR("site/one/"), s.prefix);
    CHECK_STR(STR("http"), s.scheme);
    CHECK_STR(STR("10.0.0.1:9000"), s.host);
    CHECK_STR(STR("eu-central-1"), s.region);
    CHECK_STR(STR("alias/x"), s.sse_kms_key_id);
    CHECK(s.path_style);
    arena_deinit(&a);
}

TEST(an_address_with_little)
{
    struct arena a = {0};
    struct s3_settings s;
    CHECK_OK(s3_settings_read(&a, STR("s3://images?region=eu-west-1"), &s));
    CHECK_STR(STR("images.s3.eu-west-1.amazonaws.com"), s.host);
    CHECK_STR(STR("https"), s.scheme);
    CHECK_STR(STR(""), s.prefix);
    CHECK(!s.path_style && s.sse.ptr == NULL);
    CHECK_OK(s3_settings_read(&a, STR("s3://images/?path_style=true"), &s));
    CHECK_STR(STR("s3.us-east-1.amazonaws.com"), s.host);
    CHECK_OK(s3_settings_read(
        &a, STR("s3://images/p?endpoint=https://s3.example.org/&path_style=false"), &s));
    CHECK_STR(STR("images.s3.example.org"), s.host);
    arena_deinit(&a);
}

TEST(wrong_addresses_say_what_is_wrong)
{
    struct arena a = {0};
    struct s3_settings s;
    const str urls[] = {STR("s3:/images"),
                        STR("s3://"),
                        STR("s3://../x"),
                        STR("s3://a..b"),
                        STR("s3://images/../x"),
                        STR("s3://images/a//b"),
                        STR("s3://images/a%0Ab"),
                        STR("s3://images/a%2"),
                        STR("s3://images?colour=red"),
                        STR("s3://images?region="),
                        STR("s3://images?region=a&region=b"),
                        STR("s3://images?region=a/b"),
                        STR("s3://images?endpoint=ftp://x"),
                        STR("s3://images?endpoint=http://x/y"),
                        STR("s3://images?endpoint=http://user@x"),
                        STR("s3://images?path_style=maybe"),
                        STR("s3://images?sse=none"),
                        STR("s3://images?sse=AES256&sse_kms_key_id=x")};
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        CHECK_ERR(INVALID, s3_settings_read(&a, urls[i], &s));
    err e = s3_settings_read(&a, STR("s3://images?colour=red"), &s);
    CHECK(str_find(str_of(e.text), STR("colour")) != SIZE_MAX);
    arena_deinit(&a);
}

TEST(keys_are_found_in_a_file)
{
    struct s3_credentials c = {0};
    str text =
        STR("# a comment\n[default]\r\naws_access_key_id = ONE\r\naws_secret_access_key=s1\r\n"
            "region = x\n\n[ other ]\naws_access_key_id=TWO\nAWS_SECRET_ACCESS_KEY = s2 \n"
            "aws_session_token = t2\n[profile third]\naws_access_key_id=THREE\n[fourth\n");
    CHECK(s3_credentials_find(text, STR("default"), &c));
    CHECK_STR(STR("ONE"), c.access_key_id);
    CHECK_STR(STR("s1"), c.secret_access_key);
    CHECK(c.session_token.ptr == NULL);
    CHECK(s3_credentials_find(text, STR("other"), &c));
    CHECK_STR(STR("s2"), c.secret_access_key);
    CHECK_STR(STR("t2"), c.session_token);
    CHECK(!s3_credentials_find(text, STR("third"), &c)); /* half a pair */
    CHECK(!s3_credentials_find(text, STR("fifth"), &c));
    CHECK(!s3_credentials_find(STR(""), STR("default"), &c));
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void forget_environment(void)
{
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    unsetenv("AWS_SESSION_TOKEN");
    unsetenv("AWS_PROFILE");
}

TEST(keys_come_from_settings_then_environment)
{
    struct arena a = {0};
    struct s3_credential_source s;
    struct s3_credentials c;
    forget_environment();
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    CHECK_ERR(INVALID, s3_credentials_open(&s, &(struct s3_credentials){0})); /* half a pair */
    s3_credentials_close(&s);
    setenv("AWS_SECRET_ACCESS_KEY", "e", 1);
    CHECK_OK(s3_credentials_open(&s, &(struct s3_credentials){0}));
    s3_credentials_get(&s, &a, &c);
    CHECK_STR(STR("ENV"), c.access_key_id);
    s3_credentials_close(&s);
    CHECK_OK(s3_credentials_open(&s, &(struct s3_credentials){STR("SET"), STR("s"), STR("t")}));
    s3_credentials_get(&s, &a, &c);
    CHECK_STR(STR("SET"), c.access_key_id);
    CHECK_STR(STR("t"), c.session_token);
    s3_credentials_close(&s);
    CHECK_ERR(INVALID,
              s3_credentials_open(&s, &(struct s3_credentials){STR("A\nB"), STR("s"), STR_NONE}));
    s3_credentials_close(&s);
    forget_environment();
    arena_deinit(&a);
}

TEST(a_changed_file_is_read_again)
{
    struct arena a = {0};
    struct s3_credential_source s;
    struct s3_credentials c;
    char path[TEST_PATH_SIZE];
    temporary_template(path, "keys");
    close(mkstemp(path));
    forget_environment();
    setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    CHECK_ERR(INVALID, s3_credentials_open(&s, &(struct s3_credentials){0})); /* empty */
    s3_credentials_close(&s);
    write_file(path, "[default]\naws_access_key_id=ONE\naws_secret_access_key=1\n");
    CHECK_OK(s3_credentials_open(&s, &(struct s3_credentials){0}));
    write_file(path, "[default]\naws_access_key_id=SECOND\naws_secret_access_key=2\n");
    s3_credentials_get(&s, &a, &c);
    CHECK_STR(STR("SECOND"), c.access_key_id);
    write_file(path, "in the middle of being written");
    s3_credentials_get(&s, &a, &c);
    CHECK_STR(STR("SECOND"), c.access_key_id);
    unlink(path);
    s3_credentials_get(&s, &a, &c);
    CHECK_STR(STR("2"), c.secret_access_key);
    s3_credentials_close(&s);
    unsetenv("AWS_SHARED_CREDENTIALS_FILE");
    arena_deinit(&a);
}
