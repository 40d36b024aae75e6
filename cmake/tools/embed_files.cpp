// embed_files FUNCTION ENDING OUTPUT.cpp FOLDER: makes a C++ file that defines
// qalam::http::FUNCTION() over the files under FOLDER whose names end in ENDING ("" for all), each
// compressed. The compressed data lie beside the C++ file, which names them to the assembler: the
// compiler would take long over the same bytes as numbers.

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "embed_files: %s\n", message.c_str());
  std::exit(1);
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteAll(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) Fail("cannot write " + path.string());
}

std::string Gzip(const std::string& plain) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    Fail("zlib does not work");
  }
  std::string compressed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) Fail("zlib does not work");
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  return compressed;
}

// FNV-1a.
uint64_t Hash(const std::string& content) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// As a C++ string literal.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::vector<std::string> FilesUnder(const fs::path& folder, const std::string& ending) {
  std::vector<std::string> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    if (entry.is_regular_file() && path.ends_with(ending)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) Fail("embed_files FUNCTION ENDING OUTPUT.cpp FOLDER");
  const std::string function = argv[1], ending = argv[2];
  const fs::path output = argv[3], folder = argv[4];
  std::string data, declarations, rows;
  int index = 0;
  for (const auto& path : FilesUnder(folder, ending)) {
    const std::string content = ReadAll(folder / path);
    const std::string symbol = "qalam_" + function + "_" + std::to_string(index++);
    const fs::path compressed = output.string() + "." + std::to_string(index) + ".gz";
    WriteAll(compressed, Gzip(content));
    // The inner quotes are the assembler's.
    data += "asm(\".section .rodata\\n\" \"" + symbol + ": .incbin \" " +
            Quoted(Quoted(fs::absolute(compressed).generic_string())) + " \"\\n\" \"" + symbol +
            "_end: .byte 0\\n\" \".text\\n\");\n";
    declarations += "extern const char " + symbol + "[] __asm__(\"" + symbol + "\");\n" +
                    "extern const char " + symbol + "_end[] __asm__(\"" + symbol + "_end\");\n";
    rows += "      {" + Quoted(path) + ", {" + symbol + ", " + symbol + "_end}, " +
            std::to_string(Hash(content)) + "u},\n";
  }
  std::string text =
      "// Made by the build, see cmake/tools/embed_files.cpp.\n"
      "#include \"server/http/embedded.h\"\n\n" +
      data + "\nextern \"C\" {\n" + declarations + "}\n\nnamespace qalam::http {\n\n" +
      "std::span<const EmbeddedFile> " + function + "() {\n";
  if (rows.empty()) {
    text += "  return {};\n";
  } else {
    text += "  static const EmbeddedFile files[] = {\n" + rows + "  };\n  return files;\n";
  }
  WriteAll(output, text + "}\n\n}  // namespace qalam::http\n");
  return 0;
}
