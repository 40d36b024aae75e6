#include <cstdio>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/standard_output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> Logs(const CommonOptions& common, const std::string& trial, bool follow) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  grpc::ClientContext context;
  v1::ReadLogsRequest request;
  request.mutable_trial()->set_namespace_(common.name_space);
  request.mutable_trial()->set_name(trial);
  request.set_follow(follow);
  const auto stream = connection->stub().ReadLogs(&context, request);
  v1::LogChunk chunk;
  while (stream->Read(&chunk)) {
    std::fwrite(chunk.data().data(), 1, chunk.data().size(), stdout);
    if (FlushStandardOutput().ok()) continue;
    // Nobody reads on, or a disk is full; the end of the program tells which.
    context.TryCancel();
    stream->Finish();
    return 0;
  }
  RETURN_IF_ERROR(FromGrpc(stream->Finish()));
  return 0;
}

}  // namespace

void AddLogs(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "logs", "Show what a trial has printed",
                           "qalam logs digits-tpe-1a2b3c4d -f");
  auto trial = std::make_shared<std::string>();
  auto follow = std::make_shared<bool>(false);
  verb->add_option("TRIAL", *trial, "The trial's name")->required();
  verb->add_flag("-f,--follow", *follow, "Go on until the trial has ended");
  verb->callback([chosen, trial, follow] {
    *chosen = [trial, follow](const CommonOptions& common) {
      return Logs(common, *trial, *follow);
    };
  });
}

}  // namespace qalam
