// Scores that rank networks before any is trained.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "nas/networks/image_network.h"

namespace qalam::nas {

// Each takes a network with fresh weights and a batch of normalised images, float [n, channels,
// height, width], and gives a number of which larger is better, to be compared between networks
// scored on the same images. -infinity for a network that it finds worthless. Weights, statistics
// and mode are left as they were.
using ScoreFunction = double (*)(ImageNetwork& network, const torch::Tensor& images);

// The logarithm of SynFlow: Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any
// data by iteratively conserving synaptic flow", NeurIPS 2020, equation 2, summed over the weights
// as in Abdelfattah, Mehrotra, Dudziak, Lane, "Zero-cost proxies for lightweight NAS", ICLR 2021,
// section 3. Of the images it uses the shape alone.
double SynflowScore(ImageNetwork& network, const torch::Tensor& images);

// The logarithm of the determinant of how alike the images switch the rectifiers: Mellor, Turner,
// Storkey, Crowley, "Neural architecture search without training", ICML 2021, equation 2.
double NaswotScore(ImageNetwork& network, const torch::Tensor& images);

// How little the gradients with respect to the images are correlated: the same authors' first
// version, arXiv 2006.04647v1, section 3, equation 3.
double JacobianCovarianceScore(ImageNetwork& network, const torch::Tensor& images);

struct Score {
  std::string name;  // synflow, naswot, jacobian-covariance
  ScoreFunction function;
};
const std::vector<Score>& Scores();

// The rank of each, 1 for the largest; equal ones share the mean of their ranks, and what is no
// number comes last.
std::vector<double> RanksOf(const std::vector<double>& scores);

}  // namespace qalam::nas
