import { Page } from '../../components/Page';

export default function ExperimentsPage() {
  return <Page title="Experiments">{null}</Page>;
}
