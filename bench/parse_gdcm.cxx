/* The same as parse.c by GDCM: ReadUpToTag(7FE0,0010).
 *
 *     parse_gdcm LIST SECONDS */
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gdcmReader.h>
#include <gdcmTag.h>
#include <gdcmTrace.h>
#include <string>
#include <vector>

static bool parse(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    gdcm::Reader reader;
    reader.SetStream(in);
    return reader.ReadUpToTag(gdcm::Tag(0x7fe0, 0x0010));
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    std::ifstream list(argv[1]);
    std::vector<std::string> paths;
    for (std::string line; std::getline(list, line);)
        paths.push_back(line);
    std::size_t count = 0, refused = 0;
    const auto start = std::chrono::steady_clock::now();
    std::chrono::duration<double> taken{0};
    while (!paths.empty() && taken.count() < std::strtod(argv[2], nullptr)) {
        for (const std::string &path : paths) {
            const bool ok = parse(path);
            refused += !ok && count < paths.size();
            ++count;
        }
        taken = std::chrono::steady_clock::now() - start;
    }
    std::printf("rate=%.3f refused=%zu\n", static_cast<double>(count) / taken.count(), refused);
    return 0;
}
