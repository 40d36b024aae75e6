#include "nas/training/search.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nas/methods/collapse_guard.h"
#include "nas/methods/dominant_eigenvalue.h"
#include "nas/training/learning_rate.h"
#include "nas/training/search_state.h"
#include "nas/training/shared_weights.h"

namespace qalam::nas {

namespace {

constexpr int64_t kSearchValidationBatch = 512;
// Of the network, in the end, where nothing is said (as DARTS' published program has it).
constexpr double kUsualMinimumRate = 0.001;

// Of the loss, and of the weights that the last step has left.
bool AllFinite(const torch::Tensor& loss, const std::vector<torch::Tensor>& weights) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor finite = torch::isfinite(loss);
  for (const torch::Tensor& one : weights) finite = finite.logical_and(one.isfinite().all());
  return finite.item<bool>();
}

class SearchRun {
 public:
  SearchRun(const SearchPlan& plan, const MethodRow& row, const DataSet& data, Supernet network);

  StatusOr<SearchResult> Run();

 private:
  Status Begin();
  Status Resume(const Checkpoint& checkpoint);
  void Note(const std::string& text) const {
    if (plan_.on_note) plan_.on_note(text);
  }
  // OUT_OF_RANGE for a search that has diverged; nothing of the epoch is kept.
  StatusOr<SearchReport> RunEpoch();
  Status EndEpoch(SearchReport report);
  Status SaveEpoch() const;
  Status Diverged() const {
    return OutOfRange(
        "the loss or a weight is no finite number any more in epoch {}; a smaller learning rate "
        "may help",
        epochs_);
  }
  SearchStep MakeStep(const AugmentationPlan& augmentation, int64_t index) const;
  std::string CheckpointPath() const { return plan_.checkpoint + "/search.checkpoint"; }

  const SearchPlan& plan_;
  const DataSet& data_;
  SearchContext context_;
  std::optional<Batches> training_, judging_;
  std::vector<Batch> validation_;
  std::unique_ptr<SearchMethod> method_;
  CollapseGuard guard_;
  std::optional<SharedWeights> shared_;
  int64_t searches_before_ = 0;  // that have trained the shared weights
  int64_t epochs_ = 0;           // that are over
  std::optional<CollapseGuard::Stop> stop_;
};

SearchRun::SearchRun(const SearchPlan& plan, const MethodRow& row, const DataSet& data,
                     Supernet network)
    : plan_(plan), data_(data), guard_(plan.settings) {
  const SearchSettings& settings = plan.settings;
  const Normalization normalization = Normalization::Of(data.training);
  const ImageSplit halves = SplitImages(data.training, 0.5, settings.seed);
  training_.emplace(halves.first, normalization, settings.batch_size, plan.device);
  judging_.emplace(halves.second, normalization, settings.batch_size, plan.device);
  validation_ = Batches(data.validation, normalization, kSearchValidationBatch, plan.device)
                    .All(kSearchValidationBatch);
  network->to(plan.device);
  context_ = {plan.space, settings, plan.device, network, nullptr, &*judging_};
  context_.optimizer = std::make_shared<torch::optim::SGD>(
      network->parameters(), torch::optim::SGDOptions(settings.learning_rate)
                                 .momentum(settings.momentum)
                                 .weight_decay(settings.weight_decay));
  method_ = row.make(context_);
}

StatusOr<SearchResult> SearchRun::Run() {
  RETURN_IF_ERROR(Begin());
  while (epochs_ < plan_.settings.epochs && !stop_) {
    ASSIGN_OR_RETURN(const SearchReport report, RunEpoch());
    RETURN_IF_ERROR(EndEpoch(report));
  }
  SearchResult result;
  result.epochs = epochs_;
  result.network = plan_.settings.network;
  if (stop_) {
    result.stopped_because = stop_->reason;
    result.genotype = stop_->genotype;
  } else {
    result.genotype = method_->Derive(epochs_ - 1);
  }
  if (shared_) {
    RETURN_IF_ERROR(shared_->Leave(SharedIdentity(plan_.method, context_), searches_before_ + 1,
                                   PackSearch(context_, *method_, false)));
  }
  return result;
}

// Takes over what the folders hold.
Status SearchRun::Begin() {
  std::optional<Checkpoint> shared;
  if (!plan_.shared.empty()) {
    const auto on_wait = [this] {
      Note(fmt::format("waiting for the search that trains the weights in {}", plan_.shared));
    };
    ASSIGN_OR_RETURN(shared_, SharedWeights::Hold(plan_.shared, on_wait));
    ASSIGN_OR_RETURN(shared, shared_->Find(SharedIdentity(plan_.method, context_)));
    searches_before_ = SearchesOf(shared);
  }
  if (!plan_.checkpoint.empty()) {
    ASSIGN_OR_RETURN(
        const auto checkpoint,
        FindCheckpoint(CheckpointPath(), SearchIdentity(plan_.method, context_, data_)));
    if (checkpoint) return Resume(*checkpoint);
  }
  return shared ? UnpackSearch(shared->state, false, context_, *method_) : Status();
}

Status SearchRun::Resume(const Checkpoint& checkpoint) {
  const auto& progress = checkpoint.progress;
  if (!progress.value("epochs", nlohmann::json()).is_number_integer()) {
    return DataLoss("checkpoint {} does not say how far it came", CheckpointPath());
  }
  epochs_ = progress["epochs"].get<int64_t>();
  RETURN_IF_ERROR(guard_.Load(progress.value("guard", nlohmann::json())));
  if (progress.contains("stop")) {
    ASSIGN_OR_RETURN(Genotype genotype, ParseGenotype(progress["stop"].value("genotype", "")));
    stop_ = CollapseGuard::Stop{progress["stop"].value("reason", ""), std::move(genotype)};
  }
  if (shared_ && progress.value("sharedSearches", nlohmann::json()) != searches_before_) {
    Note(fmt::format("the weights in {} have been trained since this search began; they stay",
                     plan_.shared));
    shared_.reset();
  }
  return UnpackSearch(checkpoint.state, true, context_, *method_);
}

SearchStep SearchRun::MakeStep(const AugmentationPlan& augmentation, int64_t index) const {
  const auto share = static_cast<double>(index) / static_cast<double>(training_->count());
  Batch training = training_->Get(index);
  training.images = augmentation.Apply(training.images, index * plan_.settings.batch_size);
  return {epochs_ * training_->count() + index, epochs_,
          (static_cast<double>(epochs_) + share) / static_cast<double>(plan_.settings.epochs),
          std::move(training), judging_->Get(index)};
}

StatusOr<SearchReport> SearchRun::RunEpoch() {
  const SearchSettings& settings = plan_.settings;
  SetLearningRate(*context_.optimizer,
                  CosineRate(settings.learning_rate, settings.minimum_learning_rate,
                             static_cast<double>(epochs_) / static_cast<double>(settings.epochs)));
  training_->Shuffle(settings.seed, epochs_);
  // Of another seed, lest halves of one size be shuffled alike.
  judging_->Shuffle(settings.seed + 1, epochs_);
  const auto& images = data_.training.images;
  const AugmentationPlan augmentation(settings.augmentation, training_->size(), images.size(2),
                                      images.size(3), settings.seed, epochs_);
  torch::Tensor sum = torch::zeros({}, torch::TensorOptions(plan_.device).dtype(torch::kDouble));
  for (int64_t i = 0; i < training_->count(); ++i) {
    const SearchStep step = MakeStep(augmentation, i);
    const torch::Tensor loss = method_->Step(step);
    sum += loss;
    if (plan_.on_step && step.number % plan_.report_every == 0) {
      plan_.on_step(step.number, loss.item<double>());
    }
  }
  if (!AllFinite(sum, context_.network->parameters())) return Diverged();
  method_->EndEpoch(epochs_);
  SearchReport report;
  report.epoch = epochs_;
  report.training_loss = sum.item<double>() / static_cast<double>(training_->count());
  return report;
}

Status SearchRun::EndEpoch(SearchReport report) {
  const Judgement judgement = Judge(context_, validation_, method_->Judged(epochs_));
  if (!std::isfinite(judgement.loss)) return Diverged();
  report.validation_accuracy = judgement.accuracy;
  if (guard_.active() && epochs_ >= plan_.settings.warm_up_epochs) {
    if (guard_.watches_eigenvalue()) {
      report.dominant_eigenvalue =
          DominantEigenvalue(method_->ArchitectureLoss(judging_->Get(0)),
                             method_->ArchitectureVariables(), plan_.settings.seed);
    }
    stop_ = guard_.Observe(method_->Derive(epochs_), report.dominant_eigenvalue);
  }
  ++epochs_;
  if (!plan_.checkpoint.empty()) RETURN_IF_ERROR(SaveEpoch());
  if (plan_.on_epoch) plan_.on_epoch(report);
  return {};
}

Status SearchRun::SaveEpoch() const {
  nlohmann::json progress = {{"epochs", epochs_}, {"guard", guard_.Save()}};
  if (shared_) progress["sharedSearches"] = searches_before_;
  if (stop_) {
    progress["stop"] = {{"reason", stop_->reason}, {"genotype", PrintGenotype(stop_->genotype)}};
  }
  return WriteCheckpoint(CheckpointPath(),
                         {SearchIdentity(plan_.method, context_, data_), std::move(progress),
                          PackSearch(context_, *method_, true)});
}

// What settings alone cannot tell.
Status CheckPlan(const SearchPlan& plan, const MethodRow& row, const DataSet& data) {
  RETURN_IF_ERROR(CheckSearchSettings(plan.settings));
  if (data.training.size() < 4 || data.validation.size() < 2) {
    return InvalidArgument(
        "{}: {} images to train and {} to validate; a search needs at least 4 and 2", data.name,
        data.training.size(), data.validation.size());
  }
  const auto& images = data.training.images;
  RETURN_IF_ERROR(CheckAugmentation(plan.settings.augmentation, images.size(2), images.size(3)));
  if (plan.settings.most_skips > 0 && !row.guards_skips) {
    return InvalidArgument("{} has no guard by skip connections", row.name);
  }
  if (plan.settings.eigenvalue_ratio > 0 && !row.guards_eigenvalue) {
    return InvalidArgument("{} has no guard by an eigenvalue: its architecture is no mixture",
                           row.name);
  }
  return {};
}

}  // namespace

StatusOr<SearchResult> RunSearch(const SearchPlan& given, const DataSet& data) {
  ASSIGN_OR_RETURN(const MethodRow* row, FindMethod(given.method));
  SearchPlan plan = given;
  plan.settings.network.input_channels = data.training.images.size(1);
  plan.settings.network.classes = data.training.classes;
  if (plan.settings.epochs == 0) plan.settings.epochs = row->epochs;
  if (plan.settings.batch_size == 0) plan.settings.batch_size = row->batch_size;
  if (plan.settings.learning_rate == 0) plan.settings.learning_rate = row->learning_rate;
  if (plan.settings.minimum_learning_rate == -1) {
    plan.settings.minimum_learning_rate = std::min(kUsualMinimumRate, plan.settings.learning_rate);
  }
  if (plan.settings.network.stem_multiplier == 0) {
    plan.settings.network.stem_multiplier = UsualStemMultiplier(plan.space);
  }
  if (!row->partial_channels) plan.settings.partial_channels = 1;
  RETURN_IF_ERROR(CheckPlan(plan, *row, data));
  if (plan.settings.warm_up_epochs < 0) {
    plan.settings.warm_up_epochs =
        static_cast<int64_t>(row->warm_up_share * static_cast<double>(plan.settings.epochs));
  }
  torch::manual_seed(plan.settings.seed);
  ASSIGN_OR_RETURN(const Supernet network,
                   MakeSupernet(plan.space, plan.settings.network, plan.settings.partial_channels));
  SearchRun run(plan, *row, data, network);
  return run.Run();
}

}  // namespace qalam::nas
