import type { ComponentType } from 'react';

interface PageRoute {
  path: string; // as wouter reads it
  load: () => Promise<{ default: ComponentType }>;
}

const algorithms = () => import('../pages/algorithms/AlgorithmsPage');

// Each page's code is loaded when it is first shown. app/links.ts makes the addresses.
export const PAGES: readonly PageRoute[] = [
  { path: '/experiments', load: () => import('../pages/experiments/ExperimentsPage') },
  { path: '/new', load: () => import('../pages/new_experiment/NewExperimentPage') },
  {
    path: '/experiments/:namespace/:name/*?',
    load: () => import('../pages/experiment/ExperimentPage'),
  },
  { path: '/trials/:namespace/:name', load: () => import('../pages/trial/TrialPage') },
  {
    path: '/architecture/:namespace/:name',
    load: () => import('../pages/architecture/ArchitecturePage'),
  },
  { path: '/compare', load: () => import('../pages/compare/ComparePage') },
  { path: '/algorithms', load: algorithms },
  { path: '/algorithms/:name', load: algorithms },
  { path: '/system', load: () => import('../pages/system/SystemPage') },
];

// The page at an address, by its path; undefined when there is none.
export function pageAt(pathname: string): PageRoute | undefined {
  return PAGES.find(({ path }) => {
    const pattern = path.replace('/*?', '(?:/.*)?').replace(/:\w+/g, '[^/]+');
    return new RegExp(`^${pattern}/?$`).test(pathname);
  });
}
