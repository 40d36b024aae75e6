// Spaces, histories and runs for the suite that every sampler of the registry passes.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "suggestion/registry.h"

namespace qalam {

Parameter Range(const std::string& name, ParameterType type, const std::string& min,
                const std::string& max, const std::string& step = "",
                Distribution distribution = Distribution::kUniform);
Parameter List(const std::string& name, ParameterType type, std::vector<std::string> values);

// A space with one parameter of each kind; all finite, so that every algorithm takes it.
std::vector<Parameter> MixedSpace();
// The same, and for algorithms that take a continuum one parameter of each distribution.
std::vector<Parameter> WidestSpace(const AlgorithmEntry& entry);

struct Bench {
  ExperimentSpec spec;
  std::unique_ptr<SearchSpace> space;

  std::unique_ptr<Sampler> Make(uint64_t seed = 7) const;
};

// With a resource from 1 to 27 as the last parameter where the algorithm needs one.
Bench MakeBench(const std::string& algorithm, const std::vector<Parameter>& parameters);
// Gives the experiment so many objectives, to be made small, and constraints over metrics.
void Demand(ExperimentSpec& spec, int objective_count, int constraint_count);

// Each algorithm of the registry in turn that chooses among points; those with the capability alone
// where one is given.
const AlgorithmEntry& AnyAlgorithm();
const AlgorithmEntry& AnyAlgorithmThat(bool Capabilities::*can);

// Squared distance in the unit cube from 0.3 in every coordinate.
double Sphere(const SearchSpace& space, const Point& point);
Point RandomPoint(const SearchSpace& space, RandomStream& stream);
// A history of `count` trials at random points with every kind of end.
std::vector<TrialResult> History(const SearchSpace& space, int count, int64_t first_number = 0);
// How the trial of a proposal ended, with the labels that it was given.
TrialResult Ended(const Proposal& proposal, std::vector<double> objectives);
// The order of a shuffled deck.
void Shuffle(std::vector<TrialResult>& results, RandomStream& stream);

bool Same(const std::vector<Proposal>& a, const std::vector<Proposal>& b);
// The answer, which must not be an error.
std::vector<Proposal> Propose(const Sampler& sampler, const SampleRequest& request);
// What a sampler of this bench proposes that is told `history` in one call.
std::vector<Proposal> ProposalsAfter(const Bench& bench, const std::vector<TrialResult>& history,
                                     const SampleRequest& request, uint64_t seed = 7);
// That each proposal reads back as itself from what is printed for the user, and that there are
// `count`, numbered from `first_number`.
void RequireSound(const SearchSpace& space, const std::vector<Proposal>& proposals, size_t count,
                  int64_t first_number);

}  // namespace qalam
