// Runs a search by shared weights from its data to an architecture.
#pragma once

#include <functional>
#include <string>

#include "nas/methods/method_table.h"

namespace qalam::nas {

struct SearchReport {
  int64_t epoch = 0;
  double training_loss = 0;        // mean over the epoch's steps
  double validation_accuracy = 0;  // of the method's architecture or mixture, on held-out images
  double dominant_eigenvalue = 0;  // 0 where it is not watched
};

struct SearchPlan {
  CellSpace space;
  std::string method;
  SearchSettings settings;
  torch::Device device = torch::kCPU;
  // A folder: what it holds is resumed, and each epoch's state replaces it. Empty: none.
  std::string checkpoint;
  // A folder whose network and method state, if any, is where the search begins, and which the
  // search's own replace at its end: so that trials after one another share weights. Searches that
  // are given one folder wait for each other. Empty: none.
  std::string shared;

  std::function<void(const std::string& note)> on_note;  // what a user would want to know
  int64_t report_every = 10;                             // steps
  std::function<void(int64_t step, double loss)> on_step;
  std::function<void(const SearchReport& report)> on_epoch;
};

struct SearchResult {
  Genotype genotype;
  NetworkShape network;         // of the supernet
  int64_t epochs = 0;           // that were run, resumed ones included
  std::string stopped_because;  // what guard, where one stopped it
};

// The training images are halved: one half trains the network's weights, by the other architectures
// are chosen. Sets libtorch's seed. Numbers depend on the plan and the number of threads alone, not
// on whether the search was interrupted. INVALID_ARGUMENT for an unsound plan or a checkpoint of
// another, DATA_LOSS for a damaged one.
StatusOr<SearchResult> RunSearch(const SearchPlan& plan, const DataSet& data);

}  // namespace qalam::nas
