// Reading genotypes as Katib and the code of DARTS print them.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "nas/architecture/genotype.h"

namespace qalam::nas {

namespace {

// An operation and the node that it reads.
using ReadEdgeText = std::pair<std::string, int>;
using ReadNodes = std::vector<std::vector<ReadEdgeText>>;

// Goes through the text from left to right, past blanks.
class GenotypeText {
 public:
  explicit GenotypeText(std::string_view text) : all_(text), rest_(text) {}

  // Whether `token` comes next, which is then passed.
  bool Pass(std::string_view token) {
    SkipBlanks();
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  Status Expect(std::string_view token) {
    if (Pass(token)) return {};
    return InvalidArgument("not a genotype: {} expected at character {}", token,
                           all_.size() - rest_.size() + 1);
  }
  // Up to the closing quote.
  StatusOr<std::string> Name() {
    const char* quote = Pass("'") ? "'" : "\"";
    if (*quote == '"') RETURN_IF_ERROR(Expect(quote));
    const size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return Expect(quote);
    const std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return name;
  }
  StatusOr<int> Number() {
    SkipBlanks();
    int value = 0;
    const auto [next, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return Expect("a number");
    rest_.remove_prefix(next - rest_.data());
    return value;
  }

 private:
  void SkipBlanks() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_[0]))) {
      rest_.remove_prefix(1);
    }
  }
  std::string_view all_, rest_;
};

StatusOr<ReadEdgeText> ReadPair(GenotypeText& text) {
  RETURN_IF_ERROR(text.Expect("("));
  ASSIGN_OR_RETURN(std::string operation, text.Name());
  RETURN_IF_ERROR(text.Expect(","));
  ASSIGN_OR_RETURN(const int source, text.Number());
  RETURN_IF_ERROR(text.Expect(")"));
  return ReadEdgeText{std::move(operation), source};
}

// [(...),(...)]
StatusOr<std::vector<ReadEdgeText>> ReadPairs(GenotypeText& text) {
  std::vector<ReadEdgeText> pairs;
  while (!text.Pass("]")) {
    if (!pairs.empty()) RETURN_IF_ERROR(text.Expect(","));
    ASSIGN_OR_RETURN(auto pair, ReadPair(text));
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

// Katib's [[(...),(...)],...], or DARTS' [(...),...] with two for each node.
StatusOr<ReadNodes> ReadCellText(GenotypeText& text) {
  RETURN_IF_ERROR(text.Expect("["));
  ReadNodes nodes;
  if (text.Pass("[")) {
    do {
      if (!nodes.empty()) RETURN_IF_ERROR(text.Expect("["));
      ASSIGN_OR_RETURN(auto pairs, ReadPairs(text));
      nodes.push_back(std::move(pairs));
    } while (text.Pass(","));
    RETURN_IF_ERROR(text.Expect("]"));
    return nodes;
  }
  ASSIGN_OR_RETURN(const auto pairs, ReadPairs(text));
  if (pairs.size() % 2 != 0) return InvalidArgument("not a genotype: an odd number of edges");
  for (size_t i = 0; i < pairs.size(); i += 2) nodes.push_back({pairs[i], pairs[i + 1]});
  return nodes;
}

// range(2,6), range(2, 6) or [2, 3, 4, 5]: the nodes that the cell gives, all of them.
StatusOr<int> ReadFirstNode(GenotypeText& text) {
  const bool range = text.Pass("range(");
  if (!range) RETURN_IF_ERROR(text.Expect("["));
  ASSIGN_OR_RETURN(const int first, text.Number());
  while (text.Pass(",")) RETURN_IF_ERROR(text.Number().status());
  RETURN_IF_ERROR(text.Expect(range ? ")" : "]"));
  return first;
}

std::vector<CellEdge> EdgesOf(const ReadNodes& nodes, int input_nodes) {
  std::vector<CellEdge> cell;
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const auto& [operation, source] : nodes[i]) {
      cell.push_back({input_nodes + static_cast<int>(i), source, operation});
    }
  }
  SortEdges(cell);
  return cell;
}

// The smallest space that holds the genotype.
CellSpace SpaceOf(const Genotype& genotype, int input_nodes, const ReadNodes& normal,
                  bool has_reduction) {
  CellSpace space = has_reduction ? DartsSpace() : NasBench201Space();
  space.input_nodes = input_nodes;
  space.computed_nodes = static_cast<int>(normal.size());
  std::set<std::string> operations;
  for (const auto* cell : {&genotype.normal, &genotype.reduction}) {
    for (const auto& edge : *cell) operations.insert(edge.operation);
  }
  space.operations.assign(operations.begin(), operations.end());
  if (!has_reduction) return space;
  for (const auto* cell : {&genotype.normal, &genotype.reduction}) {
    for (const auto& edge : *cell) {
      const auto edges = std::count_if(cell->begin(), cell->end(), [&](const CellEdge& other) {
        return other.node == edge.node;
      });
      space.kept_inputs = std::max(space.kept_inputs, static_cast<int>(edges));
    }
  }
  return space;
}

}  // namespace

StatusOr<Genotype> ParseKatibGenotype(const std::string& whole) {
  if (whole.size() > kMostGenotypeBytes) {
    return InvalidArgument("a genotype of over {} bytes", kMostGenotypeBytes);
  }
  GenotypeText text(whole);
  RETURN_IF_ERROR(text.Expect("Genotype(normal="));
  ASSIGN_OR_RETURN(const ReadNodes normal, ReadCellText(text));
  RETURN_IF_ERROR(text.Expect(","));
  RETURN_IF_ERROR(text.Expect("normal_concat="));
  ASSIGN_OR_RETURN(const int input_nodes, ReadFirstNode(text));
  const bool has_reduction = text.Pass(",");
  ReadNodes reduction;
  if (has_reduction) {
    RETURN_IF_ERROR(text.Expect("reduce="));
    ASSIGN_OR_RETURN(reduction, ReadCellText(text));
    RETURN_IF_ERROR(text.Expect(","));
    RETURN_IF_ERROR(text.Expect("reduce_concat="));
    RETURN_IF_ERROR(ReadFirstNode(text).status());
  }
  RETURN_IF_ERROR(text.Expect(")"));
  Genotype genotype{.normal = EdgesOf(normal, input_nodes),
                    .reduction = EdgesOf(reduction, input_nodes)};
  genotype.space = SpaceOf(genotype, input_nodes, normal, has_reduction);
  RETURN_IF_ERROR(CheckGenotype(genotype));
  return genotype;
}

}  // namespace qalam::nas
