/* The sweeper, over a world in memory whose clock the test moves. */
#include "tests/contract/handlers.h"

#include "application/events/instance_stored.h"
#include "infrastructure/sweeper.h"

#include <unistd.h>

static void store_orphan(struct world *w, str bytes)
{
    struct stage *stage;
    struct stored_object object;
    CHECK_OK(storage_stage_begin(&w->storage.base, &stage));
    CHECK_OK(storage_stage_write(&w->storage.base, stage, bytes.ptr, bytes.len));
    CHECK_OK(storage_stage_commit(&w->storage.base, stage, &object));
}

static err sweep(struct world *w)
{
    TRY(sweep_stages(&w->faulty_storage.base, SWEEP_AGE_SECONDS));
    return sweep_objects(&w->faulty_database.base, &w->faulty_storage.base, &w->clock.base,
                         SWEEP_AGE_SECONDS, NULL);
}

static void check_image_is_there(struct world *w, const struct ingest_result *image)
{
    struct image_row row;
    struct object_file file;
    struct db_session *s = world_begin(w);
    CHECK_OK(image_reader_locate(s->readers.images, &w->arena, ACCESS_TO_ALL(w->organization.key),
                                 image->study_instance_uid, image->series_instance_uid,
                                 image->sop_instance_uid, &row));
    db_session_end(s);
    CHECK_OK(storage_open(&w->storage.base, row.instance.object_name, OBJECT_WHOLE, &file));
    close(file.fd);
}

WORLD(the_sweeper_takes_what_no_row_points_at)
{
    struct ingest_result image;
    struct stage *stage;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    store_orphan(w, STR("orphan"));
    store_orphan(w, STR("offered again"));
    CHECK_OK(storage_stage_begin(&w->storage.base, &stage));
    world_wait(w, SWEEP_AGE_SECONDS - 1);
    store_orphan(w, STR("young"));
    store_orphan(w, STR("offered again"));
    CHECK_OK(sweep(w));
    CHECK(w->storage.object_count == 4 && w->storage.stage_count == 1);
    world_wait(w, 1);
    CHECK_OK(sweep(w));
    CHECK(w->storage.object_count == 3 && w->storage.stage_count == 0);
    check_image_is_there(w, &image);
    world_wait(w, SWEEP_AGE_SECONDS);
    CHECK_OK(sweep(w));
    CHECK_INT(1, w->storage.object_count);
    check_image_is_there(w, &image);
    storage_stage_abort(&w->storage.base, stage);
}

WORLD(a_sweep_that_fails_takes_no_image)
{
    struct ingest_result image;
    bool untouched = false;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    for (uint64_t at = 1; !untouched; at++) {
        store_orphan(w, STR("one"));
        store_orphan(w, STR("two"));
        world_wait(w, SWEEP_AGE_SECONDS);
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = sweep(w);
        untouched = w->fault.failed == NULL;
        CHECK(failed(e) == !untouched);
        check_image_is_there(w, &image);
    }
    CHECK_INT(1, w->storage.object_count);
}
