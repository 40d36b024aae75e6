#include "db/postgres/change_notices.h"

#include "base/uid.h"

namespace qalam::postgres {

namespace {

// A notice holds less than 8000 bytes.
constexpr size_t kLongestNotice = 7500;

// The part before `end`, taken off the text with it.
std::string_view Take(std::string_view& text, char end) {
  const size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

}  // namespace

const std::string& NoticeSource() {
  static const std::string source = NewUid();
  return source;
}

// A line each: "e EXPERIMENT", "t EXPERIMENT TRIAL", "d EXPERIMENT NAMESPACE NAME".
Status ChangeNotices::Note(Connection& connection, const WriteBatch& batch) {
  for (const auto* experiments : {&batch.create_experiments, &batch.update_experiments}) {
    for (const auto& experiment : *experiments) lines_.insert("e " + experiment.uid);
  }
  for (const auto* trials : {&batch.create_trials, &batch.update_trials}) {
    for (const auto& trial : *trials) lines_.insert("t " + trial.experiment_uid + " " + trial.uid);
  }
  for (const auto& appended : batch.append_points) {
    auto row = connection.Prepare(
        "SELECT e.uid FROM trials t JOIN experiments e ON e.id=t.experiment_id WHERE t.uid=$1");
    ASSIGN_OR_RETURN(const bool found, row.Bind(appended.trial_uid).Step());
    if (found) lines_.insert("t " + row.Text() + " " + appended.trial_uid);
  }
  for (const auto& uid : batch.delete_experiments) {
    auto row = connection.Prepare("SELECT name_space, name FROM experiments WHERE uid=$1");
    ASSIGN_OR_RETURN(const bool found, row.Bind(uid).Step());
    if (!found) continue;
    const std::string name_space = row.Text();
    lines_.insert("d " + uid + " " + name_space + " " + row.Text());
  }
  return absl::OkStatus();
}

Status ChangeNotices::Send(Connection& connection) {
  std::string notice = NoticeSource();
  for (auto line = lines_.begin(); line != lines_.end();) {
    notice += "\n" + *line;
    if (++line != lines_.end() && notice.size() + line->size() < kLongestNotice) continue;
    RETURN_IF_ERROR(connection.Prepare("SELECT pg_notify('qalam', $1)").Bind(notice).Run());
    notice = NoticeSource();
  }
  return absl::OkStatus();
}

void ReadNotice(std::string_view notice, std::vector<RemoteChange>& changes) {
  if (Take(notice, '\n') == NoticeSource()) return;
  while (!notice.empty()) {
    std::string_view line = Take(notice, '\n');
    const std::string_view kind = Take(line, ' ');
    RemoteChange change{.experiment_uid = std::string(Take(line, ' '))};
    if (kind == "t") {
      change.kind = RemoteChange::Kind::kTrial;
      change.trial_uid = line;
    } else if (kind == "d") {
      change.kind = RemoteChange::Kind::kDeleted;
      change.name_space = Take(line, ' ');
      change.name = line;
    }
    changes.push_back(std::move(change));
  }
}

}  // namespace qalam::postgres
