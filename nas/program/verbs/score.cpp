#include "nas/scores/score.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <set>

#include "nas/architecture/cell_code.h"
#include "nas/architecture/edge_parameters.h"
#include "nas/networks/cost.h"
#include "nas/program/architecture_flags.h"
#include "nas/program/compute.h"
#include "nas/program/data_flags.h"
#include "nas/program/metric_lines.h"
#include "nas/program/verbs/verbs.h"
#include "nas/training/batches.h"

namespace qalam::nas {

namespace {

struct ScoreFlags {
  ArchitectureFlags architecture;
  NetworkFlags network;
  DataFlags data;
  ComputeOptions compute;
  std::vector<std::string> scores;  // empty: all
  int64_t batch_size = 64;
  int64_t sample = 0;          // random architectures
  int64_t initial_trials = 0;  // of the best to print
};

StatusOr<std::vector<Score>> ChosenScores(const std::vector<std::string>& names) {
  if (names.empty()) return Scores();
  std::vector<Score> chosen;
  for (const auto& name : names) {
    const auto found = std::find_if(Scores().begin(), Scores().end(),
                                    [&](const Score& score) { return score.name == name; });
    if (found == Scores().end()) {
      return InvalidArgument(
          "--score {}: should be synflow, naswot or jacobian-covariance, with commas between",
          name);
    }
    chosen.push_back(*found);
  }
  return chosen;
}

// What architectures are scored with: the same images and, as far as they go, the same weights.
class Scorer {
 public:
  Scorer(const ScoreFlags& flags, const DataSet& data, std::vector<Score> scores,
         torch::Device device)
      : flags_(flags), data_(data), scores_(std::move(scores)), device_(device) {
    Batches batches(data.training, Normalization::Of(data.training), flags.batch_size, device);
    batches.Shuffle(flags.compute.seed, 0);
    images_ = batches.Get(0).images;
  }

  const std::vector<Score>& scores() const { return scores_; }

  StatusOr<std::shared_ptr<ImageNetwork>> Build(const Architecture& architecture) const {
    torch::manual_seed(flags_.compute.seed);
    ASSIGN_OR_RETURN(auto network,
                     BuildNetwork(architecture, flags_.network, data_.training, false));
    network->to(device_);
    return network;
  }

  std::vector<double> Of(ImageNetwork& network) const {
    std::vector<double> values;
    for (const auto& score : scores_) values.push_back(score.function(network, images_));
    return values;
  }

 private:
  const ScoreFlags& flags_;
  const DataSet& data_;
  const std::vector<Score> scores_;
  const torch::Device device_;
  torch::Tensor images_;
};

Status ScoreOne(const ScoreFlags& flags, const Scorer& scorer, const DataSet& data) {
  ASSIGN_OR_RETURN(const Architecture architecture, ReadArchitecture(flags.architecture));
  ASSIGN_OR_RETURN(const auto network, scorer.Build(architecture));
  const auto values = scorer.Of(*network);
  for (size_t i = 0; i < values.size(); ++i) {
    std::printf("%s=%.6g ", scorer.scores()[i].name.c_str(), values[i]);
  }
  std::printf("\n");
  PrintCost(MeasureCost(*network, data.training.images.sizes().slice(1)));
  return {};
}

struct Candidate {
  Genotype genotype;
  std::vector<double> values;  // one for each score
  int64_t parameters = 0, multiply_adds = 0;
  double mean_rank = 0;
};

// As many different ones as were asked for, or as the space easily gives.
StatusOr<std::vector<Candidate>> DrawCandidates(const ScoreFlags& flags, const CellSpace& space,
                                                const Scorer& scorer, const DataSet& data) {
  std::vector<Candidate> candidates;
  std::set<std::string> seen;
  for (int64_t draw = 0; draw < 4 * flags.sample; ++draw) {
    if (static_cast<int64_t>(candidates.size()) == flags.sample) break;
    Genotype genotype = RandomGenotype(space, flags.compute.seed, draw);
    if (!seen.insert(PrintGenotype(genotype)).second) continue;
    ASSIGN_OR_RETURN(const auto network, scorer.Build(Architecture(genotype)));
    candidates.push_back({std::move(genotype), scorer.Of(*network), CountParameters(*network),
                          CountMultiplyAdds(*network, data.training.images.sizes().slice(1))});
  }
  return candidates;
}

// Scores have no common scale, so that ranks are what is averaged.
void RankCandidates(std::vector<Candidate>& candidates) {
  const size_t scores = candidates.front().values.size();
  for (size_t i = 0; i < scores; ++i) {
    std::vector<double> values;
    for (const auto& candidate : candidates) values.push_back(candidate.values[i]);
    const auto ranks = RanksOf(values);
    for (size_t k = 0; k < ranks.size(); ++k) {
      candidates[k].mean_rank += ranks[k] / static_cast<double>(scores);
    }
  }
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.mean_rank < b.mean_rank; });
}

void PrintTable(const std::vector<Candidate>& candidates, const std::vector<Score>& scores) {
  std::printf("%5s %10s", "place", "mean-rank");
  for (const auto& score : scores) std::printf(" %20s", score.name.c_str());
  std::printf(" %11s %13s  genotype\n", "parameters", "FLOPs");
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    std::printf("%5zu %10.1f", i + 1, candidate.mean_rank);
    for (const double value : candidate.values) std::printf(" %20.6g", value);
    std::printf(" %11lld %13lld  %s\n", static_cast<long long>(candidate.parameters),
                static_cast<long long>(candidate.multiply_adds),
                PrintKatibGenotype(candidate.genotype).c_str());
  }
}

void PrintInitialTrials(const std::vector<Candidate>& candidates, int64_t count) {
  std::printf("  initialTrials:\n");
  for (size_t i = 0; i < candidates.size() && i < static_cast<size_t>(count); ++i) {
    const char* lead = "    -";
    for (const auto& [name, value] : AssignmentsOf(candidates[i].genotype)) {
      std::printf("%s %s: \"%s\"\n", lead, name.c_str(), value.c_str());
      lead = "     ";
    }
  }
}

Status RunScore(const ScoreFlags& flags) {
  ASSIGN_OR_RETURN(const torch::Device device, PrepareDevice(flags.compute));
  ASSIGN_OR_RETURN(auto scores, ChosenScores(flags.scores));
  ASSIGN_OR_RETURN(const DataSet data, ReadData(flags.data, flags.compute.seed));
  const Scorer scorer(flags, data, std::move(scores), device);
  if (flags.sample == 0) return ScoreOne(flags, scorer, data);
  const auto& given = flags.architecture;
  if (!given.genotype.empty() || !given.edges.empty() || !given.architecture.empty()) {
    return InvalidArgument("--sample draws architectures by itself: none should be given");
  }
  ASSIGN_OR_RETURN(const CellSpace space,
                   FindCellSpace(given.space.empty() ? "nas-bench-201" : given.space));
  ASSIGN_OR_RETURN(auto candidates, DrawCandidates(flags, space, scorer, data));
  RankCandidates(candidates);
  if (flags.initial_trials > 0) {
    PrintInitialTrials(candidates, flags.initial_trials);
  } else {
    PrintTable(candidates, scorer.scores());
  }
  return {};
}

}  // namespace

void AddScore(CLI::App& app, Action* chosen) {
  CLI::App* verb =
      NewVerb(app, "score", "Score architectures without training them",
              "qalam-nas score --genotype genotype.json\n"
              "  qalam-nas score --space nas-bench-201 --sample 100 --initial-trials 10");
  const auto flags = std::make_shared<ScoreFlags>();
  AddArchitectureFlags(verb, flags->architecture);
  AddNetworkFlags(verb, flags->network);
  AddDataFlags(verb, flags->data);
  AddComputeFlags(verb, flags->compute);
  verb->add_option("--score", flags->scores,
                   "synflow, naswot, jacobian-covariance, with commas between; all by default")
      ->delimiter(',');
  verb->add_option("--batch-size", flags->batch_size, "Images to score with")
      ->check(CLI::Range(2, 4096))
      ->capture_default_str();
  verb->add_option("--sample", flags->sample,
                   "Rank so many random architectures of --space, by the mean of their ranks")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  verb->add_option("--initial-trials", flags->initial_trials,
                   "Print the best so many of them as the initialTrials in the spec of an "
                   "experiment over what `qalam-nas parameters` prints")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->callback([chosen, flags] { *chosen = [flags] { return RunScore(*flags); }; });
}

}  // namespace qalam::nas
