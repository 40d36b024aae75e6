import { useSyncExternalStore } from 'react';

export type Scheme = 'light' | 'dark';
export type ThemeChoice = 'system' | Scheme;

const STORAGE_KEY = 'qalam.theme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system'; // a browser may forbid storage
  }
}

let choice: ThemeChoice = storedChoice();

function apply(): void {
  document.documentElement.style.colorScheme = choice === 'system' ? '' : choice;
  for (const listener of [...listeners]) listener();
}

apply();
systemDark.addEventListener('change', apply);

export function setThemeChoice(next: ThemeChoice): void {
  choice = next;
  try {
    if (next === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Then the choice holds for this page only.
  }
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentScheme(): Scheme {
  if (choice !== 'system') return choice;
  return systemDark.matches ? 'dark' : 'light';
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

// The scheme that is shown now, for what cannot read CSS (canvases).
export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, currentScheme);
}

// The colour that a token such as "--series-1" stands for in the scheme that is shown now.
export function tokenColor(token: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
