#include "suggestion/service/suggestion_service.h"
