// Problems, peers and runs of the sampler benchmarks.

#include "bench/samplers/runner.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>

#include "bench/samplers/bbob/function.h"
#include "bench/samplers/bbob_problem.h"
#include "bench/samplers/parameters.h"
#include "bench/samplers/table_problem.h"

namespace qalam::bench {
namespace {

Json BbobJob(const Json& optimizer) {
  return {{"problem", {{"kind", "bbob"}, {"function", 1}, {"dimension", 2}}},
          {"optimizer", optimizer},
          {"seed", 3},
          {"budget", 30}};
}

const Json kRandom = {{"kind", "own"}, {"algorithm", "random"}};

// A peer of a few lines: proposes the middle of every range, and says how often it was told.
Json Peer(const std::string& when_asked) {
  const std::string program =
      "import json, sys\n"
      "for line in sys.stdin:\n"
      "    request = json.loads(line)\n"
      "    if request['op'] == 'start':\n"
      "        parameters = request['parameters']\n"
      "    if request['op'] == 'ask':\n" +
      when_asked +
      "    else:\n"
      "        print('{}', flush=True)\n";
  return {{"kind", "peer"}, {"command", {"python3", "-c", program}}};
}

}  // namespace

TEST_CASE("A mixed-integer function has its optimum on the grid", "[bench]") {
  const int number = GENERATE(1, 5, 8, 10, 20);
  CAPTURE(number);
  const auto problem = CreateMixedIntegerBbobProblem(number, 5, 2);
  REQUIRE(problem.ok());
  const auto function = bbob::Function::Create(number, 5, 2);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 2 * 4 * 8 * 16; ++i) {
    const Point point{{double(i % 2), double(i / 2 % 4), double(i / 8 % 8), double(i / 64),
                       function->optimum()(4)}};
    best = std::min(best, *(*problem)->Evaluate(point));
  }
  CHECK(best == Approx(*(*problem)->optimum()).margin(1e-9));
  CHECK_FALSE(CreateMixedIntegerBbobProblem(number, 2, 1).ok());
}

TEST_CASE("A table gives its losses and fails what it lacks", "[bench]") {
  char file[] = "/tmp/qalam-table-XXXXXX";
  close(mkstemp(file));
  std::ofstream(file) << "1e-3,relu,0.5\n1e-2,tanh,-0.25\n";
  const auto parameters = ParseParameters(
      Json::parse(R"([{"name": "rate", "type": "discrete", "values": ["1e-3", "1e-2"]},
                      {"name": "unit", "type": "categorical", "values": ["relu", "tanh"]}])"));
  REQUIRE(parameters.ok());
  const auto problem = CreateTableProblem(file, *parameters);
  std::remove(file);
  REQUIRE(problem.ok());
  CHECK(*(*problem)->Evaluate({{0, 0}}) == 0.5);
  CHECK(*(*problem)->Evaluate({{1, 1}}) == -0.25);
  CHECK(std::isnan(*(*problem)->Evaluate({{1, 0}})));
  CHECK((*problem)->optimum() == -0.25);
}

TEST_CASE("Parameters and points survive JSON", "[bench]") {
  const Json described =
      Json::parse(R"([{"name": "rate", "type": "double", "min": 0.001, "max": 10, "log": true},
                      {"name": "width", "type": "int", "min": 1, "max": 9, "log": false},
                      {"name": "batch", "type": "discrete", "values": ["64", "8"]},
                      {"name": "unit", "type": "categorical", "values": ["relu", "tanh"]}])");
  const auto parameters = ParseParameters(described);
  REQUIRE(parameters.ok());
  const auto space = SearchSpace::Create(*parameters);
  REQUIRE(space.ok());
  CHECK(DescribeParameters(*space) == described);
  const Point point{{0.1, 4, 1, 0}};
  CHECK(*ParsePoint(*space, DescribePoint(*space, point)) == point);
  Json outside = DescribePoint(*space, point);
  outside["rate"] = 10.0000001;
  CHECK(ParsePoint(*space, outside)->values[0] == 10);
  outside["unit"] = "sigmoid";
  CHECK_FALSE(ParsePoint(*space, outside).ok());
  outside.erase("unit");
  CHECK_FALSE(ParsePoint(*space, outside).ok());
}

TEST_CASE("A run is reproducible and its trace falls", "[bench]") {
  Runner runner;
  const auto first = runner.Run(BbobJob(kRandom));
  const auto second = runner.Run(BbobJob(kRandom));
  REQUIRE(first.ok());
  CHECK((*first)["trace"] == (*second)["trace"]);
  CHECK((*first)["trials"] == 30);
  double best = std::numeric_limits<double>::infinity();
  for (const auto& improvement : (*first)["trace"]) {
    CHECK(improvement[1] < best);
    CHECK(improvement[1] >= 0);
    best = improvement[1];
  }
}

TEST_CASE("A peer is asked and told over its standard input", "[bench]") {
  Runner runner;
  const Json peer = Peer(
      "        print(json.dumps({'id': 0, 'parameters':"
      " {p['name']: (p['min'] + p['max']) / 2 for p in parameters}}), flush=True)\n");
  const auto result = runner.Run(BbobJob(peer));
  INFO(Message(result.status()));
  REQUIRE(result.ok());
  const auto sphere = bbob::Function::Create(1, 2, 3);
  REQUIRE((*result)["trace"].size() == 1);
  CHECK((*result)["trace"][0][1] == Approx(sphere->optimum().squaredNorm()));
  CHECK((*result)["trials"] == 30);
}

TEST_CASE("A peer that dies, errs or talks nonsense is an error of its job alone", "[bench]") {
  Runner runner;
  const std::string when_asked =
      GENERATE("        sys.exit(1)\n", "        print('?', flush=True)\n",
               "        print('{\"error\": \"no\"}', flush=True)\n",
               "        print('{\"parameters\": {}}', flush=True)\n");
  CAPTURE(when_asked);
  CHECK_FALSE(runner.Run(BbobJob(Peer(when_asked))).ok());
  CHECK(runner.Run(BbobJob(kRandom)).ok());
}

TEST_CASE("Bad jobs are refused", "[bench]") {
  Runner runner;
  CHECK_FALSE(runner.Run(Json::object()).ok());
  CHECK_FALSE(runner.Run(BbobJob({{"kind", "own"}, {"algorithm", "none such"}})).ok());
  Json job = BbobJob(kRandom);
  job["problem"]["kind"] = "riddle";
  CHECK_FALSE(runner.Run(job).ok());
}

}  // namespace qalam::bench
