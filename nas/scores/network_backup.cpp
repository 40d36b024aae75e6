#include "nas/scores/network_backup.h"

namespace qalam::nas {

NetworkBackup::NetworkBackup(torch::nn::Module& network)
    : network_(network), was_training_(network.is_training()), tensors_(network.parameters()) {
  for (const torch::Tensor& buffer : network.buffers()) tensors_.push_back(buffer);
  for (const torch::Tensor& tensor : tensors_) copies_.push_back(tensor.detach().clone());
}

NetworkBackup::~NetworkBackup() {
  const torch::NoGradGuard no_gradients;
  for (size_t i = 0; i < tensors_.size(); ++i) tensors_[i].set_data(copies_[i]);
  network_.train(was_training_);
}

}  // namespace qalam::nas
