/* Schemas of what stands in a report, and what forms ask for. */
#include "domain/entities/report_content.h"

#include "base/arena.h"
#include "base/json.h"
#include "dicom/person_name.h"

const char *const report_value_type_names[] = {"text", "number", "choice", "date", NULL};
_Static_assert(COUNT_OF(report_value_type_names) == REPORT_VALUE_TYPE_COUNT + 1,
               "a type without a name");

SCHEMA(form_section,
       FIELD(form_section, heading, .flags = REQUIRED, .min = 1, .max = REPORT_HEADING_SIZE_MAX,
             .example = "Findings"),
       FIELD(form_section, text, .max = REPORT_SECTION_SIZE_MAX,
             .doc = "What it begins with; {PatientAge}, {StudyDate} and the like are filled in"),
       FIELD(form_section, is_required, .doc = "A report is not submitted without it"));
SCHEMA(form_field,
       FIELD(form_field, name, .flags = REQUIRED, .min = 1, .max = REPORT_NAME_SIZE_MAX,
             .example = "lesion_diameter"),
       FIELD(form_field, label, .max = REPORT_HEADING_SIZE_MAX, .example = "Diameter"),
       FIELD_ENUM_OF(form_field, type, report_value_type_names,
                     .doc = "text, number, choice or date"),
       FIELD(form_field, unit, .max = REPORT_UNIT_SIZE_MAX, .doc = "UCUM", .example = "mm"),
       FIELD(form_field, minimum, .max = REPORT_UNIT_SIZE_MAX, .doc = "Of a number",
             .example = "0"),
       FIELD(form_field, maximum, .max = REPORT_UNIT_SIZE_MAX, .doc = "Of a number"),
       FIELD(form_field, choices, .max = REPORT_CHOICE_COUNT_MAX), FIELD(form_field, is_required));
SCHEMA(form_macro,
       FIELD(form_macro, name, .flags = REQUIRED, .min = 1, .max = REPORT_NAME_SIZE_MAX,
             .example = "nochest"),
       FIELD(form_macro, text, .flags = REQUIRED, .max = REPORT_MACRO_SIZE_MAX,
             .doc = "May have {PatientAge}, {StudyDate} and the like"));
SCHEMA(report_form,
       FIELD_LIST_OF(report_form, sections, form_section, .max = REPORT_SECTION_COUNT_MAX),
       FIELD_LIST_OF(report_form, fields, form_field, .max = REPORT_VALUE_COUNT_MAX),
       FIELD_LIST_OF(report_form, macros, form_macro, .max = REPORT_MACRO_COUNT_MAX));

SCHEMA(report_section,
       FIELD(report_section, heading, .flags = REQUIRED, .min = 1, .max = REPORT_HEADING_SIZE_MAX,
             .example = "Findings"),
       FIELD(report_section, text, .flags = PHI, .max = REPORT_SECTION_SIZE_MAX));
SCHEMA(report_value,
       FIELD(report_value, name, .flags = REQUIRED, .min = 1, .max = REPORT_NAME_SIZE_MAX),
       FIELD(report_value, label, .max = REPORT_HEADING_SIZE_MAX),
       FIELD_ENUM_OF(report_value, type, report_value_type_names,
                     .doc = "text, number, choice or date"),
       FIELD(report_value, value, .flags = PHI, .max = REPORT_VALUE_SIZE_MAX,
             .doc = "A number with a decimal point, a day as 2026-11-27"),
       FIELD(report_value, unit, .max = REPORT_UNIT_SIZE_MAX, .doc = "UCUM"));
SCHEMA(report_key_image, FIELD(report_key_image, instance_id, .flags = REQUIRED),
       FIELD(report_key_image, frame, .doc = "From 1, which it is unless it is said"),
       FIELD(report_key_image, caption, .flags = PHI, .max = SHORT_TEXT_SIZE_MAX),
       FIELD(report_key_image, series_instance_uid, .max = UID_SIZE_MAX,
             .doc = "Filled in by the server"),
       FIELD(report_key_image, sop_instance_uid, .max = UID_SIZE_MAX,
             .doc = "Filled in by the server"),
       FIELD(report_key_image, sop_class_uid, .max = UID_SIZE_MAX,
             .doc = "Filled in by the server"));
SCHEMA(report_addendum, FIELD(report_addendum, number, .doc = "Of the version that brought it"),
       FIELD(report_addendum, text, .flags = PHI, .max = REPORT_SECTION_SIZE_MAX),
       FIELD(report_addendum, author_name), FIELD(report_addendum, written_at));
SCHEMA(report_content,
       FIELD_LIST_OF(report_content, sections, report_section, .max = REPORT_SECTION_COUNT_MAX),
       FIELD_LIST_OF(report_content, values, report_value, .max = REPORT_VALUE_COUNT_MAX),
       FIELD_LIST_OF(report_content, key_images, report_key_image,
                     .max = REPORT_KEY_IMAGE_COUNT_MAX),
       FIELD_LIST_OF(report_content, addenda, report_addendum, .max = REPORT_ADDENDUM_COUNT_MAX));

static void complain(struct issues *issues, const char *list, str name, const char *text)
{
    issues_add(issues, str_format(issues->arena, "%s.%.*s", list, STR_ARG(name)), text);
}

static void check_limits(const struct form_field *f, struct issues *issues)
{
    double low, high;
    bool has_low = f->minimum.len != 0, has_high = f->maximum.len != 0;
    if (f->type != REPORT_VALUE_NUMBER && (has_low || has_high || f->unit.len != 0))
        complain(issues, "fields", f->name, "only a number has a unit and limits");
    else if ((has_low && !str_to_double(f->minimum, &low)) ||
             (has_high && !str_to_double(f->maximum, &high)))
        complain(issues, "fields", f->name, "has a limit that is no number");
    else if (has_low && has_high && low > high)
        complain(issues, "fields", f->name, "has limits that leave nothing");
    if ((f->type == REPORT_VALUE_CHOICE) != (f->choices.len != 0))
        complain(issues, "fields", f->name, "choices are for the type choice, which needs some");
}

void report_form_check(const struct report_form *form, struct issues *issues)
{
    for (size_t i = 0; i < form->fields.len; i++) {
        check_limits(&form->fields.at[i], issues);
        for (size_t k = 0; k < i; k++)
            if (str_eq(form->fields.at[i].name, form->fields.at[k].name))
                complain(issues, "fields", form->fields.at[i].name, "is there twice");
    }
    for (size_t i = 0; i < form->sections.len; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(form->sections.at[i].heading, form->sections.at[k].heading))
                complain(issues, "sections", form->sections.at[i].heading, "is there twice");
    for (size_t i = 0; i < form->macros.len; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(form->macros.at[i].name, form->macros.at[k].name))
                complain(issues, "macros", form->macros.at[i].name, "is there twice");
}

static const char *value_complaint(const struct form_field *f, enum report_value_type type,
                                   str value)
{
    double number, limit;
    date day;
    bool is_chosen = f == NULL;
    if (value.len == 0 || type == REPORT_VALUE_TEXT)
        return NULL;
    if (type == REPORT_VALUE_DATE)
        return date_from_text(value, &day) ? NULL : "is not a day like 2026-11-27";
    if (type == REPORT_VALUE_NUMBER) {
        if (!str_to_double(value, &number))
            return "is not a number";
        if (f != NULL && f->minimum.len != 0 && str_to_double(f->minimum, &limit) && number < limit)
            return "is below its minimum";
        if (f != NULL && f->maximum.len != 0 && str_to_double(f->maximum, &limit) && number > limit)
            return "is above its maximum";
        return NULL;
    }
    for (size_t i = 0; f != NULL && i < f->choices.len; i++)
        is_chosen |= str_eq(value, f->choices.at[i]);
    return is_chosen ? NULL : "is not among its choices";
}

static const struct report_value *value_named(const struct report_value_slice *values, str name)
{
    for (size_t i = 0; i < values->len; i++)
        if (str_eq(values->at[i].name, name))
            return &values->at[i];
    return NULL;
}

static bool form_has(const struct report_form *form, str name)
{
    for (size_t i = 0; i < form->fields.len; i++)
        if (str_eq(form->fields.at[i].name, name))
            return true;
    return false;
}

static void check_free(const struct report_value_slice *values, struct issues *issues)
{
    for (size_t i = 0; i < values->len; i++) {
        const struct report_value *v = &values->at[i];
        const char *text = value_complaint(NULL, v->type, v->value);
        if (text != NULL)
            complain(issues, "values", v->name, text);
    }
}

void report_values_check(const struct report_form *form, struct arena *a,
                         struct report_value_slice *values, struct issues *issues)
{
    struct report_value_slice ordered = {0};
    for (size_t i = 0; i < values->len; i++) {
        str name = values->at[i].name;
        if (value_named(values, name) != &values->at[i])
            complain(issues, "values", name, "is there twice");
        if (form->fields.len != 0 && !form_has(form, name))
            complain(issues, "values", name, "is not a field of the form");
    }
    if (form->fields.len == 0) {
        check_free(values, issues);
        return;
    }
    for (size_t i = 0; i < form->fields.len; i++) {
        const struct form_field *f = &form->fields.at[i];
        const struct report_value *v = value_named(values, f->name);
        if (v == NULL || v->value.len == 0)
            continue;
        const char *text = value_complaint(f, f->type, v->value);
        if (text != NULL)
            complain(issues, "values", f->name, text);
        *SLICE_PUSH(a, &ordered) = (struct report_value){.name = f->name,
                                                         .label = f->label,
                                                         .type = f->type,
                                                         .value = v->value,
                                                         .unit = f->unit};
    }
    *values = ordered;
}

static bool section_is_filled(const struct report_content *content, str heading)
{
    for (size_t i = 0; i < content->sections.len; i++)
        if (str_eq(content->sections.at[i].heading, heading) &&
            str_trim(content->sections.at[i].text).len != 0)
            return true;
    return false;
}

void report_content_check_complete(const struct report_form *form,
                                   const struct report_content *content, struct issues *issues)
{
    bool has_text = false;
    for (size_t i = 0; i < form->sections.len; i++)
        if (form->sections.at[i].is_required &&
            !section_is_filled(content, form->sections.at[i].heading))
            complain(issues, "sections", form->sections.at[i].heading, "is required");
    for (size_t i = 0; i < form->fields.len; i++)
        if (form->fields.at[i].is_required &&
            value_named(&content->values, form->fields.at[i].name) == NULL)
            complain(issues, "values", form->fields.at[i].name, "is required");
    for (size_t i = 0; i < content->sections.len; i++)
        has_text |= str_trim(content->sections.at[i].text).len != 0;
    if (!has_text && content->values.len == 0)
        issues_add(issues, STR("sections"), "nothing is written in any of them");
    const struct report_addendum_slice *addenda = &content->addenda;
    if (addenda->len != 0 && str_trim(addenda->at[addenda->len - 1].text).len == 0)
        issues_add(issues, STR("addendum"), "nothing is written in it");
}

static void add_text(struct buf *out, str text)
{
    if (text.len == 0)
        return;
    if (out->len != 0)
        buf_add_char(out, ' ');
    buf_add(out, text);
}

str report_search_text(struct arena *a, str title, const struct report_content *content)
{
    struct buf text = BUF_IN(a);
    add_text(&text, title);
    for (size_t i = 0; i < content->sections.len; i++) {
        add_text(&text, content->sections.at[i].heading);
        add_text(&text, content->sections.at[i].text);
    }
    for (size_t i = 0; i < content->values.len; i++) {
        add_text(&text, content->values.at[i].label);
        add_text(&text, content->values.at[i].value);
        add_text(&text, content->values.at[i].unit);
    }
    for (size_t i = 0; i < content->key_images.len; i++)
        add_text(&text, content->key_images.at[i].caption);
    for (size_t i = 0; i < content->addenda.len; i++)
        add_text(&text, content->addenda.at[i].text);
    return search_fold(a, buf_str(&text));
}

size_t report_content_size(const struct report_content *content)
{
    size_t size = 0;
    for (size_t i = 0; i < content->sections.len; i++)
        size += content->sections.at[i].heading.len + content->sections.at[i].text.len;
    for (size_t i = 0; i < content->values.len; i++)
        size += content->values.at[i].value.len + content->values.at[i].label.len;
    for (size_t i = 0; i < content->key_images.len; i++)
        size += content->key_images.at[i].caption.len;
    for (size_t i = 0; i < content->addenda.len; i++)
        size += content->addenda.at[i].text.len;
    return size;
}

static str text_of(struct arena *a, const struct schema *schema, const void *object)
{
    struct buf out = BUF_IN(a);
    json_write(&out, schema, object, JSON_INTERNAL);
    return buf_str(&out);
}

static err read(struct arena *a, str text, const struct schema *schema, void *out)
{
    struct issues issues = {.arena = a};
    if (text.len == 0)
        return OK;
    TRY(json_read(a, text, schema, out, &issues));
    return issues.list.len == 0 ? OK : ERR(MALFORMED, "the kept report is not of its schema");
}

str report_content_text(struct arena *a, const struct report_content *content)
{
    return text_of(a, &report_content_schema, content);
}

err report_content_read(struct arena *a, str text, struct report_content *out)
{
    *out = (struct report_content){0};
    return read(a, text, &report_content_schema, out);
}

str report_form_text(struct arena *a, const struct report_form *form)
{
    return text_of(a, &report_form_schema, form);
}

err report_form_read(struct arena *a, str text, struct report_form *out)
{
    *out = (struct report_form){0};
    return read(a, text, &report_form_schema, out);
}
