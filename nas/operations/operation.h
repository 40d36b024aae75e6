// What may stand on an edge, as libtorch modules, one file a kind.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::nas {

struct OperationShape {
  int64_t input_channels = 1;
  int64_t output_channels = 1;
  int64_t stride = 1;  // 1 or 2
  // Learnt scale and shift after each normalisation. A search does without: they would let an
  // operation make up for a small architecture weight (DARTS, appendix A.1).
  bool affine = true;
};

// Takes and gives [batch, channels, height, width]; height and width are divided by the stride,
// rounded up.
using Operation = torch::nn::Sequential;

// `name` is of one of these forms, K being odd, 1 to 11; the names of Katib, DARTS' code and
// NAS-Bench-201 are taken too:
//   skip_connection, average_pooling_KxK, max_pooling_KxK, convolution_KxK,
//   separable_convolution_KxK, depthwise_convolution_KxK, dilated_convolution_KxK
// INVALID_ARGUMENT for another, "none" included, which is the absence of an operation.
StatusOr<Operation> MakeOperation(const std::string& name, const OperationShape& shape);

// Whether MakeOperation takes it, or it is "none".
bool IsOperation(const std::string& name);

// The kinds, as messages list them.
std::string OperationForms();

// One function a file. `kernel` is odd.
Operation MakeSkipConnection(const OperationShape& shape, int64_t kernel);
Operation MakeAveragePooling(const OperationShape& shape, int64_t kernel);
Operation MakeMaxPooling(const OperationShape& shape, int64_t kernel);
Operation MakeConvolution(const OperationShape& shape, int64_t kernel);
Operation MakeSeparableConvolution(const OperationShape& shape, int64_t kernel);
Operation MakeDepthwiseConvolution(const OperationShape& shape, int64_t kernel);
Operation MakeDilatedConvolution(const OperationShape& shape, int64_t kernel);

}  // namespace qalam::nas
