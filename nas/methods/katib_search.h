// What Katib's suggestion service for DARTS gives a trial, understood.
#pragma once

#include <string>
#include <vector>

#include "nas/architecture/cell_space.h"
#include "nas/methods/search_settings.h"

namespace qalam::nas {

struct KatibSearch {
  SearchSettings settings;
  int64_t report_every = 0;  // print_step
  int computed_nodes = 0;    // num_nodes; 0: as the space has
};

// Overwrites in `search` what `text`, the assignment `algorithm-settings`, gives: a JSON object
// with single quotes of num_epochs, w_lr, w_lr_min, w_momentum, w_weight_decay, w_grad_clip,
// alpha_lr, alpha_weight_decay, batch_size, num_workers (not needed here), init_channels,
// print_step, num_nodes and stem_multiplier; None leaves a value as it is. INVALID_ARGUMENT that
// names what is wrong.
Status ApplyKatibSettings(const std::string& text, KatibSearch& search);

// `text`, the assignment `search-space`, is a list of names of operations with single quotes, or
// the names separated by commas.
StatusOr<std::vector<std::string>> ParseOperationList(const std::string& text);

}  // namespace qalam::nas
