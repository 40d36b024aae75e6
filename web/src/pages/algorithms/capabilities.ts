import type { Algorithm } from '../../api/types';

const WORDS: Record<string, string> = {
  conditional: 'Conditional parameters',
  multiObjective: 'Several objectives',
  constraints: 'Constraints over metrics',
  fidelity: 'Trains short first (needs a resource parameter)',
  exhaustible: 'Ends when the space has been tried',
  needsFinite: 'Only finite spaces',
  oneShot: 'Searches inside one trial',
};

// What an algorithm can do, in words; names that are new here are shown as they are.
export function capabilityWords(capabilities: Algorithm['capabilities']): string[] {
  return Object.entries(capabilities)
    .filter(([, value]) => value === true)
    .map(([name]) => WORDS[name] ?? name);
}
