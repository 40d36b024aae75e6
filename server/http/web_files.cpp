#include "server/http/web_files.h"

#include <algorithm>
#include <string_view>

#include "server/http/embedded.h"

namespace qalam::http {

namespace {

constexpr std::string_view kNotBuilt =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Qalam</title>\n"
    "<h1>The web UI was not built</h1>\n"
    "<p>This qalam was built without npm, or with QALAM_WEB=OFF. The API is under "
    "<a href=\"/api/v1/openapi.json\">/api/v1</a>.</p>\n</html>\n";

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".yaml", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
};

std::string TypeOf(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return std::string(type);
  }
  return "application/octet-stream";
}

const EmbeddedFile* Find(std::string_view path) {
  const auto files = WebFiles();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const EmbeddedFile& known) { return known.path == path; });
  return file == files.end() ? nullptr : &*file;
}

}  // namespace

Answer WebFile(const ApiRequest& request, const std::string& path) {
  if (WebFiles().empty()) {
    Answer answer = TextAnswer(std::string(kNotBuilt), "text/html; charset=utf-8");
    answer.cache_control = "no-cache";
    return answer;
  }
  const std::string wanted = path.substr(std::min(path.size(), path.find_first_not_of('/')));
  const EmbeddedFile* file = Find(wanted);
  if (file == nullptr && wanted.find('.') == std::string::npos) file = Find("index.html");
  if (file == nullptr) return ErrorAnswer(NotFound("there is no file {}", path.substr(0, 200)));
  const std::string tag = fmt::format("\"{:016x}\"", file->hash);
  // The names of these hold a hash of their content.
  const bool never_changes = file->path.starts_with("assets/");
  if (request.IsCurrent(tag)) return UnchangedAnswer(tag);
  return {.content_type = TypeOf(file->path),
          .body = std::make_shared<const std::string>(file->gzip),
          .is_gzip = true,
          .entity_tag = tag,
          .cache_control = never_changes ? "public, max-age=31536000, immutable" : "no-cache"};
}

}  // namespace qalam::http
