/* Nothing here is taken from whoever asks or from the clock, so that the file that is stored and
 * the one that is asked for are the same. The modalities of the study are left out for the same
 * reason: storing the report adds to them. */
#include "application/models/report_pdf.h"

#include "application/models/report_writing.h"

enum standing_word {
    SAYS_DRAFT,
    SAYS_PRELIMINARY,
    SAYS_FINAL,
    SAYS_ADDENDED,
    SAYS_AMENDED,
    SAYS_SUPERSEDED,
    SAYS_RETRACTED,
    SAYS_CANCELLED,
    STANDING_WORD_COUNT
};

struct words {
    const char *patient, *birth_date, *sex, *patient_id;
    const char *sexes[3]; /* F, M, O */
    const char *study, *study_date, *accession_number, *referring_physician, *author;
    const char *values, *name, *value, *key_images, *series, *image, *frame;
    const char *addendum; /* "Addendum, {who}, {when}" */
    const char *reason;
    const char *signed_by, *meaning, *verification, *page, *report, *version;
    const char *standings[STANDING_WORD_COUNT];
};

static const struct words english = {
    .patient = "Patient",
    .birth_date = "Date of birth",
    .sex = "Sex",
    .patient_id = "Patient ID",
    .sexes = {"female", "male", "other"},
    .study = "Examination",
    .study_date = "Date",
    .accession_number = "Accession no.",
    .referring_physician = "Referred by",
    .author = "Reported by",
    .values = "Structured findings",
    .name = "Name",
    .value = "Value",
    .key_images = "Key images",
    .series = "series",
    .image = "image",
    .frame = "frame",
    .addendum = "Addendum",
    .reason = "Reason for this version",
    .signed_by = "Signed electronically by",
    .meaning = "Meaning of the signature",
    .verification = "This address tells whether the signature holds, and whether this version of "
                    "the report is current.",
    .page = "Page {page} of {pages}",
    .report = "Report",
    .version = "version",
    .standings = {"Draft: not signed", "Preliminary: not signed", "Final", "Final, with addendum",
                  "Amended", "Superseded by a later version", "Retracted",
                  "Cancelled: never signed"},
};

static const struct words german = {
    .patient = "Patient",
    .birth_date = "Geburtsdatum",
    .sex = "Geschlecht",
    .patient_id = "Patienten-ID",
    .sexes = {"weiblich", "männlich", "divers"},
    .study = "Untersuchung",
    .study_date = "Datum",
    .accession_number = "Auftragsnummer",
    .referring_physician = "Zuweisung",
    .author = "Befundet von",
    .values = "Strukturierte Befunde",
    .name = "Bezeichnung",
    .value = "Wert",
    .key_images = "Schlüsselbilder",
    .series = "Serie",
    .image = "Bild",
    .frame = "Frame",
    .addendum = "Nachtrag",
    .reason = "Grund für diese Fassung",
    .signed_by = "Elektronisch signiert von",
    .meaning = "Bedeutung der Signatur",
    .verification = "Unter dieser Adresse steht, ob die Signatur gilt und ob diese Fassung des "
                    "Befundes aktuell ist.",
    .page = "Seite {page} von {pages}",
    .report = "Befund",
    .version = "Fassung",
    .standings = {"Entwurf: nicht signiert", "Vorläufig: nicht signiert", "Endgültig",
                  "Endgültig, mit Nachtrag", "Berichtigt", "Durch eine spätere Fassung ersetzt",
                  "Widerrufen", "Verworfen: nie signiert"},
};

struct writing {
    struct arena *arena;
    const struct report_document *from;
    const struct words *words;
    bool is_german;
    struct pdf_document out;
};

/* What is longer than a label may be ends with "…", behind a whole character. */
static str fit(struct arena *a, str text, size_t size_max)
{
    if (text.len <= size_max)
        return text;
    return str_format(a, "%.*s…", STR_ARG(str_clip(text, size_max - (sizeof "…" - 1))));
}

static str label(struct writing *w, str text)
{
    return fit(w->arena, text, PDF_LABEL_SIZE_MAX);
}

static str day_text(struct writing *w, date day)
{
    return w->is_german ? str_format(w->arena, "%02d.%02d.%04d", day.ymd % 100, day.ymd / 100 % 100,
                                     day.ymd / 10000)
                        : date_text(w->arena, day);
}

static str dicom_day(struct writing *w, str value)
{
    date day;
    return date_from_dicom(value, &day) ? day_text(w, day) : value;
}

/* "2026-11-27 14:03 +01:00": on the clock of the study's place where that is known. */
static str moment_text(struct writing *w, instant at)
{
    str zone = w->from->study.timezone_offset_from_utc;
    int64_t offset = 0;
    bool is_known = zone.len == 5 && str_to_i64(str_sub(zone, 1, 5), &offset) && offset % 100 < 60;
    int64_t minutes = is_known ? offset / 100 * 60 + offset % 100 : 0;
    if (is_known && zone.ptr[0] == '-')
        minutes = -minutes;
    str text = instant_text(w->arena, instant_add(at, SECONDS(minutes * 60)));
    date day;
    if (!date_from_text(str_sub(text, 0, 10), &day))
        return STR("");
    str clock = str_sub(text, 11, 16);
    return is_known
               ? str_format(w->arena, "%.*s %.*s %.*s:%.*s", STR_ARG(day_text(w, day)),
                            STR_ARG(clock), STR_ARG(str_sub(zone, 0, 3)),
                            STR_ARG(str_sub(zone, 3, 5)))
               : str_format(w->arena, "%.*s %.*s UTC", STR_ARG(day_text(w, day)), STR_ARG(clock));
}

/* ---- the head ---- */

static void add_field(struct writing *w, struct pdf_field_slice *to, const char *name, str value)
{
    if (value.len != 0)
        *SLICE_PUSH(w->arena, to) = (struct pdf_field){str_of(name), label(w, value)};
}

static str sex_text(const struct words *words, str sex)
{
    size_t at = sex.len == 1 ? str_find_char(STR("FMO"), sex.ptr[0]) : SIZE_MAX;
    return at != SIZE_MAX ? str_of(words->sexes[at]) : sex;
}

static void add_head(struct writing *w)
{
    const struct study *s = &w->from->study;
    const struct words *words = w->words;
    struct pdf_document *out = &w->out;
    out->organization_name = label(w, w->from->organization_name);
    add_field(w, &out->patient, words->patient, report_name_text(w->arena, s->patient_name));
    add_field(w, &out->patient, words->birth_date, dicom_day(w, s->patient_birth_date));
    add_field(w, &out->patient, words->sex, sex_text(words, s->patient_sex));
    add_field(w, &out->patient, words->patient_id, s->patient_id);
    add_field(w, &out->study, words->study, s->study_description);
    add_field(w, &out->study, words->study_date, dicom_day(w, s->study_date));
    add_field(w, &out->study, words->accession_number, s->accession_number);
    add_field(w, &out->study, words->referring_physician,
              report_name_text(w->arena, s->referring_physician_name));
    add_field(w, &out->study, words->author, w->from->version.author_name);
}

/* ---- the text ---- */

static void add_paragraph(struct writing *w, str heading, str text)
{
    struct pdf_section *section = SLICE_PUSH(w->arena, &w->out.sections);
    section->heading = label(w, heading);
    if (str_trim(text).len != 0)
        *SLICE_PUSH(w->arena, &section->blocks) =
            (struct pdf_block){.kind = PDF_PARAGRAPH, .text = text};
}

static str value_text(struct writing *w, const struct report_value *v)
{
    date day;
    if (v->type == REPORT_VALUE_DATE && date_from_text(v->value, &day))
        return day_text(w, day);
    return v->unit.len != 0 ? str_format(w->arena, "%.*s %.*s", STR_ARG(v->value), STR_ARG(v->unit))
                            : v->value;
}

/* Short ones in a table; one that no cell holds is a paragraph behind it. */
static void add_values(struct writing *w)
{
    const struct report_value_slice *values = &w->from->content.values;
    struct pdf_block table = {.kind = PDF_TABLE};
    struct pdf_block_slice blocks = {0};
    if (values->len == 0)
        return;
    *SLICE_PUSH(w->arena, &table.head) = str_of(w->words->name);
    *SLICE_PUSH(w->arena, &table.head) = str_of(w->words->value);
    for (size_t i = 0; i < values->len; i++) {
        const struct report_value *v = &values->at[i];
        str name = v->label.len != 0 ? v->label : v->name, text = value_text(w, v);
        if (text.len > PDF_LABEL_SIZE_MAX) {
            *SLICE_PUSH(w->arena, &blocks) = (struct pdf_block){
                .kind = PDF_PARAGRAPH,
                .text = str_format(w->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(text))};
            continue;
        }
        *SLICE_PUSH(w->arena, &table.cells) = label(w, name);
        *SLICE_PUSH(w->arena, &table.cells) = text;
    }
    struct pdf_section *section = SLICE_PUSH(w->arena, &w->out.sections);
    section->heading = str_of(w->words->values);
    if (table.cells.len != 0)
        *SLICE_PUSH(w->arena, &section->blocks) = table;
    for (size_t i = 0; i < blocks.len; i++)
        *SLICE_PUSH(w->arena, &section->blocks) = blocks.at[i];
}

/* "Lesion (series 4, image 12, frame 3)": what a reader finds it by. */
static str image_text(struct writing *w, size_t at)
{
    const struct report_key_image *image = &w->from->content.key_images.at[at];
    const struct report_image_place *place = &w->from->places.at[at];
    struct buf out = BUF_IN(w->arena);
    if (place->series_number.is_set)
        buf_addf(&out, "%s %lld, ", w->words->series, (long long)place->series_number.value);
    if (place->instance_number.is_set)
        buf_addf(&out, "%s %lld", w->words->image, (long long)place->instance_number.value);
    else
        buf_addf(&out, "%s %.*s", w->words->image, STR_ARG(image->sop_instance_uid));
    if (image->frame != 0)
        buf_addf(&out, ", %s %lld", w->words->frame, (long long)image->frame);
    str where = buf_str(&out);
    return image->caption.len != 0
               ? str_format(w->arena, "%.*s (%.*s)", STR_ARG(image->caption), STR_ARG(where))
               : where;
}

static void add_key_images(struct writing *w)
{
    struct pdf_block list = {.kind = PDF_LIST};
    if (w->from->content.key_images.len == 0)
        return;
    for (size_t i = 0; i < w->from->content.key_images.len; i++)
        *SLICE_PUSH(w->arena, &list.items) = image_text(w, i);
    struct pdf_section *section = SLICE_PUSH(w->arena, &w->out.sections);
    section->heading = str_of(w->words->key_images);
    *SLICE_PUSH(w->arena, &section->blocks) = list;
}

static void add_sections(struct writing *w)
{
    const struct report_content *content = &w->from->content;
    if (w->from->version.reason.len != 0)
        add_paragraph(w, str_of(w->words->reason), w->from->version.reason);
    for (size_t i = 0; i < content->sections.len; i++)
        add_paragraph(w, content->sections.at[i].heading, content->sections.at[i].text);
    add_values(w);
    for (size_t i = 0; i < content->addenda.len; i++) {
        const struct report_addendum *added = &content->addenda.at[i];
        add_paragraph(w,
                      str_format(w->arena, "%s, %.*s, %.*s", w->words->addendum,
                                 STR_ARG(added->author_name),
                                 STR_ARG(moment_text(w, added->written_at))),
                      added->text);
    }
    add_key_images(w);
}

/* ---- where it stands ---- */

static enum standing_word standing_of_signed(const struct report_document *d,
                                             enum report_pdf_standing standing)
{
    bool as_it_stands = standing == REPORT_PDF_AS_IT_STANDS;
    if (as_it_stands && d->report.state == REPORT_RETRACTED)
        return SAYS_RETRACTED;
    if (as_it_stands && d->version.number < d->report.signed_number)
        return SAYS_SUPERSEDED;
    return d->version.kind == REPORT_ORIGINAL   ? SAYS_FINAL
           : d->version.kind == REPORT_ADDENDUM ? SAYS_ADDENDED
                                                : SAYS_AMENDED;
}

static enum standing_word standing_of(const struct report_document *d,
                                      enum report_pdf_standing standing)
{
    if (report_version_is_signed(&d->version))
        return standing_of_signed(d, standing);
    return report_is_closed(&d->report)            ? SAYS_CANCELLED
           : d->report.state == REPORT_PRELIMINARY ? SAYS_PRELIMINARY
                                                   : SAYS_DRAFT;
}

/* What nobody may rely on says so across each page. */
static void add_standing(struct writing *w, enum report_pdf_standing standing)
{
    static const enum pdf_status statuses[STANDING_WORD_COUNT] = {
        PDF_DRAFT,   PDF_PRELIMINARY, PDF_FINAL,     PDF_AMENDED,
        PDF_AMENDED, PDF_WITHDRAWN,   PDF_WITHDRAWN, PDF_WITHDRAWN};
    enum standing_word word = standing_of(w->from, standing);
    str text = str_of(w->words->standings[word]);
    bool counts = word == SAYS_FINAL || word == SAYS_ADDENDED || word == SAYS_AMENDED;
    size_t end = str_find_char(text, ':');
    w->out.status = statuses[word];
    w->out.status_text = text;
    w->out.watermark = counts ? STR_NONE : str_sub(text, 0, end);
}

static void add_signature(struct writing *w, str public_url)
{
    const struct report_version *v = &w->from->version;
    if (!report_version_is_signed(v))
        return;
    *SLICE_PUSH(w->arena, &w->out.signatures) = (struct pdf_signature){
        .heading = str_of(w->words->signed_by),
        .who = label(w, v->signer_name),
        .role = v->meaning.len != 0 ? label(w, str_format(w->arena, "%s: %.*s", w->words->meaning,
                                                          STR_ARG(v->meaning)))
                                    : STR_NONE,
        .when = moment_text(w, v->signed_at),
        .hash = v->hash,
        .verification_url = public_url.len != 0
                                ? str_format(w->arena, "%.*s/verify/%.*s", STR_ARG(public_url),
                                             STR_ARG(v->verification_code))
                                : STR_NONE,
        .verification_text = public_url.len != 0 ? str_of(w->words->verification) : STR_NONE};
}

static bool is_in_german(str language)
{
    return str_starts_nocase(language, STR("de")) && (language.len == 2 || language.ptr[2] == '-');
}

struct pdf_document report_pdf_document(struct arena *a, const struct report_document *d,
                                        str public_url, enum report_pdf_standing standing)
{
    const struct report_version *v = &d->version;
    bool is_german = is_in_german(v->language);
    struct writing w = {a, d, is_german ? &german : &english, is_german, {0}};
    w.out = (struct pdf_document){
        .language = v->language,
        .title = fit(a, v->title, PDF_TITLE_SIZE_MAX),
        .footer =
            str_format(a, "%s %.*s, %s %lld", w.words->report, STR_ARG(uuid_text(a, d->report.id)),
                       w.words->version, (long long)v->number),
        .words = {.page = str_of(w.words->page), .key_images = str_of(w.words->key_images)},
        .author = label(&w, report_version_is_signed(v) ? v->signer_name : v->author_name),
        .created_at = report_version_is_signed(v) ? v->signed_at : v->updated_at};
    add_head(&w);
    add_standing(&w, standing);
    add_sections(&w);
    add_signature(&w, public_url);
    return w.out;
}

err report_pdf_render(const struct services *services, struct arena *a,
                      const struct report_document *d, enum report_pdf_standing standing, str *out)
{
    const struct pdf_document document =
        report_pdf_document(a, d, services->mail.public_url, standing);
    struct buf bytes = BUF_IN(a);
    struct memory_sink sink;
    memory_sink_init(&sink, &bytes);
    TRY(pdf_render(services->pdf, a, &document, &sink.base, NULL));
    *out = buf_str(&bytes);
    return OK;
}
