/* The parts of the address, each checked. */
#include "infrastructure/s3/settings.h"

#include "base/buf.h"

struct options {
    str endpoint, region, path_style, sse, sse_kms_key_id;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX decoded; absent when that is malformed or a control character. */
static str decode(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < text.len; i++) {
        int value = (unsigned char)text.ptr[i];
        if (text.ptr[i] == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1,
                low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return STR_NONE;
            value = high << 4 | low;
            i += 2;
        }
        if (value < 0x20 || value == 0x7F)
            return STR_NONE;
        buf_add_char(&out, (char)value);
    }
    return buf_str(&out);
}

static err read_option(struct arena *a, str pair, struct options *out)
{
    size_t equals = str_find_char(pair, '=');
    str name = str_sub(pair, 0, equals == SIZE_MAX ? pair.len : equals);
    str value = decode(a, equals == SIZE_MAX ? STR("") : str_sub(pair, equals + 1, pair.len));
    const struct {
        str name;
        str *to;
    } known[] = {{STR("endpoint"), &out->endpoint},
                 {STR("region"), &out->region},
                 {STR("path_style"), &out->path_style},
                 {STR("sse"), &out->sse},
                 {STR("sse_kms_key_id"), &out->sse_kms_key_id}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!str_eq(name, known[i].name))
            continue;
        if (known[i].to->ptr != NULL || value.len == 0)
            return ERRF(a, INVALID, "the option %.*s is empty, given twice or not readable",
                        STR_ARG(name));
        *known[i].to = value;
        return OK;
    }
    return ERRF(a, INVALID, "%.*s is not an option of an s3: address", STR_ARG(name));
}

static bool is_host_text(str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '.' || strchr(more, c) != NULL))
            return false;
    }
    return text.len != 0;
}

static err check_bucket(str bucket)
{
    bool good = bucket.len >= 3 && bucket.len <= S3_BUCKET_SIZE_MAX && is_host_text(bucket, "_") &&
                bucket.ptr[0] != '.' && bucket.ptr[0] != '-' &&
                str_find(bucket, STR("..")) == SIZE_MAX;
    return good ? OK : ERR(INVALID, "the bucket of an s3: address is not the name of one");
}

/* Without slashes around it; with one at its end when there is anything. */
static err read_prefix(struct arena *a, str path, str *out)
{
    path = path.ptr == NULL ? STR("") : decode(a, path);
    while (path.len != 0 && path.ptr[path.len - 1] == '/')
        path.len--;
    bool good = path.ptr != NULL && path.len <= S3_PREFIX_SIZE_MAX && str_is_utf8(path) &&
                str_find(path, STR("//")) == SIZE_MAX;
    str rest = path, part;
    while (good && str_cut(&rest, '/', &part))
        good =
            !str_eq(part, STR(".")) && !str_eq(part, STR("..")) && (part.len != 0 || path.len == 0);
    if (!good)
        return ERR(INVALID, "the prefix of an s3: address is not a path");
    *out = path.len == 0 ? STR("") : str_format(a, "%.*s/", STR_ARG(path));
    return OK;
}

static err read_endpoint(struct arena *a, const struct options *options, struct s3_settings *out)
{
    str rest = options->endpoint;
    out->scheme = STR("https");
    if (rest.ptr == NULL) {
        rest = str_format(a, "s3.%.*s.amazonaws.com", STR_ARG(out->region));
    } else if (str_starts(rest, STR("https://"))) {
        rest = str_sub(rest, 8, rest.len);
    } else if (str_starts(rest, STR("http://"))) {
        out->scheme = STR("http");
        rest = str_sub(rest, 7, rest.len);
    } else {
        return ERR(INVALID, "the endpoint of an s3: address begins with http:// or https://");
    }
    if (str_ends(rest, STR("/")))
        rest.len--;
    if (!is_host_text(rest, ":[]"))
        return ERR(INVALID, "the endpoint of an s3: address is a host and a port, nothing else");
    out->host =
        out->path_style ? rest : str_format(a, "%.*s.%.*s", STR_ARG(out->bucket), STR_ARG(rest));
    return OK;
}

static err check_encryption(const struct options *options)
{
    bool kms = str_eq(options->sse, STR("aws:kms"));
    if (options->sse.ptr != NULL && !kms && !str_eq(options->sse, STR("AES256")))
        return ERR(INVALID, "the option sse is AES256 or aws:kms");
    if (options->sse_kms_key_id.ptr != NULL && !kms)
        return ERR(INVALID, "the option sse_kms_key_id goes with sse=aws:kms");
    return OK;
}

err s3_settings_read(struct arena *a, str url, struct s3_settings *out)
{
    struct options options = {0};
    struct s3_settings s = {0};
    if (!str_starts(url, STR("s3://")) || url.len > S3_URL_SIZE_MAX)
        return ERR(INVALID, "an s3: address is s3://bucket/prefix?option=value&…");
    str rest = str_sub(url, 5, url.len), path, pair;
    str_cut(&rest, '?', &path);
    while (str_cut(&rest, '&', &pair))
        TRY(read_option(a, pair, &options));
    str_cut(&path, '/', &s.bucket);
    TRY(check_bucket(s.bucket));
    TRY(read_prefix(a, path, &s.prefix));
    TRY(check_encryption(&options));
    s.sse = options.sse;
    s.sse_kms_key_id = options.sse_kms_key_id;
    s.region = options.region.ptr != NULL ? options.region : STR("us-east-1");
    if (!is_host_text(s.region, ""))
        return ERR(INVALID, "the region of an s3: address is not the name of one");
    s.path_style = options.endpoint.ptr != NULL;
    if (options.path_style.ptr != NULL) {
        s.path_style = str_eq(options.path_style, STR("true"));
        if (!s.path_style && !str_eq(options.path_style, STR("false")))
            return ERR(INVALID, "the option path_style is true or false");
    }
    TRY(read_endpoint(a, &options, &s));
    *out = s;
    return OK;
}
