import { ButtonLink } from '../components/Button';
import { Page } from '../components/Page';
import { EmptyState } from '../components/States';
import { links } from './links';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <EmptyState
        icon="search"
        title="There is nothing at this address."
        action={<ButtonLink href={links.experiments()}>See the experiments</ButtonLink>}
      />
    </Page>
  );
}
