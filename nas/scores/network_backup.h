// Keeps a network's state while a score changes it.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace qalam::nas {

// Puts back parameters, statistics and mode at its end.
class NetworkBackup {
 public:
  explicit NetworkBackup(torch::nn::Module& network);
  ~NetworkBackup();
  NetworkBackup(const NetworkBackup&) = delete;
  NetworkBackup& operator=(const NetworkBackup&) = delete;

 private:
  torch::nn::Module& network_;
  const bool was_training_;
  std::vector<torch::Tensor> tensors_, copies_;
};

}  // namespace qalam::nas
