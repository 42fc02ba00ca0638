/* The test harness: cmocka, with tests that register themselves.
 *
 * TEST(name) { … } adds itself to the executable's list; TEST_MAIN("group") runs the list and
 * prints cmocka's summary. Tests are executables, so the linker drops nothing. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { TEST_COUNT_MAX = 2048 };
extern struct CMUnitTest test_list[TEST_COUNT_MAX];
extern size_t test_count;

#define TEST(name_)                                                                                \
    static void test_##name_(void **state);                                                        \
    __attribute__((constructor)) static void test_register_##name_(void)                           \
    {                                                                                              \
        assert(test_count < TEST_COUNT_MAX);                                                       \
        test_list[test_count++] = (struct CMUnitTest){#name_, test_##name_, 0, 0, 0};              \
    }                                                                                              \
    static void test_##name_(void **state __attribute__((unused)))

#define TEST_MAIN(group_)                                                                          \
    struct CMUnitTest test_list[TEST_COUNT_MAX];                                                   \
    size_t test_count;                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        return _cmocka_run_group_tests(group_, test_list, test_count, NULL, NULL) != 0;            \
    }

#define CHECK(condition_)                                                                          \
    do {                                                                                           \
        if (!(condition_))                                                                         \
            fail_msg("not so: %s (%s:%d)", #condition_, __FILE__, __LINE__);                       \
    } while (0)

#define CHECK_OK(expr_)                                                                            \
    do {                                                                                           \
        err check_err_ = (expr_);                                                                  \
        if (failed(check_err_))                                                                    \
            fail_msg("%s: %s \"%s\" from %s (%s:%d)", #expr_, err_code_name(check_err_.code),      \
                     check_err_.text, check_err_.where, __FILE__, __LINE__);                       \
    } while (0)

#define CHECK_ERR(code_, expr_)                                                                    \
    do {                                                                                           \
        err check_err_ = (expr_);                                                                  \
        if (check_err_.code != ERR_##code_)                                                        \
            fail_msg("%s: %s \"%s\", expected " #code_ " (%s:%d)", #expr_,                         \
                     err_code_name(check_err_.code), check_err_.text ? check_err_.text : "",       \
                     __FILE__, __LINE__);                                                          \
    } while (0)

#define CHECK_STR(expected_, actual_)                                                              \
    do {                                                                                           \
        str check_want_ = (expected_), check_got_ = (actual_);                                     \
        if (!str_eq(check_want_, check_got_))                                                      \
            fail_msg("%s is \"%.*s\", expected \"%.*s\" (%s:%d)", #actual_, STR_ARG(check_got_),   \
                     STR_ARG(check_want_), __FILE__, __LINE__);                                    \
    } while (0)

#define CHECK_INT(expected_, actual_)                                                              \
    do {                                                                                           \
        long long check_want_ = (long long)(expected_), check_got_ = (long long)(actual_);         \
        if (check_want_ != check_got_)                                                             \
            fail_msg("%s is %lld, expected %lld (%s:%d)", #actual_, check_got_, check_want_,       \
                     __FILE__, __LINE__);                                                          \
    } while (0)

#endif
