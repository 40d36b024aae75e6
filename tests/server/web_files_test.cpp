#include "server/http/web_files.h"

#include <catch2/catch.hpp>

#include "server/http/compression.h"
#include "server/http/embedded.h"
#include "tests/support/http_fixture.h"

namespace qalam {

TEST_CASE("The web UI answers at every page's address", "[server]") {
  HttpFixture fixture;
  for (const char* path : {"/", "/experiments/default/some", "/new?from=a"}) {
    CAPTURE(path);
    const auto page = fixture.client().Get(path);
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->get_header_value("Content-Type") == "text/html; charset=utf-8");
    CHECK(page->get_header_value("Cache-Control") == "no-cache");
  }
  CHECK(fixture.client().Post("/", "{}", "application/json")->status == 405);
  if (http::WebFiles().empty()) {
    CHECK(fixture.client().Get("/")->body.find("was not built") != std::string::npos);
    return;
  }
  CHECK(fixture.client().Get("/assets/none.js")->status == 404);
  CHECK(fixture.client().Get("/../../etc/passwd.txt")->status == 404);
  const auto page = fixture.client().Get("/");
  const auto same = fixture.client().Get("/", {{"If-None-Match", page->get_header_value("ETag")}});
  CHECK(same->status == 304);
  fixture.client().set_decompress(false);
  for (const auto& file : http::WebFiles()) {
    const std::string path = "/" + std::string(file.path);
    CAPTURE(path);
    const auto packed = fixture.client().Get(path, {{"Accept-Encoding", "gzip"}});
    CHECK(packed->body == file.gzip);
    const auto plain = fixture.client().Get(path, {{"Accept-Encoding", "identity"}});
    CHECK(plain->body == *http::PlainContent(file));
    const bool is_asset = path.starts_with("/assets/");
    CHECK((plain->get_header_value("Cache-Control").find("immutable") != std::string::npos) ==
          is_asset);
  }
}

TEST_CASE("The examples are in the executable", "[server]") {
  HttpFixture fixture;
  const auto examples = fixture.GetJson("/examples")["examples"];
  bool has_digits = false;
  for (const auto& example : examples) {
    has_digits |= example["name"] == "digits/tpe.yaml";
    CHECK(example["document"].get<std::string>() ==
          *ReadFile(QALAM_SOURCE "/examples/" + example["name"].get<std::string>()));
  }
  CHECK(has_digits);
}

TEST_CASE("What gzip packs, it unpacks, and nothing more", "[server]") {
  const std::string text(100'000, 'x');
  const std::string packed = http::Gzip(text, 1);
  CHECK(packed.size() < 1000);
  CHECK(*http::Gunzip(packed, text.size()) == text);
  CHECK(http::Gunzip(packed, 1000).status().code() == StatusCode::kResourceExhausted);
  CHECK_FALSE(http::Gunzip(packed.substr(0, packed.size() / 2), 1 << 20).ok());
  CHECK_FALSE(http::Gunzip("no gzip", 1 << 20).ok());
}

}  // namespace qalam
