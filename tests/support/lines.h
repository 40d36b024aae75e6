#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace qalam {

// Of the file; none where there is no file.
inline std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace qalam
