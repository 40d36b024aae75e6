// Whether an experiment searches architectures; its document comes in the server's own layout.
export function isNas(documentYaml: string): boolean {
  return /^ {2}nasConfig:/m.test(documentYaml);
}
