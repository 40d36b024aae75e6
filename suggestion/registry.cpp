#include "suggestion/registry.h"
