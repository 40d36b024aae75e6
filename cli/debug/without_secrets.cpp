#include <re2/re2.h>

#include "cli/debug/bundle.h"

namespace qalam {

namespace {

struct Mask {
  const char* pattern;
  const char* replacement;
};

constexpr Mask kMasks[] = {
    // Private keys in PEM form, whole.
    {R"((?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$))",
     "(a private key)"},
    // Authorization headers.
    {R"((?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+)", "\\1 ***"},
    // JSON Web Tokens, wherever they stand.
    {R"(eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)", "***"},
    // postgres://user:password@host
    {R"((\b[a-z][a-z0-9+.-]*://[^\s/:@"']*):[^\s/@"']+@)", "\\1:***@"},
    // name=value and "name": "value", where the name tells.
    {R"re((?i)(["']?[\w.-]*(?:token|secret|password|passwd|api[_-]?key|credential)[\w.-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}\]"']+))re",
     "\\1***"},
    // NAME, then its value: Kubernetes' form of environment variables.
    {R"re((?i)("name"\s*:\s*"[^"]*(?:token|secret|password|api_?key)[^"]*"\s*,\s*"value"\s*:\s*)"(?:[^"\\]|\\.)*")re",
     "\\1\"***\""},
    {R"re((?i)(name:\s*\S*(?:token|secret|password|api_?key)\S*\s*\n?\s*,?\s*value:\s*)\S+)re",
     "\\1***"},
};

}  // namespace

std::string WithoutSecrets(std::string text) {
  for (const auto& mask : kMasks) RE2::GlobalReplace(&text, mask.pattern, mask.replacement);
  return text;
}

}  // namespace qalam
