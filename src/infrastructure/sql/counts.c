/* The counts that wait, and the two statements that write them. */
#include "infrastructure/sql/counts.h"

#include "infrastructure/sql/engine.h"

static err write_study(struct sql_connection *c, const struct study *study)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(
        c,
        "UPDATE studies SET series_count = ?2, instance_count = ?3, size = ?4, modalities = ?5, "
        "sop_classes = ?6, updated_at = ?7, transfer_syntaxes = ?8, version = ?9 WHERE key = ?1",
        &s));
    statement_bind_i64(&s, 1, study->key);
    statement_bind_i64(&s, 2, study->series_count);
    statement_bind_i64(&s, 3, study->instance_count);
    statement_bind_i64(&s, 4, study->size);
    statement_bind_str(&s, 5, study->modalities);
    statement_bind_str(&s, 6, study->sop_classes);
    statement_bind_i64(&s, 7, study->updated_at.us);
    statement_bind_str(&s, 8, study->transfer_syntaxes);
    statement_bind_i64(&s, 9, study->version);
    return statement_run_later(&s);
}

static err write_series(struct sql_connection *c, const struct series *series)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c,
                        "UPDATE series SET instance_count = ?2, size = ?3, updated_at = ?4, "
                        "transfer_syntaxes = ?5, version = ?6 WHERE key = ?1",
                        &s));
    statement_bind_i64(&s, 1, series->key);
    statement_bind_i64(&s, 2, series->instance_count);
    statement_bind_i64(&s, 3, series->size);
    statement_bind_i64(&s, 4, series->updated_at.us);
    statement_bind_str(&s, 5, series->transfer_syntaxes);
    statement_bind_i64(&s, 6, series->version);
    return statement_run_later(&s);
}

/* What other units counted is not this unit's doing: one that has written nothing itself still
 * leaves nothing behind. */
static err write_waiting(struct sql_engine *e, bool study, bool series)
{
    struct sql_counts *counts = &e->ledger.now;
    struct sql_connection *c = e->ops->writer(e);
    const bool is_ours = counts->known != e->ledger.settled.known;
    const bool had_written = c->has_written;
    if (!e->ops->is_open(e))
        return ERR(SERIALIZATION, "the transaction was lost");
    if (study) {
        TRY(write_study(c, &counts->known->study));
        counts->study_waits = false;
    }
    if (series) {
        TRY(write_series(c, &counts->known->series));
        counts->series_waits = false;
    }
    if (!is_ours)
        c->has_written = had_written;
    return OK;
}

err sql_counts_write(struct sql_engine *e)
{
    const struct sql_counts *counts = &e->ledger.now;
    return counts->study_waits || counts->series_waits
               ? write_waiting(e, counts->study_waits, counts->series_waits)
               : OK;
}

err sql_counts_set(struct sql_engine *e, const struct study *study, const struct series *series)
{
    struct sql_ledger *l = &e->ledger;
    const struct sql_counts before = l->now;
    const bool other_study = before.study_waits && before.known->study.key != study->key;
    const bool other_series = before.series_waits && before.known->series.key != series->key;
    if (other_study || other_series)
        TRY(write_waiting(e, other_study, other_series));
    struct sql_known *place = &l->places[l->settled.known == &l->places[0] ? 1 : 0];
    arena_reset(&place->arena);
    place->study = *study;
    place->series = *series;
    schema_copy_texts(&study_schema, &place->arena, &place->study);
    schema_copy_texts(&series_schema, &place->arena, &place->series);
    l->now = (struct sql_counts){place, true, true};
    return OK;
}

void sql_ledger_deinit(struct sql_ledger *l)
{
    arena_deinit(&l->places[0].arena);
    arena_deinit(&l->places[1].arena);
}
