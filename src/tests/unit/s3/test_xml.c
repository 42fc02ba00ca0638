/* The answers of S3, whole and not. */
#include "infrastructure/s3/xml.h"
#include "tests/test.h"

#include "base/buf.h"

#define LIST(inside_)                                                                              \
    "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"http://x/\">" inside_ "</"                 \
    "ListBucketResult>"
#define CONTENTS(key_)                                                                             \
    "<Contents><Key>" key_ "</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"           \
    "<ETag>&quot;abc&quot;</ETag><Size>17</Size><Owner><ID>1</ID></Owner></Contents>"

TEST(a_list_is_read)
{
    struct arena a = {0};
    struct s3_list list;
    str text = STR(LIST("<IsTruncated>true</IsTruncated>" CONTENTS("a/b") CONTENTS(
        "a/c&amp;&#x41;&#66;") "<NextContinuationToken>t&lt;</NextContinuationToken><Prefix/>"));
    CHECK_OK(s3_list_read(&a, text, &list));
    CHECK(list.is_truncated && list.entries.len == 2 && list.entries.at[1].size == 17);
    CHECK_STR(STR("a/b"), list.entries.at[0].key);
    CHECK_STR(STR("a/c&AB"), list.entries.at[1].key);
    CHECK_STR(STR("t<"), list.next_token);
    CHECK_INT(INT64_C(1767323045000000), list.entries.at[0].since.us);
    for (size_t len = 0; len < text.len; len++) /* cut anywhere it is no list */
        CHECK_ERR(MALFORMED, s3_list_read(&a, str_sub(text, 0, len), &list));
    arena_deinit(&a);
}

TEST(uploads_are_read)
{
    struct arena a = {0};
    struct s3_list list;
    CHECK_OK(s3_list_read(
        &a,
        STR("<ListMultipartUploadsResult><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u"
            "</NextUploadIdMarker><IsTruncated>true</IsTruncated><Upload><Key>k</Key><UploadId>u"
            "</UploadId><Initiated>2026-01-02T03:04:05Z</Initiated></Upload>"
            "</ListMultipartUploadsResult>"),
        &list));
    CHECK(list.entries.len == 1 && list.is_truncated);
    CHECK_STR(STR("u"), list.entries.at[0].upload_id);
    CHECK_STR(STR("k"), list.next_key);
    arena_deinit(&a);
}

TEST(what_is_no_list_is_refused)
{
    struct arena a = {0};
    struct s3_list list;
    const str texts[] = {
        STR(""),
        STR("no xml"),
        STR("<Other></Other>"),
        STR("<!DOCTYPE x [<!ENTITY y \"z\">]><ListBucketResult>&y;</ListBucketResult>"),
        STR(LIST("&y;")),
        STR(LIST("&#0;")),
        STR(LIST("&#xD800;")),
        STR(LIST("&#x110000;")),
        STR(LIST("<![CDATA[x]]>")),
        STR(LIST("<a b=\"c></a>")),
        STR(LIST("<a></b>")),
        STR(LIST("\x01")),
        STR(LIST("\xff")),
        STR(LIST("") "x"),
        STR(LIST("") "<a/>"),
        STR(LIST("<IsTruncated>true</IsTruncated>")), /* and no place to go on from */
        STR(LIST("<IsTruncated>maybe</IsTruncated>")),
        STR(LIST("<Contents><Size>1</Size></Contents>")),
        STR(LIST("<Contents><Key>a</Key><Key>b</Key></Contents>")),
        STR(LIST("<Contents><Key>a</Key><Size>-1</Size></Contents>")),
        STR(LIST("<Contents><Key>a</Key><LastModified>today</LastModified></Contents>")),
        STR(LIST("<a><b><c><d><e><f><g><h></h></g></f></e></d></c></b></a>"))};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        CHECK_ERR(MALFORMED, s3_list_read(&a, texts[i], &list));
    arena_deinit(&a);
}

TEST(lists_and_texts_have_limits)
{
    struct arena a = {0};
    struct s3_list list;
    struct buf text = BUF_IN(&a);
    buf_add(&text, STR("<ListBucketResult>"));
    for (int i = 0; i <= S3_LIST_LEN_MAX; i++)
        buf_add(&text, STR(CONTENTS("a")));
    buf_add(&text, STR("</ListBucketResult>"));
    CHECK_ERR(MALFORMED, s3_list_read(&a, buf_str(&text), &list));
    text.len = 0;
    buf_add(&text, STR("<ListBucketResult><Prefix>"));
    for (int i = 0; i <= XML_TEXT_SIZE_MAX; i++)
        buf_add_char(&text, 'a');
    buf_add(&text, STR("</Prefix></ListBucketResult>"));
    CHECK_ERR(MALFORMED, s3_list_read(&a, buf_str(&text), &list));
    arena_deinit(&a);
}

TEST(statements_are_read)
{
    struct arena a = {0};
    struct s3_statement s;
    CHECK_OK(s3_statement_read(
        &a,
        STR("<Error><Code>SlowDown</Code><Message>later</Message><X><Code>no</Code></X></Error>"),
        &s));
    CHECK_STR(STR("Error"), s.root);
    CHECK_STR(STR("SlowDown"), s.code);
    CHECK(s.upload_id.ptr == NULL);
    CHECK_OK(s3_statement_read(&a,
                               STR("<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                                   "</InitiateMultipartUploadResult>"),
                               &s));
    CHECK_STR(STR("u"), s.upload_id);
    CHECK_OK(s3_statement_read(&a,
                               STR("  \n<!-- kept alive --><CopyObjectResult><ETag>\"e\"</ETag>"
                                   "</CopyObjectResult>\n"),
                               &s));
    CHECK_STR(STR("\"e\""), s.etag);
    arena_deinit(&a);
}
