// What the conformance suite of db/access_store.h runs over: a back end is one row of the table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/access_store.h"

namespace qalam {

// One database, fresh with the object and gone with it.
class AccessStoreFixture {
 public:
  virtual ~AccessStoreFixture() = default;
  // An access store over this database: what was written through an earlier one, or through another
  // that is still open, is in it.
  virtual std::unique_ptr<AccessStore> Open() = 0;
};

struct AccessStoreBackEnd {
  std::string name;
  std::unique_ptr<AccessStoreFixture> (*make)();
};

// The table; defined beside the tests of the back ends.
const std::vector<AccessStoreBackEnd>& AccessStoreBackEnds();

}  // namespace qalam
