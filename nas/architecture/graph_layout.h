// Where the vertices of a graph stand in a drawing.
#pragma once

#include <vector>

#include "nas/architecture/architecture_graph.h"

namespace qalam::nas {

struct Place {
  double x = 0, y = 0;  // the center
};

struct GraphLayout {
  double width = 0, height = 0;  // what holds all vertices; the corner is at 0, 0
  std::vector<Place> vertices;
  // For each link the places it goes through, its ends included: one on each row that it passes.
  std::vector<std::vector<Place>> links;
};

struct LayoutSizes {
  std::vector<double> widths;  // of each vertex, and its share of a row
  double row = 60;             // from a row's center to the next
  double gap = 24;             // between neighbours of a row
  double link_width = 12;      // what a link that passes a row takes of it
};

inline constexpr double kSumRadius = 14;
// For pixels: labels in 13-pixel sans-serif inside boxes, sums as circles.
LayoutSizes SizesFor(const ArchitectureGraph& graph);

// Rows from top to bottom, each link going down; long links pass the rows between. The order in
// rows follows the means of neighbours, so that few links cross (Sugiyama, Tagawa, Toda, "Methods
// for visual understanding of hierarchical system structures", IEEE Trans. SMC 11, 1981).
GraphLayout LayOut(const ArchitectureGraph& graph, const LayoutSizes& sizes);

}  // namespace qalam::nas
