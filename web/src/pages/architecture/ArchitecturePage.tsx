import { Link, useParams } from 'wouter';
import { getTrial } from '../../api/trials';
import { links } from '../../app/links';
import { useResource } from '../../app/use_resource';
import { Page } from '../../components/Page';
import { ErrorState, LoadingState } from '../../components/States';
import { ArchitectureView } from './ArchitectureView';

export default function ArchitecturePage() {
  const { namespace = '', name = '' } = useParams();
  const { data, error, reload } = useResource(`trial ${namespace}/${name}`, (signal) =>
    getTrial({ namespace, name }, signal),
  );
  if (!data) {
    return (
      <Page title="Architecture">
        {error ? <ErrorState error={error} onRetry={reload} /> : <LoadingState />}
      </Page>
    );
  }
  return (
    <Page
      title={`Architecture of trial ${data.number}`}
      heading={
        <h1>
          Architecture of <Link href={links.trial(data)}>trial {data.number}</Link> of{' '}
          <Link href={links.experiment({ namespace, name: data.experiment })}>
            {data.experiment}
          </Link>
        </h1>
      }
    >
      <ArchitectureView trial={data} state={data.state} />
    </Page>
  );
}
