import { expect, it } from 'vitest';
import { links } from './links';
import { PAGES, pageAt } from './pages';

it('finds the page of every address that the links make', () => {
  const experiment = { namespace: 'default', name: 'a' };
  const addresses: [string, string][] = [
    [links.experiments(), '/experiments'],
    [links.newExperiment(), '/new'],
    [links.experiment(experiment), '/experiments/:namespace/:name/*?'],
    [links.trial(experiment), '/trials/:namespace/:name'],
    [links.architecture(experiment), '/architecture/:namespace/:name'],
    [links.experiment(experiment) + '/trials', '/experiments/:namespace/:name/*?'],
    [links.compare(), '/compare'],
    [links.algorithms(), '/algorithms'],
    [links.algorithms('tpe'), '/algorithms/:name'],
    [links.system(), '/system'],
  ];
  for (const [address, path] of addresses) {
    expect(pageAt(address.split('?')[0] ?? '')?.path, address).toBe(path);
  }
  expect(pageAt('/nowhere')).toBeUndefined();
  expect(pageAt('/experiments/default')).toBeUndefined();
  expect(PAGES[0]?.path).toBe('/experiments'); // where "/" leads
});
