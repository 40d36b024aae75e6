// Katib's chains of layers: how operations are numbered, and the texts that trials read.

#include <catch2/catch.hpp>

#include "nas/architecture/chain_architecture.h"

namespace qalam::nas {

namespace {

OperationParameter Words(const std::string& name, std::vector<std::string> list) {
  return {.name = name, .list = std::move(list)};
}

OperationParameter Numbers(const std::string& name, OperationParameter::Kind kind,
                           const std::string& min, const std::string& max,
                           const std::string& step) {
  return {.name = name, .kind = kind, .min = min, .max = max, .step = step};
}

ChainDescription Description() {
  return {.layer_count = 3,
          .input_sizes = {32, 32, 3},
          .output_sizes = {10},
          .operations = {
              {"convolution", {Words("filter_size", {"3", "5"}), Words("stride", {"1", "2"})}},
              {"reduction",
               {Words("reduction_type", {"max_pooling"}),
                Numbers("pool_size", OperationParameter::Kind::kInt, "2", "3", "1")}}}};
}

ChainSpace Space() { return *ChainSpace::Create(Description()); }

std::string FirstFault(const ChainDescription& description) {
  const auto space = ChainSpace::Create(description);
  if (space.ok()) return "";
  CHECK(space.status().code() == StatusCode::kInvalidArgument);
  return Message(space.status());
}

}  // namespace

TEST_CASE("Operations are numbered with the last parameter fastest", "[chain]") {
  const auto space = Space();
  REQUIRE(space.operations().size() == 6);
  CHECK(space.operations()[1].type == "convolution");
  CHECK(space.operations()[1].parameters.dump() == R"({"filter_size":"3","stride":"2"})");
  CHECK(space.operations()[2].parameters.dump() == R"({"filter_size":"5","stride":"1"})");
  CHECK(space.operations()[5].parameters.dump() ==
        R"({"reduction_type":"max_pooling","pool_size":3})");
}

TEST_CASE("Steps are decimals, not sums of binary fractions", "[chain]") {
  const auto values =
      OperationValues(Numbers("rate", OperationParameter::Kind::kDouble, "0.1", "1", "0.1"));
  REQUIRE(values.ok());
  std::vector<std::string> texts;
  for (const auto& value : *values) texts.push_back(value.dump());
  CHECK(texts == std::vector<std::string>{"0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8",
                                          "0.9", "1.0"});
  const auto small =
      OperationValues(Numbers("rate", OperationParameter::Kind::kDouble, "1e-3", "3e-3", "1e-3"));
  REQUIRE(small.ok());
  REQUIRE(small->size() == 3);
  CHECK(small->at(1).get<double>() == Approx(2e-3));
}

// The forms stand in Katib's README of its ENAS suggestion.
TEST_CASE("An architecture is written as Katib's trials read it", "[chain]") {
  const ChainArchitecture architecture{{{4, {}}, {1, {true}}, {4, {false, true}}}};
  const std::string text = PrintChainArchitecture(architecture);
  CHECK(text == "[[4], [1, 1], [4, 0, 1]]");
  const std::string config = PrintNetworkConfig(Space(), architecture);
  CHECK(config ==
        "{'num_layers': 3, 'input_sizes': [32, 32, 3], 'output_sizes': [10], 'embedding': "
        "{'4': {'opt_id': 4, 'opt_type': 'reduction', 'opt_params': {'reduction_type': "
        "'max_pooling', 'pool_size': 2}}, "
        "'1': {'opt_id': 1, 'opt_type': 'convolution', 'opt_params': {'filter_size': '3', "
        "'stride': '2'}}}}");
  CHECK(*ParseChainArchitecture(Space(), text) == architecture);

  const auto network = ParseChainNetwork(text, config);
  REQUIRE(network.ok());
  CHECK(network->input_sizes == std::vector<int>{32, 32, 3});
  CHECK(network->output_sizes == std::vector<int>{10});
  REQUIRE(network->layers.size() == 3);
  CHECK(network->layers[0].operation.type == "reduction");
  CHECK(network->layers[0].operation.parameters["pool_size"] == 2);
  CHECK(network->layers[1].operation.parameters["stride"] == "2");
  CHECK(network->layers[2].skips == std::vector<bool>{false, true});
}

TEST_CASE("Unsound chains are refused by a sentence", "[chain]") {
  struct Case {
    void (*spoil)(ChainDescription&);
    const char* part;
  };
  const Case cases[] = {
      {[](ChainDescription& d) { d.layer_count = 0; }, "1 to 100 layers, not 0"},
      {[](ChainDescription& d) { d.layer_count = 200; }, "1 to 100 layers, not 200"},
      {[](ChainDescription& d) { d.operations.clear(); }, "no operation"},
      {[](ChainDescription& d) { d.input_sizes.clear(); }, "input sizes"},
      {[](ChainDescription& d) { d.output_sizes = {0}; }, "output sizes"},
      {[](ChainDescription& d) { d.operations[1].parameters.clear(); },
       "the operation reduction has no parameters"},
      {[](ChainDescription& d) { d.operations[0].type.clear(); }, "no type"},
      {[](ChainDescription& d) { d.operations[0].type = "it's"; }, "no quote"},
      {[](ChainDescription& d) { d.operations[0].parameters[0].list.clear(); },
       "the list of filter_size is empty"},
      {[](ChainDescription& d) { d.operations[0].parameters[0].list[0] = "a\"b"; }, "no quote"},
      {[](ChainDescription& d) { d.operations[0].parameters[1].name = "filter_size"; },
       "two parameters named filter_size"},
      {[](ChainDescription& d) { d.operations[1].parameters[1].max = std::string("1"); },
       "a max that is not"},
      {[](ChainDescription& d) { d.operations[1].parameters[1].min = std::string("x"); },
       "should have a min"},
      {[](ChainDescription& d) { d.operations[1].parameters[1].max = "5000"; },
       "more than 1000 values"},
      {[](ChainDescription& d) { d.operations[1].parameters[1].step = "0.5"; }, "whole numbers"},
      {[](ChainDescription& d) {
         d.operations[1].parameters[1].kind = OperationParameter::Kind::kDouble;
         d.operations[1].parameters[1].step = "";
       },
       "pool_size should have a step above 0"},
      {[](ChainDescription& d) {
         for (const char* name : {"a", "b", "c"}) {
           d.operations[1].parameters.push_back(
               Numbers(name, OperationParameter::Kind::kInt, "1", "10", "1"));
         }
       },
       "more than 1000 combinations"}};
  for (const auto& one : cases) {
    CAPTURE(one.part);
    ChainDescription description = Description();
    one.spoil(description);
    CHECK_THAT(FirstFault(description), Catch::Contains(one.part));
  }
  ChainDescription several = Description();
  several.layer_count = 0;
  several.operations[0].parameters.clear();
  several.operations[1].parameters.clear();
  const auto faults = CheckChain(several);
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].operation == -1);
  CHECK(faults[2].operation == 1);
}

TEST_CASE("Texts that are no architecture of the space are refused by a sentence", "[chain]") {
  for (const char* text : {"", "x", "[]", "{}", "[[0], [1, 0]]", "[[0], [1, 0], [1, 0]]",
                           "[[0], [1, 0], [1, 0, 2]]", "[[0], [1, 0], [6, 0, 0]]",
                           "[[0], [1, 0], [-1, 0, 0]]", "[[0], [1, 0], [4294967297, 0, 0]]",
                           "[[0.5], [1, 0], [1, 0, 0]]", "[[0], ['1', 0], [1, 0, 0]]", "[[[0]]]"}) {
    CAPTURE(text);
    const auto parsed = ParseChainArchitecture(Space(), text);
    CHECK(parsed.status().code() == StatusCode::kInvalidArgument);
    CHECK_THAT(Message(parsed.status()), Catch::Contains("architecture"));
  }
  const std::string sound =
      PrintNetworkConfig(Space(), {{{0, {}}, {1, {true}}, {1, {true, true}}}});
  const std::string architecture = "[[0], [1, 1], [1, 1, 1]]";
  REQUIRE(ParseChainNetwork(architecture, sound).ok());
  const auto spoilt = [&](const std::string& from, const std::string& to) {
    std::string config = sound;
    const size_t at = config.find(from);
    REQUIRE(at != std::string::npos);
    config.replace(at, from.size(), to);
    return ParseChainNetwork(architecture, config).status();
  };
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"}}}}", "}}}"},
                                                        {"'num_layers': 3", "'num_layers': 2"},
                                                        {"[32, 32, 3]", "[]"},
                                                        {"[32, 32, 3]", "32"},
                                                        {"[10]", "[-1]"},
                                                        {"'embedding'", "'embeddings'"},
                                                        {"'opt_type'", "'type'"},
                                                        {"'0':", "'7':"}}) {
    CAPTURE(from, to);
    const auto status = spoilt(from, to);
    CHECK(status.code() == StatusCode::kInvalidArgument);
    CHECK_THAT(Message(status), Catch::Contains("nn_config"));
  }
}

}  // namespace qalam::nas
