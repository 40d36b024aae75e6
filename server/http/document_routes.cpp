#include "server/http/call.h"
#include "server/http/embedded.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "suggestion/algorithm_choice.h"
#include "suggestion/registry.h"

namespace qalam::http {

namespace {

StatusOr<Answer> Validate(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto body, request.Object());
  RETURN_IF_ERROR(AllowOnly(body, {"document"}));
  v1::ValidateDocumentRequest call;
  ASSIGN_OR_RETURN(*call.mutable_document(), TextMember(body, "document"));
  ASSIGN_OR_RETURN(const auto reply, Call(context, &Service::ValidateDocument, call));
  Json json = MessageToJson(reply);
  json["choices"] = Json::array();
  if (!reply.faults().empty()) return JsonAnswer(json);
  const auto parsed = ParseDocuments(call.document(), "document", RegisteredAlgorithms());
  for (const auto& document : parsed.documents) {
    json["choices"].push_back(ExplainChoice(document.spec));
  }
  if (!parsed.documents.empty()) json["document"] = qalam::ToJson(parsed.documents.front());
  return JsonAnswer(json);
}

// The first comment of a document is its title.
std::string TitleOf(std::string_view document) {
  if (!document.starts_with("# ")) return "";
  return std::string(document.substr(2, document.find('\n') - 2));
}

StatusOr<Answer> ListExamples(const ApiContext& context, const ApiRequest& request) {
  Json examples = Json::array();
  for (const auto& file : ExampleDocuments()) {
    ASSIGN_OR_RETURN(const std::string document, PlainContent(file));
    examples.push_back(
        {{"name", std::string(file.path)}, {"title", TitleOf(document)}, {"document", document}});
  }
  return JsonAnswer({{"examples", examples}});
}

}  // namespace

void AddDocumentRoutes(std::vector<Route>& routes) {
  routes.push_back({.method = "POST",
                    .path = "/validate",
                    .summary = "Every fault of a document; creates nothing",
                    .handler = Validate,
                    .reply = ObjectOf({{"faults", ArrayOf(SchemaOf<v1::Fault>())},
                                       {"experiments", ArrayOf(SchemaOf<v1::ExperimentName>())},
                                       {"choices", ArrayOf(TextSchema())},
                                       {"document?", {{"type", "object"}}}}),
                    .body = ObjectOf({{"document", TextSchema()}})});
  routes.push_back({"GET", "/examples", "Documents that run as they are", ListExamples,
                    ObjectOf({{"examples", ArrayOf(ObjectOf({{"name", TextSchema()},
                                                             {"title", TextSchema()},
                                                             {"document", TextSchema()}}))}})});
}

}  // namespace qalam::http
