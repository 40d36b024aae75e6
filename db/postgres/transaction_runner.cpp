#include "db/postgres/transaction_runner.h"

namespace qalam::postgres {

Status TransactionRunner::Reconnect() {
  if (connection_ != nullptr && connection_->IsIdle()) return absl::OkStatus();
  connection_.reset();
  ASSIGN_OR_RETURN(connection_, Connection::Open(address_));
  return absl::OkStatus();
}

// Before the commit was sent: nothing stands.
TransactionRunner::Outcome TransactionRunner::AfterFailure(const Status& status) {
  if (connection_ == nullptr) {
    return status.code() == StatusCode::kUnavailable ? Outcome::kNothing : Outcome::kDecided;
  }
  const Failure failure = connection_->failure();
  const bool again =
      !connection_->IsAlive() || failure == Failure::kConflict || failure == Failure::kAway;
  if (connection_->IsAlive()) connection_->Execute("ROLLBACK").IgnoreError();
  return again ? Outcome::kNothing : Outcome::kDecided;
}

TransactionRunner::Outcome TransactionRunner::Attempt(
    const std::function<Status(Connection&)>& change, Status* status, std::string* transaction) {
  *status = Reconnect();
  if (!status->ok()) return AfterFailure(*status);
  connection_->ForgetFailure();
  const auto begun =
      connection_->QueryText(QALAM_BEGIN_WRITING "SELECT pg_current_xact_id()::text");
  *status = begun.ok() ? change(*connection_) : begun.status();
  if (!status->ok()) return AfterFailure(*status);
  *transaction = *begun;
  *status = connection_->Execute("COMMIT");
  if (status->ok()) return Outcome::kDecided;
  // Answered, it was refused. Not answered, it may have come about.
  return connection_->IsAlive() ? AfterFailure(*status) : Outcome::kUnknown;
}

TransactionRunner::Outcome TransactionRunner::LookUp(const std::string& transaction,
                                                     Patience& patience, Status* status) {
  do {
    if (!Reconnect().ok()) continue;
    auto row = connection_->Prepare("SELECT pg_xact_status($1::text::xid8)");
    const auto found = row.Bind(transaction).Step();
    if (!found.ok()) {
      // A server that has taken over from the one that was lost may not have come so far.
      if (connection_->IsAlive()) return Outcome::kNothing;
      continue;
    }
    const std::string state = row.Text();
    if (state == "committed") {
      *status = absl::OkStatus();
      return Outcome::kDecided;
    }
    if (state == "aborted") return Outcome::kNothing;
  } while (patience.TryAgain());
  *status = MakeStatus(
      StatusCode::kUnknown,
      fmt::format("the database {} does not answer any more; it is not known whether the last "
                  "change is stored: look once its server runs again",
                  address_.Shown()));
  return Outcome::kUnknown;
}

Status TransactionRunner::Run(const std::function<Status(Connection&)>& change) {
  Patience patience(options_.patience);
  Status status;
  Outcome outcome;
  do {
    std::string transaction;
    outcome = Attempt(change, &status, &transaction);
    if (outcome == Outcome::kUnknown) outcome = LookUp(transaction, patience, &status);
  } while (outcome == Outcome::kNothing && patience.TryAgain());
  return status;
}

}  // namespace qalam::postgres
