/* gantry conformance: the DICOM conformance statement (PS3.2 6 and Annex N), as Markdown, out of
 * the tables that the program runs by. What a table holds is not said here once more. */
#include "application/services/compose_iod.h"
#include "base/arena.h"
#include "cli/cli.h"
#include "core/result.h"
#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/sop_class.h"
#include "dicom/write/data_set_writer.h"
#include "domain/entities/image_attribute.h"
#include "domain/entities/session.h"
#include "domain/enums/permission.h"
#include "domain/repositories/image_repository.h"
#include "presentation/http/gzip_source.h"
#include "presentation/http/multipart.h"
#include "presentation/internal_routers/dicomweb.h"
#include "presentation/internal_routers/routers.h"

#include <stdio.h>
#include <sysexits.h>

#define SERVICE_PREFIX "/dicom-web"

struct conformance {
    struct buf out;
    const struct web_app *web;
};

static void add(struct conformance *s, const char *text)
{
    buf_add(&s->out, str_of(text));
}

/* ---- routes, by their tag ---- */

/* Where PS3.18 has what a tag stands for. One that is not here has its own name for a title. */
static const struct {
    const char *tag, *title, *clause;
} services[] = {
    {"capabilities", "Capabilities", "8.9"},
    {"search", "Search Transaction (QIDO-RS)", "10.6"},
    {"retrieve", "Retrieve Transaction (WADO-RS)", "10.4"},
    {"store", "Store Transaction (STOW-RS)", "10.5"},
    {"delete", "Removal", NULL},
    {"uri", "URI Service (WADO-URI)", "9"},
    {"commitment", "Storage Commitment Service", "13"},
    {"worklist", "Worklist Service (UPS-RS)", "11"},
    {"non-patient", "Non-Patient Instance Service", "12"},
};

static bool is_dicomweb(const struct compiled_route *c)
{
    return str_eq(str_of(c->prefix), STR(SERVICE_PREFIX)) && !c->route->is_hidden;
}

static const char *tag_of(const struct compiled_route *c)
{
    return c->route->tag != NULL ? c->route->tag : "other";
}

static bool is_first_of_tag(const struct web_app *w, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_dicomweb(&w->routes[i]) &&
            strcmp(tag_of(&w->routes[i]), tag_of(&w->routes[at])) == 0)
            return false;
    return is_dicomweb(&w->routes[at]);
}

static void add_title(struct conformance *s, const char *tag)
{
    for (size_t i = 0; i < COUNT_OF(services); i++)
        if (strcmp(services[i].tag, tag) == 0) {
            add(s, services[i].title);
            if (services[i].clause != NULL)
                buf_addf(&s->out, ", PS3.18 %s", services[i].clause);
            return;
        }
    add(s, tag);
}

/* A list of media types as code, one a line of the cell. */
static void add_types(struct conformance *s, const char *list)
{
    str rest = str_of(list != NULL ? list : ""), type;
    bool first = true;
    while (rest.len != 0 && str_cut(&rest, ',', &type)) {
        buf_addf(&s->out, "%s`%.*s`", first ? "" : "<br>", STR_ARG(str_trim(type)));
        first = false;
    }
}

static void add_route(struct conformance *s, const struct compiled_route *c)
{
    const struct route *route = c->route;
    buf_addf(&s->out, "| `%s ", route->method); /* {path*} is our own notation */
    for (const char *p = route->path; *p != '\0'; p++)
        if (*p != '*')
            buf_add_char(&s->out, *p);
    buf_addf(&s->out, "` | %s | ",
             route->doc != NULL        ? route->doc
             : route->use_case != NULL ? route->use_case->doc
                                       : "");
    add_types(s, route->takes);
    add(s, " | ");
    add_types(s, route->answers);
    buf_addf(&s->out, " | `%s` |\n", permission_names[c->needs]);
}

static bool has_parameters_before(const struct web_app *w, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_dicomweb(&w->routes[i]) &&
            strcmp(tag_of(&w->routes[i]), tag_of(&w->routes[at])) == 0 &&
            w->routes[i].route->parameter == w->routes[at].route->parameter)
            return true;
    return w->routes[at].route->parameter == NULL;
}

static void add_parameters(struct conformance *s, const char *tag)
{
    const struct query_parameter *p;
    for (size_t i = 0; i < s->web->route_count; i++) {
        const struct compiled_route *c = &s->web->routes[i];
        if (!is_dicomweb(c) || strcmp(tag_of(c), tag) != 0 || has_parameters_before(s->web, i))
            continue;
        add(s, "\n| Query parameter | |\n| --- | --- |\n");
        for (size_t n = 0; (p = c->route->parameter(n)) != NULL; n++)
            buf_addf(&s->out, "| `%s` | %s |\n", p->name, p->doc);
    }
}

/* ---- what the services hold besides ---- */

static const char *const level_names[] = {"Study", "Series", "Instance"};
_Static_assert(COUNT_OF(level_names) == LEVEL_COUNT, "a level without a name");

static const char *const match_names[] = {
    "single value, wild card",
    "single value, wild card, by words (`fuzzymatching`); without case and accents, by group",
    "single value, list",
    "single value, range",
    "single value, range",
    "single value",
    "one of its values, list, wild card"};
_Static_assert(COUNT_OF(match_names) == MATCH_COUNT, "a kind of matching without a name");

static const char *keyword_of(uint32_t tag)
{
    const struct dictionary_entry *entry = dictionary_find(tag);
    return entry != NULL ? entry->keyword : "";
}

static void add_attribute(struct conformance *s, const struct image_attribute *a)
{
    add(s, "| ");
    if (a->sequence != 0)
        buf_addf(&s->out, "%s.", keyword_of(a->sequence));
    bool is_list = a->match == MATCH_TEXT && a->vr == VR_CS;
    const struct image_attribute *time = image_attribute_time_of(a);
    buf_addf(&s->out, "%s | (%04X,%04X) | %.*s | %s%s%s%s | %s |\n", keyword_of(a->tag),
             (unsigned)(a->tag >> 16), (unsigned)(a->tag & 0xFFFF), STR_ARG(vr_name(a->vr)),
             match_names[a->match], is_list ? ", list" : "", time != NULL ? "; one with " : "",
             time != NULL ? keyword_of(time->tag) : "",
             a->by_default ? "always" : "when asked for or matched");
}

static void add_attributes(struct conformance *s)
{
    add(s, "\nKeys are keywords or tags; every one takes the empty value and `*` for anything "
           "(Universal Matching), `\"\"` with `emptyvaluematching`, several values with "
           "`multiplevaluematching`. Each level has the attributes of the levels above it; "
           "`/patients` those of group 0010. Results are sorted by any of them.\n");
    for (int level = LEVEL_STUDY; level < LEVEL_COUNT; level++) {
        buf_addf(&s->out,
                 "\n**%s**\n\n| Attribute | Tag | VR | Matching | Returned |\n"
                 "| --- | --- | --- | --- | --- |\n",
                 level_names[level]);
        for (size_t i = 0; i < image_attribute_count; i++)
            if (image_attributes[i].level == (enum image_level)level)
                add_attribute(s, &image_attributes[i]);
    }
}

static const char *class_name(const char *uid)
{
    const struct sop_class *class = sop_class_find(str_of(uid));
    return class != NULL ? class->name : "";
}

static void add_store(struct conformance *s)
{
    add(s, "\nInstances are stored as they come, byte for byte, but for a preamble that says "
           "something, "
           "which becomes zeros unless `GANTRY_KEEP_PREAMBLES` is set. The same bytes again are a "
           "success; other bytes under a stored SOP Instance UID are refused, kept beside it as a "
           "version or put in its place, as `GANTRY_DUPLICATES` says. Bodies may be encoded as "
           "`gzip` or `deflate`.\n\nData sets in JSON or XML have their bulk data in parts beside "
           "them, named by `Content-Location`. A part without a SOP Class UID in its data set "
           "makes:\n\n| Media type of the part | SOP class | Modality |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < composed_class_count; i++) {
        const struct composed_class *c = &composed_classes[i];
        bool is_all = str_ends(str_of(c->media_type), STR("/"));
        buf_addf(&s->out, "| `%s%s`%s | %s, %s | %s |\n", c->media_type, is_all ? "*" : "",
                 c->iod == COMPOSED_CAPTURE ? " of more than 8 bits a sample" : "",
                 class_name(c->sop_class_uid), c->sop_class_uid, c->modality);
    }
    add(s, "\n| Failure Reason (0008,1197) | |\n| --- | --- |\n");
    for (size_t i = 0; i < failure_reason_count; i++)
        buf_addf(&s->out, "| %04X | %s |\n", failure_reasons[i].reason, failure_reasons[i].doc);
    buf_addf(&s->out, "| %04X | of a SOP class that the category does not have (PS3.18 12) |\n",
             FAILURE_OF_OTHER_CLASS);
    buf_addf(&s->out,
             "\n| Warning Reason (0008,1196) | |\n| --- | --- |\n| %04X | kept as a version: other "
             "content is served under this UID |\n| %04X | stored, but the data set "
             "lacks what its SOP class asks for and only the sender knows (Annex B) |\n\n"
             "Status: 200 all stored, 202 some stored or with a warning, 409 none; Error Comment "
             "(0000,0902) says it in words.\n",
             WARNING_KEPT_BESIDE, WARNING_NOT_OF_ITS_CLASS);
}

static void add_retrieve(struct conformance *s)
{
    add(s,
        "\nWithout `transfer-syntax` in `Accept`, or with `*`, instances, frames and bulk data are "
        "sent as they are stored; which conversions there are is in section 5.3, what else is "
        "asked for is 406. Answers have `ETag`, `Range` and `If-None-Match`.\n");
}

static void add_service(struct conformance *s, const char *tag)
{
    add(s, "\n#### ");
    add_title(s, tag);
    add(s,
        "\n\n| Request | | Payload | Response | Permission |\n| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < s->web->route_count; i++)
        if (is_dicomweb(&s->web->routes[i]) && strcmp(tag_of(&s->web->routes[i]), tag) == 0)
            add_route(s, &s->web->routes[i]);
    add_parameters(s, tag);
    if (strcmp(tag, "search") == 0)
        add_attributes(s);
    else if (strcmp(tag, "store") == 0)
        add_store(s);
    else if (strcmp(tag, "retrieve") == 0)
        add_retrieve(s);
}

/* ---- the sections ---- */

static void add_overview(struct conformance *s)
{
    buf_addf(
        &s->out,
        "# DICOM conformance statement: Gantry %s\n\n"
        "Made by `gantry conformance` from the tables that the program runs by; sections as in "
        "PS3.2 6 and its Annex N.\n\n## 1. Overview\n\nGantry is an archive of DICOM "
        "instances, and the origin server of these services under `" SERVICE_PREFIX "`:\n\n"
        "| Service | Requests |\n| --- | --- |\n",
        GANTRY_VERSION);
    for (size_t i = 0; i < s->web->route_count; i++) {
        size_t count = 0;
        if (!is_first_of_tag(s->web, i))
            continue;
        for (size_t n = i; n < s->web->route_count; n++)
            count += is_dicomweb(&s->web->routes[n]) &&
                     strcmp(tag_of(&s->web->routes[n]), tag_of(&s->web->routes[i])) == 0;
        add(s, "| ");
        add_title(s, tag_of(&s->web->routes[i]));
        buf_addf(&s->out, " | %zu |\n", count);
    }
    add(s, "\nIt is no user agent: it asks nobody for anything.\n\n## 2. Implementation model\n\n"
           "One application entity, an HTTP origin server. What is stored becomes durable before "
           "the sender hears of success; what is found and sent is what the sender's organization "
           "has, and nothing of another's. Every store, removal and first look of a person at a "
           "study is an event in an audit trail.\n");
}

static void add_services(struct conformance *s)
{
    add(s,
        "\n## 3. Service and interoperability description\n\n### 3.1 Supported DIMSE services\n\n"
        "None.\n\n### 3.2 Supported DICOM web services\n");
    for (size_t i = 0; i < s->web->route_count; i++)
        if (is_first_of_tag(s->web, i))
            add_service(s, tag_of(&s->web->routes[i]));
    add(s,
        "\n### 3.3 Supported media storage services\n\nFile-set creator: archives "
        "(`application/zip`, `application/x-tar`) of instances, series and studies hold a "
        "DICOMDIR and the stored files, named for the General Purpose profiles of PS3.11 "
        "([ARCHIVES.md](ARCHIVES.md)). File-set reader: `gantry import` takes files, folders and "
        "ZIP archives.\n\n## 4. Configuration\n\n`gantry config` prints the settings in force "
        "([README.md](../README.md)). There are no AE titles.\n");
}

static void add_limits(struct conformance *s)
{
    static const struct {
        const char *what;
        uint64_t max;
    } limits[] = {
        {"connections", HTTP_CONNECTION_COUNT_MAX},
        {"bytes of an address", HTTP_URI_SIZE_MAX},
        {"bytes of all headers", HTTP_HEAD_SIZE_MAX},
        {"headers", HTTP_HEADER_COUNT_MAX},
        {"query parameters", QUERY_PARAMETER_COUNT_MAX},
        {"media types in `Accept`", ACCEPT_COUNT_MAX},
        {"seconds for a whole head", HTTP_HEAD_SECONDS},
        {"seconds without a byte", HTTP_IDLE_SECONDS},
        {"parts of a body", MULTIPART_PART_COUNT_MAX},
        {"bytes of a boundary", MULTIPART_BOUNDARY_SIZE_MAX},
        {"bytes of a part's headers", MULTIPART_HEAD_SIZE_MAX},
        {"times a body may inflate", GZIP_SOURCE_RATIO_MAX},
        {"bytes of the data sets in JSON or XML of one body", DOCUMENTS_SIZE_MAX},
        {"bulk values beside them", BULK_PART_COUNT_MAX},
        {"sequences within each other", PART10_NESTING_MAX},
        {"elements of a data set", PART10_ELEMENT_COUNT_MAX},
        {"fragments of its pixel data", PART10_FRAGMENT_COUNT_MAX},
        {"bytes a deflated data set inflates to", PART10_INFLATED_SIZE_MAX},
        {"instances of a multipart answer", MULTIPART_INSTANCE_COUNT_MAX},
        {"frames of one request", FRAME_LIST_LEN_MAX},
        {"results of a page, unless said", SEARCH_LIMIT_DEFAULT},
        {"results of a page", IMAGE_PAGE_SIZE_MAX},
        {"matching keys", MATCH_COUNT_MAX},
        {"UIDs or coded values of a list", UID_LIST_LEN_MAX},
        {"patterns of a list", VALUE_LIST_LEN_MAX},
        {"attributes to sort by", SORT_KEY_COUNT_MAX},
    };
    add(s, "\n### 5.1 Limits\n\nWhat goes beyond one is refused with 4xx; a body to store has no "
           "limit "
           "of its own.\n\n| At most | |\n| --- | ---: |\n");
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        buf_addf(&s->out, "| %s | %llu |\n", limits[i].what, (unsigned long long)limits[i].max);
}

static void add_status_codes(struct conformance *s)
{
    add(s, "\n### 5.2 Status codes\n\n200, 202, 204, 206 and 304 as in PS3.18 8.5; failures are "
           "`application/problem+json` (RFC 9457):\n\n| Status | `code` | Meaning | `Retry-After` "
           "|\n| --- | --- | --- | --- |\n");
    for (int code = ERR_OK + 1; code < ERR_CODE_COUNT; code++) {
        const struct result_meaning *m = result_meaning((enum err_code)code);
        buf_addf(&s->out, "| %u | `%s` | %s | %s |\n", m->http_status,
                 err_code_name((enum err_code)code), m->title, m->retry ? "yes" : "");
    }
}

static void add_syntax(struct conformance *s, const struct transfer_syntax *from)
{
    bool first = true;
    buf_addf(&s->out, "| %s | %s | `%s` | ", from->name, from->uid, from->media_type);
    for (size_t i = 0; i < transfer_syntax_count; i++) {
        const struct transfer_syntax *to = &transfer_syntaxes[i];
        if (to == from || !transfer_syntax_converts(from, to))
            continue;
        buf_addf(&s->out, "%s%s", first ? "" : "<br>", to->name);
        first = false;
    }
    add(s, " |\n");
}

static void add_transfer_syntaxes(struct conformance *s)
{
    add(s,
        "\n### 5.3 Transfer syntaxes\n\nEach is taken and kept as it comes. One that is not in the "
        "table is read as Explicit VR Little Endian and kept as it is too. Frames are sent as the "
        "media type of their bit stream.\n\n| Transfer syntax | UID | Frames | Converted to |\n"
        "| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < transfer_syntax_count; i++)
        add_syntax(s, &transfer_syntaxes[i]);
}

static void add_roles(struct conformance *s)
{
    add(s, "\n| Role |");
    for (unsigned p = READ_STUDIES; p <= DELETE_STUDIES; p++)
        buf_addf(&s->out, " `%s` |", permission_names[p]);
    add(s, "\n| --- |");
    for (unsigned p = READ_STUDIES; p <= DELETE_STUDIES; p++)
        add(s, " --- |");
    for (unsigned role = 0; role < ROLE_CUSTOM; role++) {
        buf_addf(&s->out, "\n| %s |", role_names[role]);
        for (unsigned p = READ_STUDIES; p <= DELETE_STUDIES; p++)
            buf_addf(&s->out, " %s |",
                     permissions_have(role_permissions((enum role)role), p) ? "yes" : "");
    }
    add(s, "\n");
}

static void add_security(struct conformance *s)
{
    buf_addf(
        &s->out,
        "\n## 6. Security\n\nHTTP/1.1. TLS ends in a proxy in front; without one the server "
        "takes no address that others can reach. Each request has "
        "`Authorization: Bearer` with an access token of %d minutes (OAuth 2 password form at "
        "`/api/v1/auth/token`, or `/api/v1/auth/login`); reading is also open to the cookie of "
        "the server's own pages. Basic authentication and tokens that last longer are not "
        "there. Pages of any origin may ask with a token (CORS). More: "
        "[SECURITY.md](../SECURITY.md).\n",
        ACCESS_TOKEN_SECONDS / 60);
    add_roles(s);
}

static void add_character_sets(struct conformance *s)
{
    const char *number;
    add(s, "\n## 7. Support of character sets\n\nEvery Specific Character Set (0008,0005) is kept; "
           "to be "
           "searched, and in JSON and XML, text becomes UTF-8 (`ISO_IR 192`). Known are ISO_IR 6 "
           "(none "
           "said), 192, GB18030, GBK, and with and without code extensions:");
    for (size_t i = 0; (number = charset_number(i)) != NULL; i++)
        buf_addf(&s->out, "%s %s", i == 0 ? "" : ",", number);
    add(s, ". What cannot be read becomes U+FFFD.\n");
}

static void add_sop_classes(struct conformance *s)
{
    add(s, "\n## Annex A. SOP classes\n\nEvery SOP class is stored, found and retrieved, known or "
           "private, "
           "as long as it has a UID. Those that are known by name:\n\n| SOP class | UID |\n| --- | "
           "--- "
           "|\n");
    for (size_t i = 0; i < sop_class_count; i++) {
        const char *name = sop_classes[i].name, *word = strstr(name, "Storage");
        if (word != NULL && strstr(name, "Commitment") == NULL &&
            strstr(name, "Media Storage") == NULL)
            buf_addf(&s->out, "| %s | %s |\n", name, sop_classes[i].uid);
    }
}

static const char *how_of(const struct composed_attribute *a)
{
    const struct image_attribute *column = image_attribute_find(a->tag);
    if (a->how == COMPOSED_WITHOUT_VALUE && column != NULL && column->level == LEVEL_STUDY)
        return "what its study says, else without a value";
    return a->how == COMPOSED_WITHOUT_VALUE ? "without a value"
           : a->how == COMPOSED_VALUE       ? a->value
           : a->how == COMPOSED_UID         ? "a UID of its own"
                                            : "the sender's: warning when missing";
}

static void add_composed(struct conformance *s)
{
    add(s,
        "\n## Annex B. Objects that are composed\n\nAn instance that comes as a data set with a "
        "document, "
        "model, picture or film beside it gets what its IOD has of types 1 and 2 and the data set "
        "leaves out:\n\n| Attribute | Tag | Of | Filled in with |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < composed_attribute_count; i++) {
        const struct composed_attribute *a = &composed_attributes[i];
        bool first = true;
        buf_addf(&s->out, "| %s | (%04X,%04X) | ", keyword_of(a->tag), (unsigned)(a->tag >> 16),
                 (unsigned)(a->tag & 0xFFFF));
        for (size_t n = 0; n < composed_class_count; n++) {
            const struct composed_class *c = &composed_classes[n];
            bool is_again = n != 0 && composed_classes[n - 1].iod == c->iod;
            if ((a->iods & (unsigned)c->iod) == 0 || is_again)
                continue;
            str name = str_of(class_name(c->sop_class_uid));
            if (str_ends(name, STR(" Storage")))
                name.len -= strlen(" Storage");
            buf_addf(&s->out, "%s%.*s", first ? "" : ", ", STR_ARG(name));
            first = false;
        }
        buf_addf(&s->out, " | %s |\n", how_of(a));
    }
    add(s,
        "\nBesides: UIDs, Modality, MIME Type of Encapsulated Document, and of a bit stream that "
        "can "
        "be read the Image Pixel Module and Lossy Image Compression with ratio and method. Without "
        "these pixel data is refused:");
    for (size_t i = 0; i < PIXEL_ATTRIBUTE_COUNT; i++)
        buf_addf(&s->out, "%s %s", i == 0 ? "" : ",", keyword_of(pixel_attributes[i]));
    add(s, ".\n");
}

int cli_conformance(str config_file, int count, char **arguments)
{
    static struct web_app web;
    struct arena a = {0};
    struct conformance s = {.out = BUF_IN(&a), .web = &web};
    (void)config_file;
    if (count > 1) {
        fprintf(stderr, "gantry: %s is not an option of conformance\n", arguments[1]);
        return EX_USAGE;
    }
    if (failed(internal_web_app_open(&web)))
        return EX_SOFTWARE;
    add_overview(&s);
    add_services(&s);
    add(&s, "\n## 5. Network and media communication details\n");
    add_limits(&s);
    add_status_codes(&s);
    add_transfer_syntaxes(&s);
    add_security(&s);
    add_character_sets(&s);
    add_sop_classes(&s);
    add_composed(&s);
    bool is_written = fwrite(s.out.ptr, 1, s.out.len, stdout) == s.out.len && fflush(stdout) == 0;
    web_app_close(&web);
    arena_deinit(&a);
    return is_written ? EX_OK : EX_IOERR;
}
