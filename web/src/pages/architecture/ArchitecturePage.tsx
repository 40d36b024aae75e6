import { Page } from '../../components/Page';

export default function ArchitecturePage() {
  return <Page title="Architecture">{null}</Page>;
}
