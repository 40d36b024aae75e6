import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { getDocument } from '../../api/experiments';
import { BLANK_DOCUMENT } from './start/blank';
import NewExperimentPage from './NewExperimentPage';

const EXAMPLE = BLANK_DOCUMENT.replace('my-experiment', 'from-example');
const SEED = '9223372036854775807'; // the largest; as a number it would be rounded

vi.mock('../../api/algorithms', () => ({
  listAlgorithms: async () => [],
  listStoppingRules: async () => [],
}));
vi.mock('../../api/documents', () => ({
  listExamples: async () => [{ name: 'example', title: 'An example.', document: EXAMPLE }],
  validateDocument: async () => ({ faults: [], experiments: [], choices: [] }),
}));
vi.mock('../../api/experiments', () => ({
  getDocument: vi.fn(),
  listExperiments: async () => ({ experiments: [], nextCursor: '', total: 0 }),
}));
// The editor measures what it shows, which cannot be done here.
vi.mock('../../components/editor/LazyYamlEditor', () => ({
  LazyYamlEditor: ({ label, value }: { label: string; value: string }) => (
    <textarea aria-label={label} value={value} readOnly />
  ),
}));

beforeEach(() => {
  sessionStorage.clear();
});

async function open(address: string) {
  window.history.replaceState(null, '', address);
  render(<NewExperimentPage />);
  await screen.findByRole('region', { name: 'Name' });
}

function text(): string {
  return screen.getByLabelText<HTMLTextAreaElement>('The experiment as YAML').value;
}

async function startFrom(name: RegExp) {
  await userEvent.click(screen.getByRole('button', { name: 'Start from…' }));
  const dialog = within(screen.getByRole('dialog'));
  await userEvent.click(await dialog.findByRole('button', { name }));
}

it.each([
  ['/new?example=example', /^example/, EXAMPLE],
  ['/new', /^Blank/, BLANK_DOCUMENT],
])('begins %s anew when it is chosen again', async (address, choice, document) => {
  await open(address);
  await vi.waitFor(() => expect(text()).toBe(document));
  const metric = within(screen.getByRole('region', { name: 'Objective' })).getByLabelText('Metric');
  await userEvent.type(metric, '-of-mine');
  expect(text()).toContain('accuracy-of-mine');
  await startFrom(choice);
  await vi.waitFor(() => expect(text()).toBe(document));
});

it('keeps the seed of a clone digit for digit, also when the form changes something', async () => {
  const original = BLANK_DOCUMENT.replace('spec:\n', `spec:\n  seed: ${SEED}\n`);
  vi.mocked(getDocument).mockResolvedValue(original);
  await open('/new?from=default%2Fmy-experiment');
  const cloned = original.replace('my-experiment', 'my-experiment-2');
  await vi.waitFor(() => expect(text()).toBe(cloned));
  expect(screen.getByLabelText('Seed')).toHaveValue(SEED);
  await userEvent.type(screen.getByLabelText('Trials in all'), '0');
  expect(text()).toBe(cloned.replace('maxTrialCount: 20', 'maxTrialCount: 200'));
});
