// What a Katib client's GetSuggestions call costs when it resends a long history. Prints a JSON
// object: the processor's milliseconds of a whole call over gRPC, of parsing its request alone and
// of finding out alone what is new in it. Usage: bench_katib [TRIALS].

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "base/random.h"
#include "suggestion/service/suggestion_server.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {
namespace {

namespace katib = ::api::v1::beta1;

constexpr int kParameters = 10;
constexpr int kRepeats = 20;

// Of the whole process, so that a call's share in every thread counts.
double ProcessorMilliseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto total = [](const timeval& time) { return 1e3 * time.tv_sec + 1e-3 * time.tv_usec; };
  return total(usage.ru_utime) + total(usage.ru_stime);
}

template <typename Work>
double Measure(Work work) {
  const double start = ProcessorMilliseconds();
  for (int i = 0; i < kRepeats; ++i) work();
  return (ProcessorMilliseconds() - start) / kRepeats;
}

katib::GetSuggestionsRequest Request(int trials) {
  katib::GetSuggestionsRequest request;
  request.mutable_experiment()->set_name("bench");
  auto* spec = request.mutable_experiment()->mutable_spec();
  spec->mutable_objective()->set_type(katib::MAXIMIZE);
  spec->mutable_objective()->set_objective_metric_name("accuracy");
  spec->mutable_algorithm()->set_algorithm_name("random");
  for (int i = 0; i < kParameters; ++i) {
    auto* parameter = spec->mutable_parameter_specs()->add_parameters();
    parameter->set_name(fmt::format("parameter_{}", i));
    parameter->set_parameter_type(katib::DOUBLE);
    parameter->mutable_feasible_space()->set_min("0");
    parameter->mutable_feasible_space()->set_max("1");
  }
  RandomStream stream(1, 0, "bench.katib");
  for (int i = 0; i < trials; ++i) {
    auto* trial = request.add_trials();
    trial->set_name(fmt::format("bench-{:08x}", stream() & 0xffffffff) + std::to_string(i));
    for (int d = 0; d < kParameters; ++d) {
      auto* assignment = trial->mutable_spec()->mutable_parameter_assignments()->add_assignments();
      assignment->set_name(fmt::format("parameter_{}", d));
      assignment->set_value(fmt::format("{}", stream.Uniform()));
    }
    // What Katib's controller sends besides.
    *trial->mutable_spec()->mutable_objective() = spec->objective();
    trial->mutable_status()->set_start_time("2024-01-01T00:00:00Z");
    trial->mutable_status()->set_completion_time("2024-01-01T00:01:00Z");
    trial->mutable_status()->set_condition(katib::TrialStatus::SUCCEEDED);
    auto* metric = trial->mutable_status()->mutable_observation()->add_metrics();
    metric->set_name("accuracy");
    metric->set_value(fmt::format("{}", stream.Uniform()));
  }
  return request;
}

int Run(int trials) {
  auto request = Request(trials);
  const std::string bytes = request.SerializeAsString();
  const double parsing = Measure([&] {
    katib::GetSuggestionsRequest parsed;
    if (!parsed.ParseFromString(bytes)) std::abort();
  });

  // Nothing new and nothing wanted: what is left is the comparison with what is known.
  const auto service = MakeKatibSuggestionService();
  auto* suggestion = dynamic_cast<katib::Suggestion::Service*>(service.get());
  katib::GetSuggestionsReply reply;
  request.set_total_request_number(trials);
  if (!suggestion->GetSuggestions(nullptr, &request, &reply).ok()) return 1;
  const double comparing = Measure([&] { suggestion->GetSuggestions(nullptr, &request, &reply); });

  const auto server = SuggestionServer::Start("127.0.0.1:0");
  if (!server.ok()) return 1;
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  const auto stub = katib::Suggestion::NewStub(grpc::CreateCustomChannel(
      (*server)->address(), grpc::InsecureChannelCredentials(), arguments));
  request.set_current_request_number(1);
  request.set_total_request_number(trials + 1);
  bool failed = false;
  const auto call = [&] {
    grpc::ClientContext context;
    failed |= !stub->GetSuggestions(&context, request, &reply).ok();
  };
  call();
  const double whole = Measure(call);
  // The client's own share of that.
  const double serializing = Measure([&] {
    std::string text;
    request.SerializeToString(&text);
  });
  std::printf(
      "{\"trials\": %d, \"parsing_ms\": %.4f, \"comparing_ms\": %.4f, \"call_ms\": %.4f, "
      "\"client_ms\": %.4f}\n",
      trials, parsing, comparing, whole, serializing);
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) { return qalam::Run(argc > 1 ? std::atoi(argv[1]) : 10000); }
