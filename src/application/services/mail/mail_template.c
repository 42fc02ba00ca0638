/* The values of each template. */
#include "application/services/mail/mail_template.h"

#include "base/arena.h"
#include "base/buf.h"

const struct mail_template_rules mail_template_rules[MAIL_TEMPLATE_COUNT] = {
    [MAIL_INVITATION] = {{{"invited_by", MAIL_TEXT, true},
                          {"path", MAIL_PATH, false},
                          {"valid_until", MAIL_TIME, false}}},
    [MAIL_PASSWORD_RESET] = {{{"path", MAIL_PATH, false}, {"valid_until", MAIL_TIME, false}}},
    [MAIL_PASSWORD_CHANGED] = {{{"changed_at", MAIL_TIME, false},
                                {"peer_address", MAIL_TEXT, true}}},
    [MAIL_NEW_SIGN_IN] = {{{"signed_in_at", MAIL_TIME, false},
                           {"peer_address", MAIL_TEXT, true},
                           {"device", MAIL_TEXT, true}}},
    [MAIL_SHARE_LINK] = {{{"shared_by", MAIL_TEXT, false},
                          {"path", MAIL_PATH, false},
                          {"valid_until", MAIL_TIME, true}}},
    [MAIL_UPLOAD_LINK] = {{{"requested_by", MAIL_TEXT, false},
                           {"path", MAIL_PATH, false},
                           {"valid_until", MAIL_TIME, true}}},
    [MAIL_API_KEY_CREATED] = {{{"key_name", MAIL_TEXT, false},
                               {"created_by", MAIL_TEXT, true},
                               {"created_at", MAIL_TIME, false}}},
    [MAIL_TEST] = {{{"path", MAIL_PATH, false}}},
    [MAIL_GLASS_BROKEN] = {{{"opened_by", MAIL_TEXT, false},
                            {"opened_at", MAIL_TIME, false},
                            {"valid_until", MAIL_TIME, false}}},
    [MAIL_MFA_REMOVED] = {{{"removed_by", MAIL_TEXT, false}, {"removed_at", MAIL_TIME, false}}},
    [MAIL_SECURITY_CHANGED] = {{{"changed_by", MAIL_TEXT, false},
                                {"changed_at", MAIL_TIME, false},
                                {"peer_address", MAIL_TEXT, true}}},
    [MAIL_STUDY_RECEIVED] = {{{"path", MAIL_PATH, false}}},
    [MAIL_INBOX_RECEIVED] = {{{"path", MAIL_PATH, false}}},
    [MAIL_SHARE_OPENED] = {{{"path", MAIL_PATH, false}}},
    [MAIL_TASK_SUCCEEDED] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
    [MAIL_TASK_FAILED] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
    [MAIL_REPORT_CRITICAL] = {{{"path", MAIL_PATH, false}}},
    [MAIL_REPORT_ESCALATED] = {{{"path", MAIL_PATH, false}}},
    [MAIL_REPORT_ACKNOWLEDGED] = {{{"path", MAIL_PATH, false}}},
    [MAIL_REPORT_TAKEN_OVER] = {{{"path", MAIL_PATH, false}}},
    [MAIL_WEBHOOK_DEACTIVATED] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
    [MAIL_DIGEST] = {{{"count", MAIL_TEXT, false},
                      {"list", MAIL_LIST, false},
                      {"more", MAIL_TEXT, true}}},
    [MAIL_STORAGE_LOW] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
    [MAIL_STORAGE_FULL] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
    [MAIL_STORAGE_OK] = {{{"path", MAIL_PATH, false}, {"detail", MAIL_TEXT, false}}},
};

const struct mail_language *const mail_languages[] = {&mail_english, &mail_german, NULL};

const struct mail_language *mail_language_of(str tag)
{
    str primary = str_sub(tag, 0, str_find_char(tag, '-'));
    for (size_t i = 0; mail_languages[i] != NULL; i++)
        if (str_eq_nocase(primary, str_of(mail_languages[i]->tag)))
            return mail_languages[i];
    return mail_languages[0];
}

const struct mail_value_rule *mail_value_rule_of(enum mail_template number, str name)
{
    const struct mail_value_rule *rules = mail_template_rules[number].values;
    for (size_t i = 0; i < MAIL_VALUE_COUNT_MAX && rules[i].name != NULL; i++)
        if (str_eq(name, str_of(rules[i].name)))
            return &rules[i];
    return NULL;
}

const char *mail_path_complaint(str path)
{
    if (path.len == 0 || path.ptr[0] != '/' || str_starts(path, STR("//")))
        return "must begin with one /";
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == '\0' || strchr("/-._~%?=&#:+", c) == NULL))
            return "has characters that are not of a URL";
    }
    return NULL;
}

static str value_of(const struct mail_values *values, str name)
{
    for (size_t i = 0; i < values->items.len; i++)
        if (str_eq(values->items.at[i].name, name))
            return values->items.at[i].value;
    return STR_NONE;
}

bool mail_fill(struct buf *out, const char *text, const struct mail_values *values,
               void (*add)(struct buf *out, str value))
{
    str rest = str_of(text);
    for (size_t open; (open = str_find_char(rest, '{')) != SIZE_MAX;) {
        size_t close = str_find_char(rest, '}');
        str value = value_of(values, str_sub(rest, open + 1, close));
        if (value.ptr == NULL)
            return false;
        add(out, str_sub(rest, 0, open));
        add(out, value);
        rest = str_sub(rest, close + 1, rest.len);
    }
    add(out, rest);
    return true;
}

/* Controls, separators of lines and paragraphs, directions and their isolates, what has no width,
 * language tags (Unicode general categories Cc, Zl, Zp, and most of Cf). */
static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C ||
           (c >= 0x200B && c <= 0x200F && c != 0x200C && c != 0x200D) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

str mail_clean(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = str_utf8_next(text, &at);
        buf_add_utf8(&out, is_invisible(c) ? ' ' : c);
    }
    return str_trim(buf_str(&out));
}
