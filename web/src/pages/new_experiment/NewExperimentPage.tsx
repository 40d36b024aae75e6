import { Page } from '../../components/Page';

export default function NewExperimentPage() {
  return <Page title="New experiment">{null}</Page>;
}
