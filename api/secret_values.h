// Values of a trial's environment that are secrets: they are kept, for the trials need them, and
// never shown.
#pragma once

#include <string>
#include <string_view>

#include "api/experiment.h"

namespace qalam {

// What is shown instead.
inline constexpr char kSecretMask[] = "********";

// By its name: one that is, or ends in "_" and, TOKEN, PASSWORD, PASSWD, PASSPHRASE, SECRET, KEY,
// CREDENTIAL or CREDENTIALS, in either case of letters.
bool IsSecretName(std::string_view name);

// Puts kSecretMask in place of the value of every such entry of every "env" in the manifest.
void MaskSecrets(Json& manifest);
// The document as it may be shown.
ExperimentDocument WithoutSecrets(ExperimentDocument document);
// A fault for each value that is the mask itself: whoever sends it has only seen it.
std::vector<Fault> CheckNoMasks(const ExperimentDocument& document);

}  // namespace qalam
