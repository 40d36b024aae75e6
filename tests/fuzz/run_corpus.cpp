// In place of libFuzzer: every file of the folders that are named, once.

#include <filesystem>

#include "base/files.h"
#include "tests/fuzz/fuzz_input.h"

int main(int argc, char** argv) {
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      const auto input = qalam::ReadFile(entry.path().string());
      if (!input.ok()) return 1;
      std::fprintf(stderr, "%s\n", entry.path().c_str());
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input->data()), input->size());
      ++count;
    }
  }
  std::printf("%zu inputs\n", count);
  return count > 0 ? 0 : 1;
}
