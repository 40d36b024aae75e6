#include "db/postgres/connection.h"

#include <algorithm>
#include <limits>

#include "api/encoding.h"
#include "db/postgres/binary.h"
#include "db/postgres/error.h"

namespace qalam::postgres {

namespace {

// Of pg_type.dat; they never change.
constexpr Oid kBoolean = 16, kInt8 = 20, kText = 25, kDouble = 701, kInt8Array = 1016;
constexpr int kBinary = 1;

// Defaults that the address may overrule: a server that is away is known to be within seconds.
constexpr const char* kKeywords[] = {"connect_timeout",
                                     "tcp_user_timeout",
                                     "keepalives_idle",
                                     "keepalives_interval",
                                     "keepalives_count",
                                     "application_name",
                                     "dbname",
                                     "client_encoding",
                                     nullptr};

}  // namespace

std::string StorableText(std::string_view text) {
  std::string clean(text);
  if (clean.find('\0') != std::string::npos) {
    std::string replaced;
    for (const char c : clean) c == '\0' ? replaced += "\xEF\xBF\xBD" : replaced += c;
    clean = std::move(replaced);
  }
  return ReplaceForeignBytes(clean);
}

namespace {

bool IsWellFormed(const DatabaseAddress& address) {
  char* fault = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(address.text().c_str(), &fault);
  PQfreemem(fault);
  PQconninfoFree(parsed);
  return parsed != nullptr;
}

// libpq tells no SQLSTATE of a connection that failed; and what it quotes of a malformed address
// may be of a password.
Status OpenError(PGconn* connection, const DatabaseAddress& address) {
  const std::string detail = PQerrorMessage(connection);
  const auto says = [&](const char* text) { return detail.find(text) != std::string::npos; };
  if (!IsWellFormed(address) || says("invalid integer value") || says("invalid port number")) {
    return InvalidArgument(
        "{} is no address of a database; it must be postgres://USER@HOST:PORT/NAME, with each "
        "special character of a password as %XX",
        address.Shown());
  }
  // The server's own sentences may be translated, so that these are guesses to help with; what is
  // not recognised is taken for a server that is away.
  const bool is_missing = says("does not exist");
  if (is_missing && says("database")) return PostgresError("3D000", detail, address);
  if (is_missing || says("authentication failed") || says("no password supplied") ||
      says("no pg_hba.conf")) {
    return PostgresError("28000", detail, address);
  }
  return PostgresError("", detail, address);
}

}  // namespace

StatusOr<std::unique_ptr<Connection>> Connection::Open(const DatabaseAddress& address) {
  const char* values[] = {"5",    "10000", "5", "2", "3", "qalam", address.text().c_str(),
                          "UTF8", nullptr};
  PGconn* opened = PQconnectdbParams(kKeywords, values, /*expand_dbname=*/1);
  if (opened == nullptr) return ResourceExhausted("no memory for a connection");
  std::unique_ptr<Connection> connection(new Connection(address, opened));
  if (PQstatus(opened) != CONNECTION_OK) return OpenError(opened, address);
  PQsetNoticeProcessor(
      opened, [](void*, const char*) {}, nullptr);
  // What is acknowledged survives a power cut, whatever the role's settings say.
  RETURN_IF_ERROR(connection
                      ->QueryText("SELECT set_config('synchronous_commit', 'on', false) "
                                  "WHERE current_setting('synchronous_commit')='off'")
                      .status());
  return connection;
}

Status Connection::Check(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN) {
    return absl::OkStatus();
  }
  const char* field = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // Without a connection whatever else was said is its consequence.
  const std::string state = field != nullptr ? field : "";
  const char* message =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  failure_ = IsAlive() ? FailureOf(state) : Failure::kAway;
  return PostgresError(failure_ == Failure::kAway ? "" : state,
                       message != nullptr ? message : PQerrorMessage(connection_), address_);
}

Status Connection::Execute(const std::string& sql) { return QueryText(sql).status(); }

StatusOr<std::string> Connection::QueryText(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()));
  RETURN_IF_ERROR(Check(result.get()));
  if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return std::string();
  return std::string(PQgetvalue(result.get(), 0, 0));
}

Status Connection::CopyIn(const std::string& sql, std::string_view rows) {
  const Result begun(PQexec(connection_, sql.c_str()));
  RETURN_IF_ERROR(Check(begun.get()));
  constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  constexpr std::string_view kTrailer("\377\377", 2);
  bool sent = true;
  for (std::string_view part : {kHeader, rows, kTrailer}) {
    // libpq takes lengths as int.
    constexpr size_t kMost = 1 << 20;
    for (; sent && !part.empty(); part.remove_prefix(std::min(kMost, part.size()))) {
      const auto length = static_cast<int>(std::min(kMost, part.size()));
      sent = PQputCopyData(connection_, part.data(), length) == 1;
    }
  }
  if (sent) PQputCopyEnd(connection_, nullptr);
  Status status = absl::OkStatus();
  while (const Result result{PQgetResult(connection_)}) {
    if (status.ok()) status = Check(result.get());
  }
  if (status.ok() && !sent) status = Check(nullptr);
  return status;
}

StatusOr<std::string> Connection::PreparedName(const std::string& sql,
                                               const std::vector<Oid>& types) {
  const auto known = std::find(prepared_.begin(), prepared_.end(), sql);
  std::string name = fmt::format("q{}", known - prepared_.begin());
  if (known != prepared_.end()) return name;
  const Result result(PQprepare(connection_, name.c_str(), sql.c_str(),
                                static_cast<int>(types.size()), types.data()));
  RETURN_IF_ERROR(Check(result.get()));
  prepared_.push_back(sql);
  return name;
}

Statement& Statement::Add(Oid type, std::string bytes) {
  // Bound anew after it has run.
  if (result_ != nullptr) {
    result_.reset();
    parameters_.clear();
  }
  parameters_.push_back({type, std::move(bytes)});
  return *this;
}

Statement& Statement::AddNull(Oid type) {
  Add(type, "");
  parameters_.back().is_null = true;
  return *this;
}

Statement& Statement::Bind(int64_t value) { return Add(kInt8, BytesOf(value)); }
Statement& Statement::Bind(bool value) { return Add(kBoolean, std::string(1, value ? 1 : 0)); }
Statement& Statement::Bind(double value) { return Add(kDouble, BytesOf(BitsOf(value))); }
Statement& Statement::Bind(std::string_view value) { return Add(kText, StorableText(value)); }

Statement& Statement::Bind(Time value) {
  return value == absl::InfinitePast() ? AddNull(kInt8) : Bind(absl::ToUnixMicros(value));
}

Statement& Statement::BindOrNull(const std::optional<double>& value) {
  return value ? Bind(*value) : AddNull(kDouble);
}

Statement& Statement::BindTextOrNull(std::string_view value) {
  return value.empty() ? AddNull(kText) : Bind(value);
}

Statement& Statement::Bind(const std::vector<int64_t>& values) {
  // One dimension, no NULL, the elements' type; its length, and the first index.
  std::string bytes;
  for (const int32_t word : {values.empty() ? 0 : 1, 0, static_cast<int>(kInt8)}) {
    AppendBytes(word, bytes);
  }
  if (!values.empty()) {
    AppendBytes(static_cast<int32_t>(values.size()), bytes);
    AppendBytes(int32_t{1}, bytes);
  }
  for (const int64_t value : values) {
    AppendBytes(int32_t{8}, bytes);
    AppendBytes(value, bytes);
  }
  return Add(kInt8Array, std::move(bytes));
}

Status Statement::Execute() {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const auto& parameter : parameters_) {
    types.push_back(parameter.type);
    values.push_back(parameter.is_null ? nullptr : parameter.bytes.data());
    lengths.push_back(static_cast<int>(parameter.bytes.size()));
    formats.push_back(kBinary);
  }
  ASSIGN_OR_RETURN(const std::string name, connection_.PreparedName(sql_, types));
  result_.reset(PQexecPrepared(connection_.get(), name.c_str(), static_cast<int>(types.size()),
                               values.data(), lengths.data(), formats.data(), kBinary));
  RETURN_IF_ERROR(connection_.Check(result_.get()));
  row_ = -1;
  const char* changes = PQcmdTuples(result_.get());
  changes_ = *changes == '\0' ? 0 : std::stoll(changes);
  return absl::OkStatus();
}

StatusOr<bool> Statement::Step() {
  if (result_ == nullptr) RETURN_IF_ERROR(Execute());
  next_column_ = 0;
  return ++row_ < PQntuples(result_.get());
}

Status Statement::Run() {
  const Status status = Execute();
  if (result_ == nullptr) parameters_.clear();
  return status;
}

std::string_view Statement::Column() {
  const int column = next_column_++;
  if (PQgetisnull(result_.get(), row_, column) == 1) return {};
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<size_t>(PQgetlength(result_.get(), row_, column))};
}

int64_t Statement::Int() { return IntOf(Column()); }

double Statement::Double() {
  const std::string_view bytes = Column();
  return bytes.empty() ? std::numeric_limits<double>::quiet_NaN() : DoubleOf(IntOf(bytes));
}

std::string_view Statement::TextView() { return Column(); }

Time Statement::TimeValue() {
  const std::string_view bytes = Column();
  return bytes.empty() ? absl::InfinitePast() : absl::FromUnixMicros(IntOf(bytes));
}

}  // namespace qalam::postgres
