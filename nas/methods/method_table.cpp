#include "nas/methods/method_table.h"

namespace qalam::nas {

namespace {

// A step that computes one operation an edge takes a fraction of one that computes all, and teaches
// as much less: more of them, smaller ones and longer ones are needed until the weights tell cells
// apart. Tried on the digits, where the others' settings leave gdas and random-ws at 20 to 28
// percent.
constexpr int64_t kSampledEpochs = 60;
constexpr int64_t kSampledBatchSize = 32;
constexpr double kSampledLearningRate = 0.05;
// A step costs three of first order: three gradients more, two of them for the Hessian's product.
constexpr int64_t kSecondOrderEpochs = 5;

}  // namespace

const std::vector<MethodRow>& Methods() {
  static const std::vector<MethodRow> rows = {
      {.name = "darts",
       .summary = "a mixture of all operations, first order",
       .make = MakeDarts,
       .guards_skips = true,
       .guards_eigenvalue = true},
      {.name = "darts-2nd",
       .summary = "the same, looking a step of the weights ahead",
       .make = MakeSecondOrderDarts,
       .epochs = kSecondOrderEpochs,
       .guards_skips = true,
       .guards_eigenvalue = true},
      {.name = "pc-darts",
       .summary = "a mixture on a part of the channels",
       .make = MakePcDarts,
       .partial_channels = true,
       .guards_skips = true,
       .guards_eigenvalue = true,
       .warm_up_share = 0.3},  // 15 of 50 epochs: PC-DARTS, section 4.2
      {.name = "gdas",
       .summary = "one operation an edge, drawn by Gumbel noise",
       .make = MakeGdas,
       .epochs = kSampledEpochs,
       .batch_size = kSampledBatchSize,
       .learning_rate = kSampledLearningRate,
       .guards_skips = true},
      {.name = "enas",
       .summary = "a controller that learns by reinforcement",
       .make = MakeEnas,
       .epochs = kSampledEpochs / 2,  // its controller soon draws few, which learn the sooner
       .batch_size = kSampledBatchSize,
       .learning_rate = kSampledLearningRate,
       .warm_up_share = 0.1},  // it would learn from weights that have learnt nothing
      {.name = "random-ws",
       .summary = "drawn at random, then the best by the shared weights",
       .make = MakeRandomSearch,
       .epochs = kSampledEpochs,
       .batch_size = kSampledBatchSize,
       .learning_rate = kSampledLearningRate},
  };
  return rows;
}

StatusOr<const MethodRow*> FindMethod(const std::string& name) {
  std::vector<std::string_view> names;
  for (const MethodRow& row : Methods()) {
    if (row.name == name) return &row;
    names.push_back(row.name);
  }
  return InvalidArgument("unknown method {}; should be {}", name, fmt::join(names, ", "));
}

}  // namespace qalam::nas
