// How a controller's state is kept: a head, then numbers in the machine's own order of bytes.
//   "QALAMCTL", version, hash of the decisions, hidden size, steps, number of weights,
//   weights, Adam's means, Adam's squares, hash of all before.

#include <bit>
#include <cstring>

#include "nas/architecture/architecture_controller.h"

namespace qalam::nas {

namespace {

// Every machine that we build for counts from the little end; files may then travel.
static_assert(std::endian::native == std::endian::little);

constexpr char kMagic[] = "QALAMCTL";
constexpr uint64_t kVersion = 1;

uint64_t HashOf(const std::vector<ControllerDecision>& decisions) {
  std::string text;
  for (const auto& decision : decisions) {
    text += fmt::format("{} {} {};", static_cast<int>(decision.kind), decision.options,
                        decision.vocabulary);
  }
  return StableHash(text);
}

void Append(std::string& bytes, uint64_t word) {
  bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
}

void Append(std::string& bytes, const Eigen::VectorXd& numbers) {
  bytes.append(reinterpret_cast<const char*>(numbers.data()),
               static_cast<size_t>(numbers.size()) * sizeof(double));
}

uint64_t WordAt(const std::string& bytes, size_t offset) {
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + offset, sizeof(word));
  return word;
}

}  // namespace

std::string ArchitectureController::Save() const {
  std::string bytes(kMagic);
  Append(bytes, kVersion);
  Append(bytes, HashOf(network_->decisions()));
  Append(bytes, static_cast<uint64_t>(options_.hidden_size));
  Append(bytes, static_cast<uint64_t>(adam_.steps));
  Append(bytes, static_cast<uint64_t>(weights_.size()));
  for (const auto* numbers : {&weights_, &adam_.mean, &adam_.square}) Append(bytes, *numbers);
  Append(bytes, StableHash(bytes));
  return bytes;
}

Status ArchitectureController::Load(const std::string& bytes) {
  constexpr size_t kMagicBytes = sizeof(kMagic) - 1, kWord = sizeof(uint64_t);
  constexpr size_t kHeadBytes = kMagicBytes + 5 * kWord;
  if (bytes.size() < kHeadBytes + kWord) return DataLoss("the controller's state is cut short");
  if (bytes.compare(0, kMagicBytes, kMagic) != 0) {
    return InvalidArgument("this is not a controller's state");
  }
  const auto head = [&](size_t index) { return WordAt(bytes, kMagicBytes + index * kWord); };
  if (head(0) != kVersion) {
    return InvalidArgument("the controller's state has the version {}; this program reads {}",
                           head(0), kVersion);
  }
  if (head(1) != HashOf(network_->decisions())) {
    return InvalidArgument("the controller's state is of another search space");
  }
  const auto count = static_cast<uint64_t>(weights_.size());
  if (head(2) != static_cast<uint64_t>(options_.hidden_size) || head(4) != count) {
    return InvalidArgument("the controller's state has the hidden size {}, not {}", head(2),
                           options_.hidden_size);
  }
  const size_t numbers_bytes = static_cast<size_t>(count) * sizeof(double);
  if (bytes.size() != kHeadBytes + 3 * numbers_bytes + kWord) {
    return DataLoss("the controller's state is cut short");
  }
  const size_t body = bytes.size() - kWord;
  if (StableHash(std::string_view(bytes).substr(0, body)) != WordAt(bytes, body)) {
    return DataLoss("the controller's state is damaged");
  }
  adam_.steps = static_cast<int64_t>(head(3));
  size_t offset = kHeadBytes;
  for (auto* numbers : {&weights_, &adam_.mean, &adam_.square}) {
    std::memcpy(numbers->data(), bytes.data() + offset, numbers_bytes);
    offset += numbers_bytes;
  }
  return absl::OkStatus();
}

}  // namespace qalam::nas
