import { Page } from '../../components/Page';

export default function AlgorithmsPage() {
  return <Page title="Algorithms">{null}</Page>;
}
