// Files that say how to reach a cluster: a context's name, a NUL, the file.

#include "controller/kubernetes/kubeconfig.h"

#include "base/clock.h"
#include "base/files.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/temporary_directory.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  static const auto* directory = new TemporaryDirectory;
  static const SystemClock clock;
  std::string_view rest = AsText(data, size);
  const std::string context = TakeText(rest);
  const std::string path = directory->File("config");
  // A login program that the file names is not started: it is asked for a token only then.
  if (!WriteFileAtomically(path, rest, false).ok()) return 0;
  const auto access = kubernetes::ReadKubeconfig({path}, context, clock);
  if (!access.ok()) FUZZ_CHECK(!Message(access.status()).empty());
  return 0;
}
