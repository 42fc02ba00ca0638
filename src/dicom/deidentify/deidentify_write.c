/* Reader, filter and writer in a row. */
#include "dicom/deidentify/deidentify.h"

#include "base/arena.h"
#include "dicom/write/data_set_writer.h"

struct row {
    struct data_set_writer writer;
    struct deidentifier filter;
};

static err pass(struct arena *a, struct row *row, struct byte_source *source,
                const struct deidentify_options *options, const struct deidentify_facts *facts,
                str transfer_syntax_uid)
{
    struct part10_file file;
    TRY(deidentifier_init(&row->filter, &row->writer.base, options, facts));
    TRY(data_set_writer_begin(&row->writer, facts->sop_class_uid, row->filter.sop_instance_uid,
                              transfer_syntax_uid));
    TRY(part10_read(a, source, &row->filter.base, &file));
    TRY(deidentifier_finish(&row->filter));
    return data_set_writer_finish(&row->writer);
}

err deidentify_write(struct arena *a, struct byte_source *source,
                     const struct deidentify_options *options, const struct deidentify_facts *facts,
                     const struct transfer_syntax *to, struct byte_sink *sink)
{
    const struct transfer_syntax *own = transfer_syntax_find(facts->transfer_syntax_uid);
    str uid = to == NULL || to == own ? facts->transfer_syntax_uid : STR("");
    struct row *row = heap_alloc(sizeof *row);
    if (to == NULL)
        to = own;
    if (to == NULL) { /* private and future ones are explicit little endian, PS3.5 A.4 */
        to = transfer_syntax_find(STR(TS_EXPLICIT_LITTLE));
        uid = facts->transfer_syntax_uid;
    }
    data_set_writer_init(&row->writer, to, sink, NULL);
    err e = pass(a, row, source, options, facts, uid);
    data_set_writer_deinit(&row->writer);
    deidentifier_deinit(&row->filter);
    heap_free(row);
    return e;
}
