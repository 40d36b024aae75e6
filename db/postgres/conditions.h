#pragma once

#include <functional>
#include <string>
#include <vector>

#include "db/postgres/connection.h"

namespace qalam::postgres {

// The conditions of a WHERE, each only where the question has it, so that the planner sees what is
// asked. Their texts are constants; values are bound.
class Conditions {
 public:
  // "#" in `sql` stands for the value's parameter.
  template <typename Value>
  Conditions& Add(const std::string& sql, Value value) {
    const std::string place = fmt::format("${}", binds_.size() + 1);
    std::string text;
    for (const char c : sql) c == '#' ? text += place : text += c;
    binds_.push_back([value = std::move(value)](Statement& statement) { statement.Bind(value); });
    return AddPlain(text);
  }
  Conditions& AddPlain(const std::string& sql) {
    text_ += (text_.empty() ? " WHERE (" : " AND (") + sql + ")";
    return *this;
  }
  // A parameter that the caller's own text uses.
  template <typename Value>
  std::string Parameter(Value value) {
    binds_.push_back([value = std::move(value)](Statement& statement) { statement.Bind(value); });
    return fmt::format("${}", binds_.size());
  }

  const std::string& text() const { return text_; }
  void Bind(Statement& statement) const {
    for (const auto& bind : binds_) bind(statement);
  }

 private:
  std::string text_;
  std::vector<std::function<void(Statement&)>> binds_;
};

}  // namespace qalam::postgres
