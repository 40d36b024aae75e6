// What a reconciliation asks for, done by workers.
#include <filesystem>

#include "base/log.h"
#include "controller/controller_loop.h"
#include "controller/trial_folders.h"

namespace qalam {

void Controller::Loop::RequestSuggestions(ExperimentRun& run, int count) {
  run.suggesting = true;
  TrialNews news{.is_complete = !run.untold_lost, .ended = std::move(run.untold)};
  run.untold.clear();
  for (const auto& [uid, trial] : run.active) {
    news.active.push_back({trial.record.number, trial.record.parameters});
  }
  run.untold_lost = false;
  workers_->Run([this, record = run.record, document = run.document, first = run.next_number, count,
                 news = std::move(news)] {
    auto suggestions = suggestions_.Suggest(record, document, first, count, news);
    Post([this, uid = record.uid, suggestions = std::move(suggestions)] {
      const auto entry = runs_.find(uid);
      if (entry == runs_.end()) return;
      entry->second.suggesting = false;
      entry->second.untold_lost |= !suggestions.ok();
      entry->second.suggestions = suggestions;
      dirty_.insert(uid);
    });
  });
}

void Controller::Loop::SubmitTrial(ExperimentRun& run, ActiveTrial& trial) {
  trial.submitting = true;
  ++submissions_in_flight_;
  auto job = MakeJob(run, trial.record);
  if (job.ok()) job->retries = trial.retries;
  if (job.ok() && options_.trial_environment) {
    job->environment.merge(options_.trial_environment(*job));
  }
  workers_->Run([this, job = std::move(job), experiment_uid = run.record.uid,
                 trial_uid = trial.record.uid] {
    // Asked as late as can be: the experiment may have gone to another server meanwhile.
    auto handle = !Holds(experiment_uid) ? StatusOr<std::string>(Unavailable("not held any more"))
                  : job.ok()             ? operator_.Submit(*job)
                                         : StatusOr<std::string>(job.status());
    // While it waits for room its directory stands for the handle.
    const std::string name = handle.ok() ? *handle : job.ok() ? job->directory : "";
    Post([this, experiment_uid, trial_uid, name, handle = std::move(handle)] {
      const bool heard = heard_early_.erase(name) > 0;
      if (--submissions_in_flight_ == 0) heard_early_.clear();
      ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
      if (trial == nullptr) return;
      trial->submitting = false;
      trial->look_again |= heard || !trial->fresh;
      trial->room_heard |= heard;
      trial->waits_for_room = handle.status().code() == StatusCode::kResourceExhausted;
      trial->fresh = false;
      if (!name.empty()) by_handle_[name] = {experiment_uid, trial_uid};
      runs_[experiment_uid].submissions.insert_or_assign(trial_uid, handle);
      dirty_.insert(experiment_uid);
    });
  });
}

void Controller::Loop::LookAtTrial(ExperimentRun& run, ActiveTrial& trial) {
  trial.looking = true;
  trial.look_again = false;
  workers_->Run([this, handle = run.HandleOf(trial.record), offset = trial.record.collected_bytes,
                 experiment_uid = run.record.uid, trial_uid = trial.record.uid,
                 edition = run.edition] {
    auto look = LookAt(operator_, handle, offset);
    Post([this, experiment_uid, trial_uid, edition, look = std::move(look)] {
      ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
      if (trial == nullptr) return;
      trial->looking = false;
      dirty_.insert(experiment_uid);
      // Its points may be in the store already.
      trial->look_again |= look.more || runs_[experiment_uid].edition != edition;
      if (runs_[experiment_uid].edition != edition) return;
      runs_[experiment_uid].looks.insert_or_assign(trial_uid, look);
      dirty_.insert(experiment_uid);
    });
  });
}

void Controller::Loop::CancelTrial(ExperimentRun& run, ActiveTrial& trial) {
  const std::string handle = run.HandleOf(trial.record);
  by_handle_[handle] = {run.record.uid, trial.record.uid};
  workers_->Run([this, handle, log = LoggerOf(run, trial.record), experiment_uid = run.record.uid,
                 trial_uid = trial.record.uid] {
    const Status status =
        Holds(experiment_uid) ? operator_.Cancel(handle) : Unavailable("not held any more");
    if (!status.ok()) log.Warn("cannot stop it, will try again", {{"error", Message(status)}});
    Post([this, experiment_uid, trial_uid] {
      ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
      if (trial == nullptr) return;
      trial->look_again = true;
      dirty_.insert(experiment_uid);
    });
  });
}

void Controller::Loop::RemoveTrialFolders(ExperimentRun& run) {
  run.removing_folders = true;
  run.has_folders_to_remove = false;
  workers_->Run([this, log = LoggerOf(run), record = run.record, spec = run.document.spec] {
    const Status status = qalam::RemoveTrialFolders(store_, record, spec);
    if (!status.ok()) {
      log.Warn("cannot remove folders of ended trials, will try again with the next end",
               {{"error", Message(status)}});
    }
    Post([this, uid = record.uid] {
      const auto entry = runs_.find(uid);
      if (entry == runs_.end()) return;
      entry->second.removing_folders = false;
      dirty_.insert(uid);
    });
  });
}

void Controller::Loop::RemoveFiles(ExperimentRun& run) {
  run.removing_folders = true;
  workers_->Run([this, log = LoggerOf(run), uid = run.record.uid, folder = run.record.work_dir] {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    if (error) {
      log.Warn("cannot remove the files of a deleted experiment", {{"error", error.message()}});
    }
    Post([this, uid] {
      const auto entry = runs_.find(uid);
      if (entry == runs_.end()) return;
      entry->second.removing_folders = false;
      entry->second.files_removed = true;
      dirty_.insert(uid);
    });
  });
}

}  // namespace qalam
