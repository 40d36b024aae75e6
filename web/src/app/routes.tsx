import { lazy, Suspense, type ComponentType } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { LoadingState } from '../components/States';
import { links } from './links';
import { NotFoundPage } from './NotFoundPage';

// Each page is loaded when it is first shown. app/links.ts makes the addresses.
const ROUTES: { path: string; page: ComponentType }[] = [
  { path: '/experiments', page: lazy(() => import('../pages/experiments/ExperimentsPage')) },
  { path: '/new', page: lazy(() => import('../pages/new_experiment/NewExperimentPage')) },
  {
    path: '/experiments/:namespace/:name/*?',
    page: lazy(() => import('../pages/experiment/ExperimentPage')),
  },
  { path: '/trials/:namespace/:name', page: lazy(() => import('../pages/trial/TrialPage')) },
  {
    path: '/architecture/:namespace/:name',
    page: lazy(() => import('../pages/architecture/ArchitecturePage')),
  },
  { path: '/compare', page: lazy(() => import('../pages/compare/ComparePage')) },
  { path: '/algorithms', page: lazy(() => import('../pages/algorithms/AlgorithmsPage')) },
  { path: '/algorithms/:name', page: lazy(() => import('../pages/algorithms/AlgorithmsPage')) },
  { path: '/system', page: lazy(() => import('../pages/system/SystemPage')) },
];

export function Routes() {
  return (
    <Suspense fallback={<LoadingState />}>
      <Switch>
        <Route path="/">
          <Redirect to={links.experiments()} replace />
        </Route>
        {ROUTES.map(({ path, page }) => (
          <Route key={path} path={path} component={page} />
        ))}
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </Suspense>
  );
}
