#include "controller/operators/slurm/queue_entry.h"

#include <algorithm>
#include <charconv>

#include "controller/operators/slurm/job_state.h"

namespace qalam::slurm {

namespace {

// At most `count` parts; the last one has what is left.
std::vector<std::string> Split(std::string_view line, size_t count) {
  std::vector<std::string> parts;
  while (parts.size() + 1 < count) {
    const size_t bar = line.find('|');
    if (bar == std::string_view::npos) break;
    parts.emplace_back(line.substr(0, bar));
    line.remove_prefix(bar + 1);
  }
  parts.emplace_back(line);
  return parts;
}

bool ReadId(const std::string& text, int64_t& id) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() && id > 0;
}

template <typename Take>
void ForEachLine(std::string_view text, Take take) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::vector<QueueEntry> ParseQueue(std::string_view text) {
  std::vector<QueueEntry> entries;
  ForEachLine(text, [&](std::string_view line) {
    auto parts = Split(line, 5);
    QueueEntry entry;
    if (parts.size() != 5 || !ReadId(parts[0], entry.job_id)) return;
    entry.name = std::move(parts[1]);
    entry.state = std::move(parts[2]);
    entry.nodes = std::move(parts[3]);
    if (parts[4] != "None") entry.reason = std::move(parts[4]);
    entries.push_back(std::move(entry));
  });
  return entries;
}

std::vector<QueueEntry> ParseAccounting(std::string_view text) {
  std::vector<QueueEntry> entries;
  ForEachLine(text, [&](std::string_view line) {
    auto parts = Split(line, 4);
    QueueEntry entry;
    if (parts.size() != 4 || !ReadId(parts[0], entry.job_id)) return;
    entry.name = std::move(parts[1]);
    // "CANCELLED by 1000"
    const size_t space = parts[2].find(' ');
    entry.state = parts[2].substr(0, space);
    if (space != std::string::npos) entry.reason = parts[2].substr(space + 1);
    if (parts[3] != "None assigned") entry.nodes = std::move(parts[3]);
    entries.push_back(std::move(entry));
  });
  return entries;
}

const QueueEntry* MostTelling(const std::vector<QueueEntry>& entries) {
  const auto rank = [](const QueueEntry& entry) {
    switch (StateOf(entry).phase) {
      case Phase::kActive:
        return 0;
      case Phase::kWaiting:
        return 1;
      default:
        return 2;
    }
  };
  const auto first = std::min_element(
      entries.begin(), entries.end(), [&](const QueueEntry& one, const QueueEntry& other) {
        return std::pair(rank(one), one.job_id) < std::pair(rank(other), other.job_id);
      });
  return first == entries.end() ? nullptr : &*first;
}

}  // namespace qalam::slurm
