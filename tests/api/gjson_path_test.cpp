#include "api/gjson_path.h"

#include <catch2/catch.hpp>

namespace qalam {
namespace {

using OrderedJson = nlohmann::ordered_json;

// The document that GJSON's own documentation explains its syntax with, and a few odd names.
const char* const kDocument = R"({
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ],
  "vals": [{"a": 1, "b": true}, {"a": 2, "b": null}, {"a": 0, "b": false}, {"a": 0}],
  "odd*": 1, "odd?": 2, "deep": [[1, 2], 3], "nothing": null, "empty": []
})";

}  // namespace

TEST_CASE("A GJSON path finds what its documentation says", "[gjson]") {
  struct Case {
    const char* path;
    const char* found;  // empty: nothing
  };
  const auto test = GENERATE(values<Case>({
      {"name.last", R"("Anderson")"},
      {"name|last", R"("Anderson")"},
      {"name.middle", ""},
      {"age.x", ""},
      {"children.1", R"("Alex")"},
      {"children.3", ""},
      {"children.x", ""},
      {"children.#", "3"},
      {"age.#", ""},
      {"child*.2", R"("Jack")"},
      {"c?ildren.0", R"("Sara")"},
      {R"(fav\.movie)", R"("Deer Hunter")"},
      {R"(odd\*)", "1"},
      {R"(odd\?)", "2"},
      {"nothing", "null"},
      {"friends.#.first", R"(["Dale","Roger","Jane"])"},
      {"friends.1.last", R"("Craig")"},
      {R"(friends.#(last=="Murphy").first)", R"("Dale")"},
      {R"(friends.#(last=="Murphy")#.first)", R"(["Dale","Jane"])"},
      {R"(friends.#(last==Murphy)#.first)", R"(["Dale","Jane"])"},
      {R"(friends.#( last == "Murphy" )#.first)", R"(["Dale","Jane"])"},
      {"friends.#(age>45)#.last", R"(["Craig","Murphy"])"},
      {"friends.#(age>=47)#.age", "[68,47]"},
      {"friends.#(age<47)#.age", "[44]"},
      {"friends.#(age<=47)#.age", "[44,47]"},
      {"friends.#(age!=47)#.age", "[44,68]"},
      {"friends.#(age==x)#.age", "[]"},
      {R"(friends.#(first%"D*").last)", R"("Murphy")"},
      {R"(friends.#(first!%"D*").last)", R"("Craig")"},
      {R"(friends.#(nets.#(=="fb"))#.first)", R"(["Dale","Roger"])"},
      {R"(children.#(!="Sara"))", R"("Alex")"},
      {R"(children.#(%"*a*")#)", R"(["Sara","Jack"])"},
      {R"(friends.#(last=="None"))", ""},
      {R"(friends.#(last=="None")#)", "[]"},
      {R"(friends.#(last=="None")#.first)", "[]"},
      {R"(friends.#(first)#.age)", "[44,68,47]"},
      {"vals.#(b)#.a", "[1,2,0]"},
      {"vals.#(b==true)#.a", "[1]"},
      {"vals.#(b!=true)#.a", "[2,0]"},
      {"vals.#(b==null)#.a", "[2]"},
      {"vals.#(b>true)#.a", "[]"},
      // A dot goes into each element, a pipe takes the whole.
      {R"(friends.#(last=="Murphy")#.0)", "[]"},
      {R"(friends.#(last=="Murphy")#|0.first)", R"("Dale")"},
      {"friends.#.nets.#", "[3,2,2]"},
      {"friends.#.nets|#", "3"},
      {R"(friends.#(last=="Murphy")#|#(age>45)#|#.first)", R"(["Jane"])"},
      {"[name.first,age,none]", R"(["Tom",37])"},
      {"name.[@this].#(first==\"Tom\").last", R"("Anderson")"},
      {"children.@reverse.0", R"("Jack")"},
      {"children|@reverse|0", R"("Jack")"},
      {"name.@keys", R"(["first","last"])"},
      {"name.@values", R"(["Tom","Anderson"])"},
      {"age.@keys", ""},
      {"deep.@flatten", "[1,2,3]"},
      {R"(friends.#(first=="Ja\ne").age)", "47"},
  }));
  CAPTURE(test.path);
  const auto path = GjsonPath::Parse(test.path);
  INFO(Message(path.status()));
  REQUIRE(path.ok());
  const auto found = path->Find(OrderedJson::parse(kDocument));
  CHECK((found ? found->dump() : "") == test.found);
}

TEST_CASE("A text that is no GJSON path is refused with its column", "[gjson]") {
  struct Case {
    const char* path;
    const char* message;
  };
  const auto test = GENERATE(values<Case>({
      {"", "column 1: a key, #, #(...), [...] or @... should be here"},
      {"a.", "column 3: a key"},
      {"a..b", "column 3: a key"},
      {".a", "column 1: a key"},
      {"a|", "column 3: a key"},
      {"a.#(b==\"c\"", "column 11: the query's ) is missing"},
      {"a.#(b==\"c)", "column 11: the closing \" is missing"},
      {"a.#(b==)", "column 8: a value to compare with should be here"},
      {"a.#()", "column 5: the query is empty"},
      {"a.#(b=\"c\")", "column 6: one of == != < <= > >= % !% or the query's ) should be here"},
      {"a.#(b==1)x", "column 10: a dot or a pipe should be here"},
      {"a.#(b==~true)", ""},
      {"a.#x", "column 4: a dot or a pipe should be here"},
      {"a.{b}", "column 3: GJSON's {...} is not supported"},
      {"!true", "column 1: GJSON's literals are not supported"},
      {"[a,b", "column 5: the closing ] is missing"},
      {"@pretty", "column 1: @pretty is not supported; there are @this"},
      {"a\\", "column 2: nothing follows the \\"},
  }));
  CAPTURE(test.path);
  const auto path = GjsonPath::Parse(test.path);
  if (std::string(test.message).empty()) {
    CHECK(path.ok());
    return;
  }
  REQUIRE(path.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(Message(path.status()), Catch::StartsWith(test.message));
}

TEST_CASE("A GJSON path is bounded in length and depth", "[gjson]") {
  std::string nested = "a";
  for (int i = 0; i < 100; ++i) nested = "#(" + nested + ")";
  CHECK_THAT(Message(GjsonPath::Parse(nested).status()), Catch::Contains("nested too deeply"));
  CHECK_FALSE(GjsonPath::Parse(std::string(5000, 'a')).ok());
}

}  // namespace qalam
