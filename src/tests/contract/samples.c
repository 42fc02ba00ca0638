/* The table, and storing it. */
#include "tests/contract/samples.h"

#include "dicom/person_name.h"

#define SATO "Sato^Ken=佐藤^健"

const struct sample samples[] = {
    {"20200101", "080000", "A001", "S1", "CT Chest", "Weber^Anna", "Müller^Jürgen^Großmann", "DE-1",
     "", "19570312", "M", "CT2"},
    {"20200115", "0930", "A002", "S2", "CT Abdomen", "Weber^Anna", "Mueller^Hans", "DE-2",
     "CLINIC-A", "19600101", "M", "CT1 SR1"},
    {"20200201", "101500.123", "A003", "S3", "MR Brain", "Østergård^Bjørn", "Østergård^Søren",
     "DK-1", "", "19710405", "M", "MR2"},
    {"20200201", "235959", "A004", "S4", "MR Knee", "", "Łukasiewicz^Żaneta", "PL-1", "",
     "19910105", "F", "MR1"},
    {"20200310", "00", "A005", "", "US Abdomen", "Weber^Anna", "Nguyễn^Thị Minh Khai", "VN-1", "",
     "19840721", "F", "US1"},
    {"20200311", "", "", "S6", "", "", "Παπαδοπούλου^Ελένη", "GR-1", "", "19680930", "F", "CR1"},
    {"20200401", "120000", "A007", "S7", "Chest PA", "Иванов^Пётр", "Достоевская^Анна^Григорьевна",
     "RU-1", "", "19460830", "F", "DX1"},
    {"20200402", "120000", "A008", "S8", "Chest bedside", "Иванов^Пётр", "Достоевский^Фёдор",
     "RU-2", "", "19211111", "M", "CR1"},
    {"20200501", "070000", "A009", "S9", "CT Head", SATO, "Yamada^Tarou=山田^太郎=やまだ^たろう",
     "JP-1", "", "19750415", "M", "CT1"},
    {"20200502", "071500", "A010", "S10", "CT Head", SATO, "Yamada^Hanako=山田^花子=やまだ^はなこ",
     "JP-2", "", "19800102", "F", "CT1"},
    {"20200601", "140000", "A011", "S11", "MR Liver", "", "Hong^Gildong=洪^吉洞=홍^길동", "KR-1",
     "", "19820214", "M", "MR1"},
    {"20200602", "150000", "A012", "S12", "PET/CT FDG", "", "Wang^XiaoDong=王^小东", "CN-1", "",
     "19900606", "M", "PT1 CT1"},
    {"20200701", "160000", "A013", "S13", "Chest 100% AP_view", "", "كوهين^سارة", "AR-1", "",
     "19790909", "F", "DX1"},
    {"20200702", "160100", "A014", "S14", "Chest 100x APxview", "", "שרון^דבורה", "HE-1", "",
     "19631121", "F", "DX1"},
    {"20200703", "160200", "A015", "S15", "US Thyroid", "", "สมชาย^ใจดี", "TH-1", "", "19700101",
     "M", "US1"},
    {"20200801", "090000", "A016", "S16", "CT Chest", "Weber^Anna", "Smith^John^Q^Dr.", "US-1", "",
     "19490704", "M", "CT1"},
    {"20200802", "091500", "A017", "S17", "MR Brain", "", "Smith^John", "US-2", "ISSUER-B",
     "19500505", "M", "MR1"},
    {"20200803", "093000", "A018", "S18", "CT Chest", "", "SMITH^JANE", "US-3", "", "19510606", "F",
     "CT1"},
    {"20200804", "094500", "A019", "S19", "Hand", "", "smithers^wayland", "US-4", "", "19520707",
     "M", "CR1"},
    {"20200805", "100000", "A020", "S20", "CT Head", "", "O'Brien^Conan", "IE-1", "", "19880808",
     "M", "CT1"},
    {"20200901", "110000", "A021", "S21", "Bone scan", "", "van der Berg^Piet", "NL-1", "",
     "19550909", "M", "NM1"},
    {"20200902", "113000", "A022", "S22", "Unknown patient", "", "", "", "", "", "", "OT1"},
    {"20200903", "120000", "A023", "S23", "Quote \"here\" \\ there", "", "Quote^A", "Q-1", "", "",
     "O", "OT1"},
    {"20200904", "123000", "a023", "S24", "quote", "", "Quote^B", "q-1", "", "", "O", "OT1"},
    {"20201001", "080000", "A025", "S25", "MR Spine", "", "Becker^Eva", "DE-3", "CLINIC-A",
     "19770707", "F", "MR3"},
    {"20201001", "080000", "A026", "S26", "MR Spine", "", "Becker^Eva", "DE-3", "CLINIC-A",
     "19770707", "F", "MR3"},
    {"20201001", "070000", "A027", "S27", "MR Spine", "", "Becker^Eva", "DE-3", "CLINIC-B",
     "19770707", "F", "MR3"},
    {"20201102", "010000", "A028", "S28", "PET/CT", "Weber^Anna", "Ärzte^Die", "DE-4", "",
     "19820101", "O", "PT2 CT3 SR1"},
    {"20201103", "020000", "A029", "S29", "Angiography", "", "Ng^A", "SG-1", "", "19850101", "F",
     "XA4"},
    {"20201104", "030000", "A030", "S30", "Angiography", "", "Ng^B", "SG-2", "", "19850202", "M",
     "XA1"},
    {"20201105", "040000", "A031", "S31", "Mammography", "", "Garcia^Núñez", "ES-1", "", "19600303",
     "F", "MG4 SR1"},
    {"20201106", "050000", "A032", "S32", "Mammography", "", "GARCÍA^NUÑEZ", "ES-2", "", "19600304",
     "F", "MG4"},
    {"20201107", "060000", "A033", "S33", "Dental", "", "İnci^Işık", "TR-1", "", "19990101", "F",
     "IO1"},
    {"20201108", "070000", "A034", "S34", "Dental", "", "Straße^Fritz", "DE-5", "", "19990102", "M",
     "PX1"},
    {"20201109", "080000", "A035", "S35", "Dental", "", "Strasse^Frida", "DE-6", "", "19990103",
     "F", "PX1"},
    {"20201110", "090000", "A036", "S36", "Whole body", "", "A^B=C^D", "X-1", "", "19990104", "M",
     "CT1"},
    {"20201111", "100000", "A037", "S37", "Whole body", "", "Doe^*^?", "X*2", "", "19990105", "M",
     "CT1"},
    {"", "110000", "A038", "S38", "No date", "", "Doe^Jane", "X-3", "", "19990106", "F", "CT1"},
    {"", "", "A039", "S39", "No date", "", "Doe^John", "X-4", "", "19990107", "M", "CT1"},
    {"20211231", "235959.999999", "A040", "S40", "Last", "Weber^Bernd", "Zeta^Zoe", "Z-1", "",
     "20000229", "F", "CT1"},
};
const size_t sample_count = COUNT_OF(samples);

str sample_uid(struct arena *a, struct sample_place p)
{
    struct buf uid = BUF_IN(a);
    buf_addf(&uid, "1.2.40.%d", p.study);
    if (p.series != 0)
        buf_addf(&uid, ".%d", p.series);
    if (p.instance != 0)
        buf_addf(&uid, ".%d", p.instance);
    return buf_str(&uid);
}

uuid sample_id(struct sample_place p)
{
    return (uuid){{0x7F, (uint8_t)p.organization_key, 0, (uint8_t)p.study, 0, (uint8_t)p.series, 0,
                   (uint8_t)p.instance}};
}

static instant arrival_of(int number)
{
    /* not in the order of numbers */
    return (instant){SECONDS(1600000000) + (int64_t)(number * 7 % 41) * SECONDS(60)};
}

static str search_key(struct arena *a, const struct sample *s)
{
    const char *const parts[] = {s->name,        s->patient_id, s->accession,
                                 s->description, s->referrer,   s->study_id};
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i][0] == '\0')
            continue;
        if (out.len != 0)
            buf_add_char(&out, '\n');
        buf_add(&out, search_fold(a, str_of(parts[i])));
    }
    return buf_str(&out);
}

static void add_study(struct db_session *session, struct arena *a, struct sample_place place,
                      const struct sample *s, struct study *out)
{
    struct image_writer *w = session->uow.images;
    instant now = arrival_of(place.study);
    struct patient patient;
    CHECK_OK(image_writer_locate_patient(w, a, place.organization_key, str_of(s->patient_id),
                                         str_of(s->issuer), &patient));
    if (patient.key == 0) {
        uuid id = sample_id(place);
        id.at[15] = 1;
        patient = (struct patient){.id = id,
                                   .organization_key = place.organization_key,
                                   .created_at = now,
                                   .updated_at = now,
                                   .patient_id = str_of(s->patient_id),
                                   .issuer_of_patient_id = str_of(s->issuer)};
        CHECK_OK(image_writer_add_patient(w, &patient));
    }
    *out =
        (struct study){.id = sample_id(place),
                       .organization_key = place.organization_key,
                       .created_at = now,
                       .updated_at = now,
                       .patient_key = patient.key,
                       .study_instance_uid = sample_uid(a, place),
                       .study_date = str_of(s->date),
                       .study_time = str_of(s->time),
                       .accession_number = str_of(s->accession),
                       .study_id = str_of(s->study_id),
                       .study_description = str_of(s->description),
                       .referring_physician_name = str_of(s->referrer),
                       .patient_name = str_of(s->name),
                       .patient_id = str_of(s->patient_id),
                       .issuer_of_patient_id = str_of(s->issuer),
                       .patient_birth_date = str_of(s->birth_date),
                       .patient_sex = str_of(s->sex),
                       .timezone_offset_from_utc = place.study % 10 == 0 ? STR("+0200") : STR(""),
                       .modalities = STR(""),
                       .sop_classes = STR(""),
                       .transfer_syntaxes = STR(""),
                       .patient_name_key = person_name_fold(a, str_of(s->name)),
                       .referring_physician_name_key = person_name_fold(a, str_of(s->referrer)),
                       .search_key = search_key(a, s)};
    CHECK_OK(image_writer_add_study(w, out));
}

/* Series number 3 and every fifth have none. */
static void add_series(struct db_session *session, struct arena *a, struct sample_place place,
                       const struct sample *s, str modality, struct study *study,
                       struct series *out)
{
    *out = (struct series){
        .id = sample_id(place),
        .organization_key = place.organization_key,
        .created_at = study->created_at,
        .updated_at = study->created_at,
        .study_key = study->key,
        .series_instance_uid = sample_uid(a, place),
        .modality = modality,
        .series_number = {place.series != 3 && place.study % 5 != 0, 10 - place.series},
        .series_description = str_format(a, "%.*s series %d", STR_ARG(modality), place.series),
        .series_date = str_of(s->date),
        .series_time = str_of(s->time),
        .body_part_examined = str_eq(modality, STR("CT"))   ? STR("CHEST")
                              : str_eq(modality, STR("MR")) ? STR("BRAIN")
                                                            : STR(""),
        .laterality = place.study % 2 == 0 ? STR("L") : STR(""),
        .protocol_name = STR("Routine"),
        .station_name = str_format(a, "ST_%.*s", STR_ARG(modality)),
        .institution_name = place.study % 3 == 0 ? STR_NONE : STR("Clinic A"),
        .performed_procedure_step_start_date = str_of(s->date),
        .performed_procedure_step_start_time = str_of(s->time),
        .scheduled_procedure_step_id = str_format(a, "SPS%d", place.study),
        .requested_procedure_id = str_format(a, "RP%d", place.study / 2),
        .transfer_syntaxes = STR("")};
    study->series_count++;
    CHECK_OK(image_writer_add_series(session->uow.images, out));
}

static str sop_class_of(str modality)
{
    return str_eq(modality, STR("CT"))   ? STR("1.2.840.10008.5.1.4.1.1.2")
           : str_eq(modality, STR("MR")) ? STR("1.2.840.10008.5.1.4.1.1.4")
                                         : STR("1.2.840.10008.5.1.4.1.1.7");
}

static void add_instance(struct db_session *session, struct arena *a, struct sample_place place,
                         const struct sample *s, struct study *study, struct series *series)
{
    str text = sample_uid(a, place);
    struct instance instance = {.id = sample_id(place),
                                .organization_key = place.organization_key,
                                .created_at = study->created_at,
                                .updated_at = study->created_at,
                                .study_key = study->key,
                                .series_key = series->key,
                                .sop_instance_uid = text,
                                .sop_class_uid = sop_class_of(series->modality),
                                .transfer_syntax_uid = place.study % 9 == 0 && place.instance == 1
                                                           ? STR("1.2.840.10008.1.2.4.90")
                                                           : STR("1.2.840.10008.1.2.1"),
                                .instance_number = {place.instance != 4, 5 - place.instance},
                                .rows = {true, 64 * place.instance},
                                .columns = {true, 64},
                                .bits_allocated = {true, 16},
                                .number_of_frames = {place.instance % 2 == 0, 1},
                                .content_date = str_of(s->date),
                                .content_time = str_of(s->time),
                                .object_name =
                                    str_format(a, "%064d", place.study * 1000 + place.series * 10),
                                .size = 100 * place.instance};
    const struct instance_blobs blobs = {.metadata = text,
                                         .metadata_size = 10 + place.instance,
                                         .metadata_crc = 4000000000,
                                         .frames = STR("frames\0here"),
                                         .bulk = STR("")};
    CHECK_OK(image_writer_add_instance(session->uow.images, &instance, &blobs));
    series->instance_count++;
    series->size += instance.size;
    study->instance_count++;
    study->size += instance.size;
    study->modalities = value_set_add(a, study->modalities, series->modality);
    study->sop_classes = value_set_add(a, study->sop_classes, instance.sop_class_uid);
    study->transfer_syntaxes =
        value_set_add(a, study->transfer_syntaxes, instance.transfer_syntax_uid);
    series->transfer_syntaxes =
        value_set_add(a, series->transfer_syntaxes, instance.transfer_syntax_uid);
    CHECK_OK(image_writer_count_instance(session->uow.images, study, series));
}

void sample_store(struct contract_db *c, int64_t organization_key, int number,
                  const struct sample *s)
{
    struct db_session *session = contract_begin(c);
    struct sample_place place = {organization_key, number, 0, 0};
    struct study study;
    str rest = str_of(s->series), part;
    add_study(session, &c->arena, place, s, &study);
    while (str_cut(&rest, ' ', &part)) {
        struct series series;
        place.series++;
        place.instance = 0;
        add_series(session, &c->arena, place, s, str_sub(part, 0, 2), &study, &series);
        for (int i = 1; i <= part.ptr[2] - '0'; i++) {
            place.instance = i;
            add_instance(session, &c->arena, place, s, &study, &series);
        }
    }
    contract_commit(session);
}

void samples_store(struct contract_db *c)
{
    for (size_t i = 0; i < sample_count; i++) {
        sample_store(c, c->organization_key, (int)i + 1, &samples[i]);
        if (i < 5)
            sample_store(c, c->other_key, (int)i + 1, &samples[i]);
    }
}

void sample_trash(struct contract_db *c, int number)
{
    struct db_session *s = contract_begin(c);
    struct study study;
    uuid id = sample_id((struct sample_place){c->organization_key, number, 0, 0});
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key), id, &study));
    study.state = STUDY_TRASHED;
    study.updated_at = study.trashed_at = clock_now(&c->clock.base);
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    contract_commit(s);
}

void sample_trash_part(struct contract_db *c, int number, int series, int instance)
{
    struct db_session *s = contract_begin(c);
    struct image_row row;
    uuid id = sample_id((struct sample_place){c->organization_key, number, series, instance});
    instant now = clock_now(&c->clock.base);
    CHECK_OK(image_writer_locate_id(s->uow.images, &c->arena, c->organization_key,
                                    instance == 0 ? LEVEL_SERIES : LEVEL_INSTANCE, id, &row));
    if (instance == 0) {
        row.series.state = STUDY_TRASHED;
        row.series.updated_at = row.series.trashed_at = now;
        CHECK_OK(image_writer_save_series(s->uow.images, &row.series));
    } else {
        row.instance.state = STUDY_TRASHED;
        row.instance.updated_at = row.instance.trashed_at = now;
        CHECK_OK(image_writer_save_instance(s->uow.images, &row.instance));
    }
    contract_commit(s);
}

struct legal_hold sample_hold(struct contract_db *c, const struct study *study)
{
    instant now = clock_now(&c->clock.base);
    struct legal_hold hold = {.id = uuid_make(&c->clock.base),
                              .organization_key = study->organization_key,
                              .created_at = now,
                              .updated_at = now,
                              .study_key = study->key,
                              .study_id = study->id,
                              .reason = STR("proceedings"),
                              .placed_by = uuid_make(&c->clock.base)};
    struct db_session *s = contract_begin(c);
    CHECK_OK(retention_writer_add_hold(s->uow.retention, &hold));
    contract_commit(s);
    return hold;
}

struct grant sample_grant(struct contract_db *c, int64_t user_key, enum granted_kind kind,
                          int64_t key)
{
    instant now = clock_now(&c->clock.base);
    return (struct grant){.id = uuid_make(&c->clock.base),
                          .organization_key = c->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .grantee_kind = GRANTEE_USER,
                          .grantee_key = user_key,
                          .granted_kind = kind,
                          .granted_key = key,
                          .rights = INT64_C(1) << READ_STUDIES};
}

struct grant sample_give(struct contract_db *c, struct grant grant)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(grant_writer_add(s->uow.grants, &grant));
    contract_commit(s);
    return grant;
}
