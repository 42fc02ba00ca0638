/* What the programs tell the sanitizers of libraries that are not built for them; without one of
 * these nobody calls it.
 *
 * Threads: what Pango, Cairo and fontconfig synchronize by is not seen (GLib's locks are bare
 * futexes), nor how OpenSSL counts who still has a key: whoever gives it up last frees it. Ours is
 * a mutex, and what is ours is watched.
 *
 * Leaks: GLib's types and fontconfig's caches stay until the process ends, and Cairo 1.16 loses
 * some hundred bytes with each file that has a structure. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libpango-1.0.so\ncalled_from_lib:libpangocairo-1.0.so\n"
           "called_from_lib:libpangoft2-1.0.so\ncalled_from_lib:libcairo.so\n"
           "called_from_lib:libfontconfig.so\ncalled_from_lib:libglib-2.0.so\n"
           "called_from_lib:libgobject-2.0.so\ncalled_from_lib:libharfbuzz.so\n"
           "called_from_lib:libfreetype.so\ncalled_from_lib:libfribidi.so\n"
           "race:BN_free\nrace:EVP_PKEY_free\n";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libglib\nleak:libpango\nleak:libcairo\n";
}
