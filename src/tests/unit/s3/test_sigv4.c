/* The signer against the examples that are published: those of the S3 reference and those of the
 * Signature Version 4 test suite. */
#include "infrastructure/s3/sigv4.h"
#include "tests/test.h"

#define EMPTY_HASH STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

static void check_signature(const struct sigv4_key *key, const struct sigv4_request *request,
                            const char *path, const char *query, const char *signature)
{
    struct arena a = {0};
    struct sigv4_signature out;
    CHECK_OK(sigv4_sign(&a, key, request, &out));
    CHECK_STR(str_of(path), out.path);
    CHECK_STR(str_of(query), out.query);
    CHECK_STR(str_of(signature), str_sub(out.authorization, out.authorization.len - 64, SIZE_MAX));
    arena_deinit(&a);
}

static const struct sigv4_key s3_key = {STR_INIT("AKIAIOSFODNN7EXAMPLE"),
                                        STR_INIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                                        STR_INIT("us-east-1"), STR_INIT("s3"), "20130524T000000Z"};
static const struct sigv4_key suite_key = {
    STR_INIT("AKIDEXAMPLE"), STR_INIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    STR_INIT("us-east-1"), STR_INIT("service"), "20150830T123600Z"};

#define HOST                                                                                       \
    {                                                                                              \
        STR_INIT("host"), STR_INIT("examplebucket.s3.amazonaws.com")                               \
    }
#define DATE                                                                                       \
    {                                                                                              \
        STR_INIT("x-amz-date"), STR_INIT("20130524T000000Z")                                       \
    }
#define EMPTY                                                                                      \
    {                                                                                              \
        STR_INIT("x-amz-content-sha256"),                                                          \
            STR_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")           \
    }

TEST(s3_get_object_with_a_range)
{
    const struct sigv4_pair headers[] = {
        HOST, {STR_INIT("range"), STR_INIT("bytes=0-9")}, EMPTY, DATE};
    check_signature(&s3_key,
                    &(struct sigv4_request){.method = STR("GET"),
                                            .path = STR("/test.txt"),
                                            .headers = headers,
                                            .header_count = COUNT_OF(headers),
                                            .payload_hash = EMPTY_HASH},
                    "/test.txt", "",
                    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(s3_put_object)
{
    char hash[SHA256_HEX_SIZE];
    CHECK_OK(sha256_hex(STR("Welcome to Amazon S3."), hash));
    const struct sigv4_pair headers[] = {
        DATE,
        HOST,
        {STR_INIT("x-amz-storage-class"), STR_INIT("REDUCED_REDUNDANCY")},
        {STR_INIT("date"), STR_INIT("Fri, 24 May 2013 00:00:00 GMT")},
        {STR_INIT("x-amz-content-sha256"), {hash, sizeof hash}}};
    check_signature(&s3_key,
                    &(struct sigv4_request){.method = STR("PUT"),
                                            .path = STR("/test$file.text"),
                                            .headers = headers,
                                            .header_count = COUNT_OF(headers),
                                            .payload_hash = {hash, sizeof hash}},
                    "/test%24file.text", "",
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(s3_queries)
{
    const struct sigv4_pair headers[] = {HOST, EMPTY, DATE};
    const struct sigv4_pair lifecycle[] = {{STR_INIT("lifecycle"), STR_INIT("")}};
    const struct sigv4_pair list[] = {{STR_INIT("prefix"), STR_INIT("J")},
                                      {STR_INIT("max-keys"), STR_INIT("2")}};
    struct sigv4_request request = {.method = STR("GET"),
                                    .path = STR("/"),
                                    .query = lifecycle,
                                    .query_count = 1,
                                    .headers = headers,
                                    .header_count = COUNT_OF(headers),
                                    .payload_hash = EMPTY_HASH};
    check_signature(&s3_key, &request, "/", "lifecycle=",
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    request.query = list;
    request.query_count = COUNT_OF(list);
    check_signature(&s3_key, &request, "/", "max-keys=2&prefix=J",
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

/* The headers that every case of the suite has, and up to two more. */
static void check_suite(const char *method, const char *path, const struct sigv4_pair query[2],
                        const struct sigv4_pair *more, size_t more_count, const char *signature)
{
    struct sigv4_pair headers[4] = {
        {STR_INIT("host"), STR_INIT("example.amazonaws.com")},
        {STR_INIT("x-amz-date"), STR_INIT("20150830T123600Z")},
    };
    struct arena a = {0};
    struct sigv4_signature out;
    for (size_t i = 0; i < more_count; i++)
        headers[2 + i] = more[i];
    CHECK_OK(sigv4_sign(&a, &suite_key,
                        &(struct sigv4_request){.method = str_of(method),
                                                .path = str_of(path),
                                                .query = query,
                                                .query_count = query == NULL ? 0 : 2,
                                                .headers = headers,
                                                .header_count = 2 + more_count,
                                                .payload_hash = EMPTY_HASH},
                        &out));
    CHECK_STR(str_of(signature), str_sub(out.authorization, out.authorization.len - 64, SIZE_MAX));
    arena_deinit(&a);
}

TEST(suite_get_vanilla)
{
    check_suite("GET", "/", NULL, NULL, 0,
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(suite_post_vanilla)
{
    check_suite("POST", "/", NULL, NULL, 0,
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(suite_get_vanilla_query_order_key_case)
{
    const struct sigv4_pair query[] = {{STR_INIT("Param2"), STR_INIT("value2")},
                                       {STR_INIT("Param1"), STR_INIT("value1")}};
    check_suite("GET", "/", query, NULL, 0,
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST(suite_get_utf8)
{
    check_suite("GET", "/\xe1\x88\xb4", NULL, NULL, 0,
                "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
}

TEST(suite_get_space)
{
    check_suite("GET", "/example space/", NULL, NULL, 0,
                "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741");
}

TEST(suite_get_header_value_trim)
{
    const struct sigv4_pair more[] = {{STR_INIT("my-header1"), STR_INIT(" value1")},
                                      {STR_INIT("my-header2"), STR_INIT(" \"a   b   c\"")}};
    check_suite("GET", "/", NULL, more, 2,
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

TEST(suite_post_sts_header_before)
{
    const struct sigv4_pair more[] = {
        {STR_INIT("x-amz-security-token"),
         STR_INIT(
             "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAe"
             "MicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8ph"
             "UZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38"
             "xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj"
             "2ICCR/oLxBA==")}};
    check_suite("POST", "/", NULL, more, 1,
                "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

TEST(times_and_texts)
{
    struct arena a = {0};
    struct buf out = BUF_IN(&a);
    char time[SIGV4_TIME_SIZE + 1];
    sigv4_time((instant){INT64_C(1369353600) * SECONDS(1)}, time);
    CHECK_STR(STR("20130524T000000Z"), str_of(time));
    sigv4_encode(&out, STR("a b+c/d~e%"), false);
    CHECK_STR(STR("a%20b%2Bc%2Fd~e%25"), buf_str(&out));
    struct sigv4_request request = {.query_count = SIGV4_PAIR_COUNT_MAX + 1};
    struct sigv4_signature signature;
    CHECK_ERR(INVALID, sigv4_sign(&a, &suite_key, &request, &signature));
    arena_deinit(&a);
}
