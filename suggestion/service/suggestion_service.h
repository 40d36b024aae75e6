// The gRPC faces of the samplers.
#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "api/proto/qalam_v1.grpc.pb.h"

namespace qalam {

// qalam.v1.SuggestionService: keeps one sampler per experiment uid; calls carry what is new.
// May be called without gRPC too: no method looks at its context.
std::unique_ptr<v1::SuggestionService::Service> MakeSuggestionService();

// api.v1.beta1.Suggestion, for Katib's controllers: experiments are told apart by name and content,
// and each request's whole history is diffed against what is already known.
std::unique_ptr<grpc::Service> MakeKatibSuggestionService();

}  // namespace qalam
