#include "server/http/log_follower.h"

#include "base/utf8.h"
#include "server/find.h"
#include "server/http/event_frames.h"

namespace qalam::http {

LogFollower::Part LogFollower::Read(const Topic& topic, uint64_t offset) {
  const auto key = std::pair(topic, offset);
  const auto known = parts_.find(key);
  if (known != parts_.end()) return known->second;
  Part part{.next_offset = offset};
  v1::TrialName name;
  name.set_namespace_(topic.name_space);
  name.set_name(topic.name);
  // Asked before the output is read: what a trial wrote before its end is then all there.
  const auto found = qalam::FindTrial(store_, name);
  if (found.ok()) {
    const bool has_ended = IsTerminal(found->trial.state);
    const std::string handle = found->trial.handle.empty()
                                   ? found->experiment.work_dir + "/" + found->trial.name
                                   : found->trial.handle;
    auto chunk = operator_.ReadLog(handle, offset);
    size_t whole = chunk.ok() ? chunk->data.size() : 0;
    // What is missing of a character may yet come.
    if (whole > 0) whole -= UnfinishedBytes(chunk->data);
    if (whole == 0 && chunk.ok() && has_ended) whole = chunk->data.size();
    if (whole == 0 && offset == 0 && chunk.ok()) {
      const Status kept = CheckOutputKept(*found);
      if (!kept.ok()) {
        chunk = LogChunk{offset, Message(kept) + "\n"};
        chunk->next_offset = whole = chunk->data.size();
      }
    }
    if (whole > 0) {
      chunk->next_offset -= chunk->data.size() - whole;
      chunk->data.resize(whole);
      part.next_offset = chunk->next_offset;
      part.event = MakeEvent("log", {{"trial", topic.name_space + "/" + topic.name},
                                     {"offset", offset},
                                     {"nextOffset", part.next_offset},
                                     {"text", chunk->data}});
    }
    part.is_last = has_ended && chunk.ok() && whole == 0;
  }
  parts_[key] = part;
  return part;
}

}  // namespace qalam::http
