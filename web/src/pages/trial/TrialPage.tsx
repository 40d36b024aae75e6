import { Page } from '../../components/Page';

export default function TrialPage() {
  return <Page title="Trial">{null}</Page>;
}
