#include "server/analysis/trial_files.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

std::vector<std::string> Paths(const TrialFiles& files) {
  std::vector<std::string> paths;
  for (const auto& file : files.files) paths.push_back(file.path);
  return paths;
}

// A trial's folder with a secret beside it.
struct Folder {
  Folder() : trial(directory.File("trial")) {
    fs::create_directories(trial);
    Write(directory.File("secret/key"), "secret");
  }
  TemporaryDirectory directory;
  std::string trial;
};

StatusCode CodeOf(const std::string& folder, const std::string& path) {
  return OpenTrialFile(folder, path).status().code();
}

}  // namespace

TEST_CASE("Regular files are listed by path, with size and time", "[files]") {
  Folder folder;
  Write(folder.trial + "/output.log", "12345");
  Write(folder.trial + "/model/weights.bin", "1");
  Write(folder.trial + "/model/deep/er/x", "");
  const auto files = *ListTrialFiles(folder.trial);
  CHECK(Paths(files) ==
        std::vector<std::string>{"model/deep/er/x", "model/weights.bin", "output.log"});
  CHECK(files.files[2].size == 5);
  CHECK(files.files[2].modified > absl::FromUnixSeconds(1600000000));
  CHECK(files.is_complete);
  CHECK(ListTrialFiles(folder.directory.File("none"))->files.empty());
}

TEST_CASE("A file is opened for reading", "[files]") {
  Folder folder;
  Write(folder.trial + "/model/a b.txt", "content");
  const auto opened = *OpenTrialFile(folder.trial, "model/a b.txt");
  CHECK(opened.size == 7);
  char buffer[16];
  CHECK(read(opened.descriptor.get(), buffer, sizeof buffer) == 7);
}

TEST_CASE("No path leads out of the folder", "[files]") {
  Folder folder;
  Write(folder.trial + "/inside", "x");
  Write(folder.trial + "/sub/x", "x");
  for (const std::string path : {"../secret/key", "sub/../../secret/key", "..", ".", "",
                                 "/etc/passwd", "sub//x", "./inside", "sub/", "sub/.", "/"}) {
    CAPTURE(path);
    CHECK(CodeOf(folder.trial, path) == StatusCode::kInvalidArgument);
  }
  CHECK(CodeOf(folder.trial, std::string("inside\0x", 8)) == StatusCode::kInvalidArgument);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "a/";
  CHECK(CodeOf(folder.trial, deep + "a") == StatusCode::kInvalidArgument);
  CHECK(CodeOf(folder.trial, "none") == StatusCode::kNotFound);
  CHECK(CodeOf(folder.trial, "inside/x") == StatusCode::kNotFound);
  CHECK(CodeOf(folder.trial, "sub") == StatusCode::kNotFound);
  CHECK(CodeOf(folder.trial, std::string(1000, 'x')) != StatusCode::kOk);
}

TEST_CASE("No link is followed, wherever it stands", "[files]") {
  Folder folder;
  const std::string secret = folder.directory.File("secret");
  fs::create_symlink(secret + "/key", folder.trial + "/key");
  fs::create_directory_symlink(secret, folder.trial + "/folder");
  fs::create_symlink("123 456", folder.trial + "/claim");
  fs::create_directory_symlink(".", folder.trial + "/circle");
  CHECK(ListTrialFiles(folder.trial)->files.empty());
  CHECK(CodeOf(folder.trial, "key") == StatusCode::kNotFound);
  CHECK(CodeOf(folder.trial, "folder/key") == StatusCode::kNotFound);
  CHECK(CodeOf(folder.trial, "claim") == StatusCode::kNotFound);
  // Nor is the trial's folder itself one.
  fs::create_directory_symlink(secret, folder.directory.File("linked"));
  CHECK(ListTrialFiles(folder.directory.File("linked"))->files.empty());
  CHECK(CodeOf(folder.directory.File("linked"), "key") == StatusCode::kNotFound);
}

TEST_CASE("What is no regular file is neither listed nor waited for", "[files]") {
  Folder folder;
  REQUIRE(mkfifo((folder.trial + "/pipe").c_str(), 0600) == 0);
  CHECK(ListTrialFiles(folder.trial)->files.empty());
  CHECK(CodeOf(folder.trial, "pipe") == StatusCode::kNotFound);
}

TEST_CASE("Listing is bounded in number and depth", "[files]") {
  Folder folder;
  SECTION("number") {
    for (size_t i = 0; i < kMostTrialFiles + 5; ++i) {
      Write(folder.trial + fmt::format("/{}/f{}", i % 2, i), "");
    }
    const auto files = *ListTrialFiles(folder.trial);
    CHECK(files.files.size() <= kMostTrialFiles);
    CHECK(files.files.size() > kMostTrialFiles / 2);
    CHECK_FALSE(files.is_complete);
  }
  SECTION("depth") {
    std::string path = folder.trial;
    for (int i = 0; i < kDeepestTrialFile; ++i) path += "/d";
    Write(path + "/reached", "");
    Write(path + "/d/hidden", "");
    const auto files = *ListTrialFiles(folder.trial);
    REQUIRE(files.files.size() == 1);
    CHECK(files.files[0].path.ends_with("/reached"));
    CHECK_FALSE(files.is_complete);
    CHECK(OpenTrialFile(folder.trial, files.files[0].path).ok());
  }
}

}  // namespace qalam
