/* What a mail says, once in plain text and once in HTML. */
#include "application/services/mail/mail_template.h"
#include "application/services/mail_service.h"

#include "base/html.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { TEXT_WIDTH = 72 /* characters of a line */ };
#define HIDDEN STR("\xE2\x80\xA6") /* … */

/* One of the two parts under way. */
struct part {
    struct arena *arena;
    const struct mail_values *values;
    struct buf out;
    bool is_html;
};

static void add_plain(struct buf *out, str value)
{
    buf_add(out, value);
}

static size_t width_of(str word)
{
    size_t count = 0;
    for (size_t at = 0; at < word.len; count++)
        str_utf8_next(word, &at);
    return count;
}

/* A paragraph in lines; a word that is too long has one of its own. */
static void add_wrapped(struct buf *out, str text)
{
    str rest = text, word;
    for (size_t column = 0; str_cut(&rest, ' ', &word);) {
        size_t width = width_of(word);
        bool is_new_line = column != 0 && column + 1 + width > TEXT_WIDTH;
        if (column != 0)
            buf_add_char(out, is_new_line ? '\n' : ' ');
        buf_add(out, word);
        column = (is_new_line || column == 0 ? 0 : column + 1) + width;
    }
    buf_add_char(out, '\n');
}

static void add_paragraph(struct part *p, const char *text, const char *style)
{
    struct buf filled = BUF_IN(p->arena);
    if (!mail_fill(&filled, text, p->values, p->is_html ? html_add : add_plain))
        return;
    if (p->is_html) {
        buf_addf(&p->out, "<p%s>%.*s</p>\n", style, STR_ARG(buf_str(&filled)));
        return;
    }
    if (p->out.len != 0)
        buf_add_char(&p->out, '\n');
    add_wrapped(&p->out, buf_str(&filled));
}

static void add_paragraphs(struct part *p, const char *const *texts, const char *style)
{
    for (size_t i = 0; texts[i] != NULL; i++)
        add_paragraph(p, texts[i], style);
}

static void add_link(struct part *p, const char *label)
{
    struct buf url = BUF_IN(p->arena);
    if (!mail_fill(&url, "{path}", p->values, p->is_html ? html_add : add_plain))
        return;
    if (!p->is_html) {
        buf_addf(&p->out, "\n%.*s\n", STR_ARG(buf_str(&url)));
        return;
    }
    buf_addf(&p->out,
             "<p style=\"margin:24px 0\"><a href=\"%.*s\" style=\"background:#1f5fa8;color:#ffffff;"
             "padding:12px 20px;border-radius:4px;text-decoration:none;display:inline-block\">%s"
             "</a></p>\n<p style=\"font-size:13px;color:#555555;word-break:break-all\">%.*s</p>\n",
             STR_ARG(buf_str(&url)), label, STR_ARG(buf_str(&url)));
}

/* The value of a list: each line a text, a tab and an address. */
static void add_list(struct part *p)
{
    str rest = STR_NONE, line, text;
    for (size_t i = 0; i < p->values->items.len; i++)
        if (str_eq(p->values->items.at[i].name, STR("list")))
            rest = p->values->items.at[i].value;
    if (rest.len == 0)
        return;
    buf_add(&p->out, p->is_html ? STR("<ul>\n") : STR("\n"));
    while (str_cut(&rest, '\n', &line)) {
        if (line.len == 0 || !str_cut(&line, '\t', &text))
            continue;
        if (!p->is_html) {
            buf_add(&p->out, STR("- "));
            add_wrapped(&p->out, text);
            buf_addf(&p->out, "  %.*s\n", STR_ARG(line));
            continue;
        }
        buf_add(&p->out, STR("<li><a href=\""));
        html_add(&p->out, line);
        buf_add(&p->out, STR("\">"));
        html_add(&p->out, text);
        buf_add(&p->out, STR("</a></li>\n"));
    }
    if (p->is_html)
        buf_add(&p->out, STR("</ul>\n"));
}

static str render_part(struct arena *a, const struct mail_language *language,
                       const struct mail_template_text *text, const struct mail_values *values,
                       bool is_html)
{
    struct part p = {.arena = a, .values = values, .out = BUF_IN(a), .is_html = is_html};
    if (is_html)
        buf_addf(&p.out,
                 "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><meta "
                 "name=\"viewport\" content=\"width=device-width\"></head>\n<body "
                 "style=\"font-family:sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;"
                 "max-width:560px;margin:0 auto;padding:24px\">\n",
                 language->tag);
    add_paragraph(&p, language->greeting, "");
    add_paragraphs(&p, text->before, "");
    add_list(&p);
    if (text->link != NULL)
        add_link(&p, text->link);
    add_paragraphs(&p, text->behind, "");
    buf_add(&p.out, is_html ? STR("<hr style=\"border:0;border-top:1px solid #cccccc\">\n")
                            : STR("\n-- \n"));
    if (is_html)
        add_paragraphs(&p, language->footer, " style=\"font-size:13px;color:#555555\"");
    else
        for (size_t i = 0; language->footer[i] != NULL; i++) {
            struct buf filled = BUF_IN(a);
            if (mail_fill(&filled, language->footer[i], values, add_plain))
                add_wrapped(&p.out, buf_str(&filled));
        }
    if (is_html)
        buf_add(&p.out, STR("</body>\n</html>\n"));
    return buf_str(&p.out);
}

/* "5" of "05". */
static str without_zero(str number)
{
    return number.ptr[0] == '0' ? str_sub(number, 1, number.len) : number;
}

static str time_words(struct arena *a, const struct mail_language *language, str text)
{
    struct buf out = BUF_IN(a);
    struct mail_value_slice items = {0};
    instant t;
    if (!instant_from_text(text, &t))
        return text;
    str utc = instant_text(a, t);
    int month = (utc.ptr[5] - '0') * 10 + utc.ptr[6] - '0';
    const struct mail_value parts[] = {{STR("day"), without_zero(str_sub(utc, 8, 10))},
                                       {STR("month"), str_of(language->months[month - 1])},
                                       {STR("year"), str_sub(utc, 0, 4)},
                                       {STR("hour"), str_sub(utc, 11, 13)},
                                       {STR("minute"), str_sub(utc, 14, 16)}};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        *SLICE_PUSH(a, &items) = parts[i];
    mail_fill(&out, language->time, &(struct mail_values){items}, add_plain);
    return buf_str(&out);
}

/* With addresses for paths. */
static str list_shown(struct arena *a, const struct services *services, str list)
{
    struct buf out = BUF_IN(a);
    str rest = list, line, text;
    while (str_cut(&rest, '\n', &line)) {
        if (line.len == 0)
            continue;
        str_cut(&line, '\t', &text);
        buf_addf(&out, "%.*s\t%.*s%.*s\n", STR_ARG(text), STR_ARG(services->mail.public_url),
                 STR_ARG(line));
    }
    return buf_str(&out);
}

/* As it is shown: times in words, paths as addresses. */
static void put(struct arena *a, const struct mail *mail, const struct services *services,
                const struct mail_value *value, struct mail_values *out)
{
    const struct mail_value_rule *rule = mail_value_rule_of(mail->template_name, value->name);
    str shown = value->value;
    if (rule != NULL && rule->kind == MAIL_TIME)
        shown = time_words(a, mail_language_of(mail->language), value->value);
    else if (rule != NULL && rule->kind == MAIL_LIST)
        shown = list_shown(a, services, value->value);
    else if (rule != NULL && rule->kind == MAIL_PATH)
        shown =
            str_format(a, "%.*s%.*s", STR_ARG(services->mail.public_url), STR_ARG(value->value));
    *SLICE_PUSH(a, &out->items) = (struct mail_value){value->name, shown};
}

static err read_values(struct arena *a, str json, struct mail_values *out)
{
    struct issues issues = {.arena = a};
    *out = (struct mail_values){0};
    TRY(json_read(a, json, &mail_values_schema, out, &issues));
    return issues.list.len == 0 ? OK : ERR(MALFORMED, "the values of the mail cannot be read");
}

static err read_secrets(struct services *services, struct arena *a, const struct mail *mail,
                        struct mail_values *out)
{
    str plain;
    *out = (struct mail_values){0};
    if (mail->secrets.ptr == NULL)
        return OK;
    str place = str_format(a, "mail %.*s", STR_ARG(uuid_text(a, mail->id)));
    TRY(unseal(services->seals, a, place, mail->secrets, &plain));
    return read_values(a, plain, out);
}

static bool has_value(const struct mail_values *values, str name)
{
    for (size_t i = 0; i < values->items.len; i++)
        if (str_eq(values->items.at[i].name, name))
            return true;
    return false;
}

/* What was forgotten or is not to be shown has dots in its place. */
static void hide_missing(struct arena *a, const struct mail *mail, struct mail_values *values)
{
    const struct mail_value_rule *rules = mail_template_rules[mail->template_name].values;
    for (size_t i = 0; i < MAIL_VALUE_COUNT_MAX && rules[i].name != NULL; i++)
        if (!rules[i].is_optional && !has_value(values, str_of(rules[i].name)))
            *SLICE_PUSH(a, &values->items) = (struct mail_value){str_of(rules[i].name), HIDDEN};
}

err mail_render(struct services *services, struct arena *a, const struct mail *mail,
                bool with_secrets, struct mail_content *out)
{
    struct mail_values stored, secrets = {0}, values = {0};
    if ((unsigned)mail->template_name >= MAIL_TEMPLATE_COUNT)
        return ERR(MALFORMED, "a newer program wrote this mail");
    TRY(read_values(a, mail->parameters, &stored));
    if (with_secrets)
        TRY(read_secrets(services, a, mail, &secrets));
    for (size_t i = 0; i < stored.items.len; i++)
        put(a, mail, services, &stored.items.at[i], &values);
    for (size_t i = 0; i < secrets.items.len; i++)
        put(a, mail, services, &secrets.items.at[i], &values);
    hide_missing(a, mail, &values);
    str greeted = mail->recipient_name.len == 0
                      ? STR("")
                      : str_format(a, " %.*s", STR_ARG(mail->recipient_name));
    *SLICE_PUSH(a, &values.items) = (struct mail_value){STR("greeted"), greeted};
    const struct mail_language *language = mail_language_of(mail->language);
    const struct mail_template_text *text = &language->texts[mail->template_name];
    *out = (struct mail_content){.subject = mail->subject,
                                 .text = render_part(a, language, text, &values, false),
                                 .html = render_part(a, language, text, &values, true)};
    return OK;
}
