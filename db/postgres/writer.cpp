#include "db/postgres/writer.h"

#include "db/postgres/apply.h"

namespace qalam::postgres {

Status Writer::Apply(Connection& connection, const GroupCommit::Request& request,
                     ChangeNotices& notices) {
  HeldLeases* const held = request.fenced ? &held_ : nullptr;
  if (!tells_others_) return ApplyBatch(connection, *request.batch, held);
  ChangeNotices noted = notices;
  RETURN_IF_ERROR(noted.Note(connection, *request.batch));
  RETURN_IF_ERROR(ApplyBatch(connection, *request.batch, held));
  notices = std::move(noted);
  return absl::OkStatus();
}

// A batch that is refused takes only itself back. An error that is not of the batch alone means
// that nothing of the group may stand.
Status Writer::ApplyAlone(Connection& connection, GroupCommit::Request& request,
                          ChangeNotices& notices) {
  RETURN_IF_ERROR(connection.Execute("SAVEPOINT batch"));
  request.status = Apply(connection, request, notices);
  if (request.status.ok()) return connection.Execute("RELEASE batch");
  if (connection.failure() == Failure::kConflict || !connection.IsAlive()) return request.status;
  return connection.Execute("ROLLBACK TO batch; RELEASE batch");
}

Status Writer::ApplyGroup(Connection& connection, const Group& group) {
  ChangeNotices notices;
  if (group.size() == 1) {
    // Nothing else would be taken back with it.
    RETURN_IF_ERROR(Apply(connection, *group.front(), notices));
  } else {
    for (auto* request : group) {
      request->status = absl::OkStatus();
      RETURN_IF_ERROR(ApplyAlone(connection, *request, notices));
    }
  }
  return notices.Send(connection);
}

void Writer::CommitGroup(const Group& group) {
  const Status whole =
      runner_.Run([&](Connection& connection) { return ApplyGroup(connection, group); });
  if (whole.ok()) return;
  for (auto* request : group) {
    if (request->status.ok()) request->status = whole;
  }
}

}  // namespace qalam::postgres
