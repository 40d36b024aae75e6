import { Page } from '../../components/Page';

export default function SystemPage() {
  return <Page title="System">{null}</Page>;
}
