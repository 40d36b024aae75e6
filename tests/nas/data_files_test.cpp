#include <png.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "nas/data/cifar.h"
#include "nas/data/image_file.h"
#include "nas/data/image_folder.h"
#include "nas/data/open_data.h"
#include "tests/support/temporary_directory.h"

namespace qalam::nas {
namespace {

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// `label`, then pixels that count up from `first`.
std::string Record(const std::string& label, int pixels, int first) {
  std::string record = label;
  for (int i = 0; i < pixels; ++i) record += static_cast<char>((first + i) & 0xff);
  return record;
}

constexpr int kCifarPixels = 3072;

std::string RefusalOf(const Status& status) {
  CHECK_FALSE(status.ok());
  return Message(status);
}

std::string SmallPpm(const std::string& magic, int width, int height, const std::string& pixels) {
  return magic + " # a comment\n" + std::to_string(width) + " " + std::to_string(height) +
         "\n255\n" + pixels;
}

TEST_CASE("CIFAR-10 is read with every batch that there is", "[nas]") {
  const TemporaryDirectory folder;
  WriteBytes(folder.File("data_batch_1.bin"),
             Record("\x03", kCifarPixels, 0) + Record("\x09", kCifarPixels, 7));
  WriteBytes(folder.File("data_batch_2.bin"), Record(std::string(1, '\0'), kCifarPixels, 1));
  WriteBytes(folder.File("test_batch.bin"), Record("\x05", kCifarPixels, 2));
  const auto data = OpenData(folder.path(), {});
  REQUIRE(data.ok());
  CHECK(data->name == "CIFAR-10");
  CHECK(data->training.classes == 10);
  CHECK(data->training.images.sizes() == torch::IntArrayRef({3, 3, 32, 32}));
  CHECK(torch::equal(data->training.labels, torch::tensor({3, 9, 0}, torch::kLong)));
  // Green's second row, third column, is byte 1024 + 32 + 2 of the pixels.
  CHECK(data->training.images[1][1][1][2].item<int>() == ((7 + 1024 + 34) & 0xff));
  CHECK(data->validation.labels[0].item<int>() == 5);
}

TEST_CASE("CIFAR-100 uses the fine label", "[nas]") {
  const TemporaryDirectory folder;
  WriteBytes(folder.File("train.bin"), Record("\x02\x63", kCifarPixels, 0));
  WriteBytes(folder.File("test.bin"), Record("\x13\x04", kCifarPixels, 0));
  const auto data = OpenData(folder.path(), {});
  REQUIRE(data.ok());
  CHECK(data->training.labels[0].item<int>() == 99);
  CHECK(data->validation.labels[0].item<int>() == 4);
}

TEST_CASE("ImageNet-16 counts labels from 1, and its first classes can be taken", "[nas]") {
  const TemporaryDirectory folder;
  const std::string last = Record("\xe8\x03", 768, 0);  // 1000
  const std::string first = Record(std::string("\x01\0", 2), 768, 0);
  WriteBytes(folder.File("train_data_batch_1.bin"), last + first);
  WriteBytes(folder.File("val_data.bin"), first);
  const auto whole = OpenData(folder.path(), {});
  REQUIRE(whole.ok());
  CHECK(torch::equal(whole->training.labels, torch::tensor({999, 0}, torch::kLong)));
  const auto part = OpenData(folder.path(), {.classes = 120});
  REQUIRE(part.ok());
  CHECK(part->training.size() == 1);
  CHECK(part->training.classes == 120);
  CHECK_FALSE(OpenData(folder.path(), {.classes = 1001}).ok());
}

TEST_CASE("broken records are refused with file and record", "[nas]") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("x.bin");
  const std::string good = Record("\x01", kCifarPixels, 0);
  const auto refusal = [&](const std::string& bytes) {
    WriteBytes(path, bytes);
    return RefusalOf(ReadRecords({path}, Cifar10Format(), 10).status());
  };
  CHECK(refusal("") == path + ": is empty");
  CHECK(refusal(good + good.substr(0, 100)) == path + ": record 1 is cut short: 100 bytes of 3073");
  CHECK(refusal(good + Record("\x0a", kCifarPixels, 0)) ==
        path + ": record 1 has the label 10; should be 0 to 9");
  CHECK(RefusalOf(ReadRecords({folder.File("none.bin")}, Cifar10Format(), 10).status())
            .find("none.bin") != std::string::npos);
}

TEST_CASE("a PPM, a PGM and a PNG hold the same pixels", "[nas]") {
  const TemporaryDirectory folder;
  const std::string pixels = "abcdefghijklmnopqr";  // 3 x 2 of three channels
  WriteBytes(folder.File("a.ppm"), SmallPpm("P6", 3, 2, pixels));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 3;
  image.height = 2;
  image.format = PNG_FORMAT_RGB;
  REQUIRE(png_image_write_to_file(&image, folder.File("a.png").c_str(), 0, pixels.data(), 0,
                                  nullptr) != 0);
  const auto from_ppm = ReadImageFile(folder.File("a.ppm"));
  const auto from_png = ReadImageFile(folder.File("a.png"));
  REQUIRE(from_ppm.ok());
  REQUIRE(from_png.ok());
  CHECK(from_ppm->sizes() == torch::IntArrayRef({3, 2, 3}));
  CHECK((*from_ppm)[1][1][2].item<int>() == 'q');  // green of the last pixel
  CHECK(torch::equal(*from_ppm, *from_png));
  WriteBytes(folder.File("a.pgm"), SmallPpm("P5", 3, 2, "abcdef"));
  const auto grey = ReadImageFile(folder.File("a.pgm"));
  REQUIRE(grey.ok());
  CHECK(grey->sizes() == torch::IntArrayRef({1, 2, 3}));
  CHECK((*grey)[0][1][0].item<int>() == 'd');
}

TEST_CASE("broken images are refused by name, at whatever byte they end", "[nas]") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("b");
  const std::string ppm = SmallPpm("P6", 3, 2, std::string(18, 'x'));
  for (size_t length = 0; length < ppm.size(); ++length) {
    WriteBytes(path, ppm.substr(0, length));
    CAPTURE(length);
    CHECK(RefusalOf(ReadImageFile(path).status()).find(path) != std::string::npos);
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = 4;
  image.format = PNG_FORMAT_GRAY;
  const std::string pixels(16, 'y');
  REQUIRE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr) != 0);
  std::ifstream file(path, std::ios::binary);
  const std::string png((std::istreambuf_iterator<char>(file)), {});
  for (size_t length = 0; length + 12 < png.size(); length += 5) {  // but for the end marker
    WriteBytes(path, png.substr(0, length));
    CAPTURE(length);
    CHECK(RefusalOf(ReadImageFile(path).status()).find(path) != std::string::npos);
  }
  WriteBytes(path, SmallPpm("P6", 100000, 100000, "x"));
  CHECK(RefusalOf(ReadImageFile(path).status()).find("should be 1 to 4096 a side") !=
        std::string::npos);
}

TEST_CASE("folders are classes, sorted; given halves are kept, others are split", "[nas]") {
  const TemporaryDirectory folder;
  for (int i = 0; i < 10; ++i) {
    const std::string name = std::to_string(i) + ".ppm";
    WriteBytes(folder.File("whole/cat/" + name), SmallPpm("P6", 2, 2, std::string(12, 'c')));
    WriteBytes(folder.File("whole/ant/" + name), SmallPpm("P5", 2, 2, std::string(4, 'a')));
  }
  const auto split = OpenData(folder.File("whole"), {});
  REQUIRE(split.ok());
  CHECK(split->training.size() == 16);
  CHECK(split->validation.size() == 4);
  CHECK(split->training.classes == 2);
  // Ants are grey and come first; beside colored cats they have three channels.
  const auto ants = split->training.images.index({split->training.labels == 0});
  CHECK(ants.sizes() == torch::IntArrayRef({ants.size(0), 3, 2, 2}));
  CHECK(ants.eq('a').all().item<bool>());

  std::filesystem::create_directories(folder.File("halves"));
  std::filesystem::copy(folder.File("whole"), folder.File("halves/train"),
                        std::filesystem::copy_options::recursive);
  std::filesystem::copy(folder.File("whole"), folder.File("halves/val"),
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove(folder.File("halves/val/cat/0.ppm"));
  const auto halves = OpenData(folder.File("halves"), {});
  REQUIRE(halves.ok());
  CHECK(halves->training.size() == 20);
  CHECK(halves->validation.size() == 19);
}

TEST_CASE("a folder that holds no data is refused in a sentence", "[nas]") {
  const TemporaryDirectory folder;
  CHECK(RefusalOf(OpenData(folder.path(), {}).status()).find("no data found") != std::string::npos);
  CHECK(RefusalOf(OpenData(folder.File("missing"), {}).status()).find("no such data") !=
        std::string::npos);
  std::filesystem::create_directories(folder.File("empty"));
  CHECK(RefusalOf(OpenData(folder.path(), {}).status()) ==
        folder.File("empty") + ": holds no .png, .ppm or .pgm image");
  WriteBytes(folder.File("empty/a.ppm"), SmallPpm("P6", 1, 1, "abc"));
  WriteBytes(folder.File("empty/b.ppm"), SmallPpm("P6", 2, 1, "abcdef"));
  CHECK(RefusalOf(OpenData(folder.path(), {}).status()).find("all should be of one size") !=
        std::string::npos);
  WriteBytes(folder.File("labels.csv"), std::string(64, '1') + "\n");
  CHECK(RefusalOf(OpenData(folder.File("labels.csv"), {}).status()).find("labels.csv:1") !=
        std::string::npos);
}

}  // namespace
}  // namespace qalam::nas
