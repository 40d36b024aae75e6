import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { LoadingState } from '../components/States';
import { links } from './links';
import { NotFoundPage } from './NotFoundPage';
import { PAGES } from './pages';

const ROUTES = PAGES.map(({ path, load }) => ({ path, page: lazy(load) }));

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
