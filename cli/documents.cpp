#include "cli/documents.h"

#include <iostream>
#include <iterator>

#include "api/encoding.h"
#include "api/experiment.h"
#include "api/grpc_status.h"
#include "base/files.h"
#include "suggestion/registry.h"

namespace qalam {

StatusOr<std::vector<DocumentText>> ReadDocuments(const std::vector<std::string>& files) {
  std::vector<DocumentText> documents;
  for (const auto& file : files) {
    if (file == "-") {
      documents.push_back({"-", std::string(std::istreambuf_iterator<char>(std::cin.rdbuf()), {})});
      continue;
    }
    // A little above what a document may be, so that the message about its size is the usual one.
    ASSIGN_OR_RETURN(auto text, ReadFile(file, 8 << 20));
    documents.push_back({file, std::move(text)});
  }
  return documents;
}

std::string ClientRunExperiment(const DocumentText& document) {
  const auto parsed = ParseDocuments(document.text, document.source, RegisteredAlgorithms());
  for (const auto& one : parsed.documents) {
    if (one.spec.trial_runner != TrialRunner::kClient) continue;
    return one.metadata.name.empty() ? one.metadata.generate_name : one.metadata.name;
  }
  return "";
}

namespace {

StatusOr<v1::ValidateDocumentReply> Validate(Connection& connection, const DocumentText& document) {
  grpc::ClientContext context;
  v1::ValidateDocumentRequest request;
  request.set_document(document.text);
  request.set_source_name(document.source);
  v1::ValidateDocumentReply reply;
  RETURN_IF_ERROR(FromGrpc(connection.stub().ValidateDocument(&context, request, &reply)));
  return reply;
}

// Every fault, however many: the answer of CreateExperiments holds only the first.
Status CheckDocument(Connection& connection, const DocumentText& document) {
  if (const auto fault = CheckEncoding(document.text, document.source)) {
    return InvalidArgument("{}", fault->ToString());
  }
  ASSIGN_OR_RETURN(const auto reply, Validate(connection, document));
  std::string text;
  for (const auto& fault : reply.faults()) {
    const Fault one{fault.source(), fault.line(), fault.column(), fault.field(), fault.message()};
    text += (text.empty() ? "" : "\n") + one.ToString();
  }
  return text.empty() ? absl::OkStatus() : InvalidArgument("{}", text);
}

}  // namespace

StatusOr<std::vector<v1::ExperimentName>> CreateExperiments(Connection& connection,
                                                            const DocumentText& document) {
  RETURN_IF_ERROR(CheckDocument(connection, document));
  grpc::ClientContext context;
  v1::CreateExperimentsRequest request;
  request.set_document(document.text);
  request.set_source_name(document.source);
  v1::CreateExperimentsReply reply;
  RETURN_IF_ERROR(FromGrpc(connection.stub().CreateExperiments(&context, request, &reply)));
  std::vector<v1::ExperimentName> names;
  for (const auto& experiment : reply.experiments()) {
    v1::ExperimentName name;
    name.set_namespace_(experiment.namespace_());
    name.set_name(experiment.name());
    names.push_back(std::move(name));
  }
  return names;
}

StatusOr<std::vector<v1::ExperimentName>> NamesOf(Connection& connection,
                                                  const DocumentText& document) {
  ASSIGN_OR_RETURN(const auto reply, Validate(connection, document));
  return std::vector<v1::ExperimentName>(reply.experiments().begin(), reply.experiments().end());
}

}  // namespace qalam
