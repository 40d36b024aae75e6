// What a controller calls, with one of the calls spoiled: store, operator and suggestion service.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "controller/operators/operator.h"
#include "db/store.h"

namespace qalam {

enum class Spoiling {
  kNone,
  kRefused,     // UNAVAILABLE, and nothing was done
  kUnanswered,  // UNAVAILABLE, although it was done
  kDelayed,
  kKilledBefore,  // this process, by SIGKILL
  kKilledAfter,
};

// Counts calls, over all that share it, and spoils the one of this number, from 1. Thread-safe.
class SpoiledCalls {
 public:
  // Longer than everything else that a test's controller waits for.
  static constexpr Duration kDelay = absl::Milliseconds(40);

  SpoiledCalls(Spoiling spoiling, int which) : spoiling_(spoiling), which_(which) {}

  int made() const {
    absl::MutexLock lock(&mutex_);
    return made_;
  }
  // What the spoiled call was; "" when there was none.
  std::string spoiled() const {
    absl::MutexLock lock(&mutex_);
    return spoiled_;
  }

  template <typename Call>
  auto Make(const std::string& name, const Call& call) -> decltype(call()) {
    switch (Count(name)) {
      case Spoiling::kNone:
        break;
      case Spoiling::kRefused:
        return Unavailable("spoiled: {}", name);
      case Spoiling::kUnanswered:
        call().IgnoreError();
        return Unavailable("spoiled: {}", name);
      case Spoiling::kDelayed:
        absl::SleepFor(kDelay);
        break;
      case Spoiling::kKilledBefore:
        kill(getpid(), SIGKILL);
        break;
      case Spoiling::kKilledAfter:
        call().IgnoreError();
        kill(getpid(), SIGKILL);
        break;
    }
    return call();
  }

 private:
  Spoiling Count(const std::string& name) {
    absl::MutexLock lock(&mutex_);
    if (++made_ != which_) return Spoiling::kNone;
    spoiled_ = name;
    return spoiling_;
  }

  const Spoiling spoiling_;
  const int which_;
  mutable absl::Mutex mutex_;
  int made_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string spoiled_ ABSL_GUARDED_BY(mutex_);
};

// Its writes are spoiled.
class SpoiledStore final : public Store {
 public:
  SpoiledStore(std::unique_ptr<Store> store, SpoiledCalls& calls)
      : store_(std::move(store)), calls_(calls) {}

  Status Commit(const WriteBatch& batch) override {
    return calls_.Make("Commit", [&] { return store_->Commit(batch); });
  }
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return store_->ListExperiments(query);
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return store_->CountExperiments(query);
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    return store_->ListTrials(query);
  }
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
    return store_->CountTrials(experiment_uid);
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override {
    return store_->BestTrial(experiment_uid, type);
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override {
    return store_->ListIncumbents(experiment_uid, type);
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return store_->ReadMetrics(query);
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return store_->ListEvents(query);
  }

 private:
  const std::unique_ptr<Store> store_;
  SpoiledCalls& calls_;
};

class SpoiledOperator final : public TrialOperator {
 public:
  SpoiledOperator(std::unique_ptr<TrialOperator> engine, SpoiledCalls& calls)
      : engine_(std::move(engine)), calls_(calls) {}

  StatusOr<std::string> Submit(const TrialJob& job) override {
    return calls_.Make("Submit", [&] { return engine_->Submit(job); });
  }
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override {
    return calls_.Make("Poll", [&] { return engine_->Poll(handles); });
  }
  Status Cancel(const std::string& handle) override {
    return calls_.Make("Cancel", [&] { return engine_->Cancel(handle); });
  }
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override {
    return engine_->ReadLog(handle, offset);
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    return calls_.Make("ReadObservations",
                       [&] { return engine_->ReadObservations(handle, offset); });
  }
  void Watch(std::function<void(const std::string&)> changed) override {
    engine_->Watch(std::move(changed));
  }

 private:
  const std::unique_ptr<TrialOperator> engine_;
  SpoiledCalls& calls_;
};

// Hands its calls on to another service.
class SpoiledSuggestions final : public v1::SuggestionService::Service {
 public:
  SpoiledSuggestions(std::shared_ptr<grpc::Channel> channel, SpoiledCalls& calls)
      : stub_(v1::SuggestionService::NewStub(std::move(channel))), calls_(calls) {}

  grpc::Status Suggest(grpc::ServerContext*, const v1::SuggestRequest* request,
                       v1::SuggestReply* reply) override {
    return ToGrpc(calls_.Make("Suggest", [&] {
      grpc::ClientContext context;
      return FromGrpc(stub_->Suggest(&context, *request, reply));
    }));
  }
  grpc::Status Forget(grpc::ServerContext*, const v1::ForgetRequest* request,
                      v1::ForgetReply* reply) override {
    grpc::ClientContext context;
    return stub_->Forget(&context, *request, reply);
  }

 private:
  const std::unique_ptr<v1::SuggestionService::Stub> stub_;
  SpoiledCalls& calls_;
};

// The algorithms of this process as a service whose calls are spoiled.
class SpoiledSuggestionServer {
 public:
  explicit SpoiledSuggestionServer(std::unique_ptr<grpc::Service> algorithms, SpoiledCalls& calls)
      : algorithms_(std::move(algorithms)),
        inner_(grpc::ServerBuilder().RegisterService(algorithms_.get()).BuildAndStart()),
        service_(inner_->InProcessChannel({}), calls),
        outer_(grpc::ServerBuilder().RegisterService(&service_).BuildAndStart()) {}

  std::shared_ptr<grpc::Channel> channel() { return outer_->InProcessChannel({}); }

 private:
  const std::unique_ptr<grpc::Service> algorithms_;
  const std::unique_ptr<grpc::Server> inner_;
  SpoiledSuggestions service_;
  const std::unique_ptr<grpc::Server> outer_;
};

}  // namespace qalam
