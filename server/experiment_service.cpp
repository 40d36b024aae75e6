#include "server/experiment_service.h"
