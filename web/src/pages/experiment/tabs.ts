import { lazy, type ComponentType } from 'react';
import { ChartsTab } from './charts/ChartsTab';
import type { ExperimentView } from './experiment_view';
import type { ShownExperiment } from './use_experiment';

export interface TabProps {
  experiment: ShownExperiment;
  view: ExperimentView;
}

export type TabName = '' | 'trials' | 'architecture' | 'events' | 'document';

interface Tab {
  readonly name: TabName; // in the address after the experiment's name
  readonly label: string;
  readonly content: ComponentType<TabProps>;
  readonly nasOnly?: boolean;
}

export const TABS: readonly Tab[] = [
  { name: '', label: 'Charts', content: ChartsTab },
  { name: 'trials', label: 'Trials', content: lazy(() => import('../trials/TrialsTab')) },
  {
    name: 'architecture',
    label: 'Architecture',
    content: lazy(() => import('../architecture/ArchitectureTab')),
    nasOnly: true,
  },
  { name: 'events', label: 'Events', content: lazy(() => import('./EventsTab')) },
  { name: 'document', label: 'Document', content: lazy(() => import('./DocumentTab')) },
];
