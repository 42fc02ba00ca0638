/* DICOM JSON that breaks one rule each: bad-… is refused, good-… is read. */
#include "base/arena.h"
#include "dicom/model/json_reader.h"
#include "tests/regression/run_files.h"

static err pass_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    (void)c;
    (void)e;
    (void)value;
    return OK;
}

static err pass_sequence(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    (void)e;
    return OK;
}

static err pass_item(struct part10_consumer *c, uint32_t index)
{
    (void)c;
    (void)index;
    return OK;
}

static err pass_end(struct part10_consumer *c)
{
    (void)c;
    return OK;
}

static const struct part10_consumer_ops pass_ops = {
    .element = pass_element,
    .sequence_begin = pass_sequence,
    .item_begin = pass_item,
    .item_end = pass_end,
    .sequence_end = pass_end,
};

static err read_all(struct arena *a, str content)
{
    struct part10_consumer consumer = {.ops = &pass_ops};
    struct str_slice objects;
    TRY(json_model_split(a, content, &objects));
    for (size_t i = 0; i < objects.len; i++)
        TRY(json_model_read(a, objects.at[i], &consumer));
    return OK;
}

static const char *check(str name, str content)
{
    struct arena a = {0};
    err e = read_all(&a, content);
    const char *complaint = verdict_of(name, e, "is taken for data sets");
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
