import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import type { Algorithm, Fault, StoppingRule } from '../../api/types';
import { editDocument, readDocument } from './document/yaml_document';
import { ExperimentForm } from './ExperimentForm';
import { numberOrText } from './form/fields';
import { BLANK_DOCUMENT } from './start/blank';

const ALGORITHMS: Algorithm[] = [
  { name: 'auto', summary: 'Chooses by itself.', citation: '', settings: [], capabilities: {} },
  {
    name: 'tpe',
    summary: 'Models good trials.',
    citation: '',
    capabilities: { conditional: true },
    settings: [
      { name: 'gamma', type: 'double', default: '0.1', allowed: '0 < x < 1', help: 'The share.' },
      { name: 'joint', type: 'bool', default: 'false', allowed: '', help: 'Whether joint.' },
      { name: 'weights', type: 'choice', default: 'ei', allowed: 'one of: uniform, ei', help: '' },
    ],
  },
];

const RULES: StoppingRule[] = [
  { name: 'medianstop', summary: 'The worse half ends.', citation: 'Vizier', settings: [] },
  {
    name: 'patience',
    summary: 'What rests ends.',
    citation: '',
    settings: [
      { name: 'patience', type: 'int', default: '10', allowed: '>= 1', help: 'How many points.' },
    ],
  },
];

let text: string;

function Harness({ start, faults = [] }: { start: string; faults?: Fault[] }) {
  const [now, setNow] = useState(start);
  text = now;
  return (
    <ExperimentForm
      document={readDocument(now)}
      validation={{ faults, choices: [], experiments: [], checked: true, error: undefined }}
      algorithms={ALGORITHMS}
      stoppingRules={RULES}
      edit={(path, value) => setNow((old) => editDocument(old, path, value))}
    />
  );
}

function spec() {
  return (readDocument(text).plain as { spec: Record<string, unknown> }).spec;
}

it('edits the document, and leaves its comments', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  const metric = within(screen.getByRole('region', { name: 'Objective' })).getByLabelText('Metric');
  await userEvent.clear(metric);
  await userEvent.type(metric, 'loss');
  await userEvent.selectOptions(screen.getByLabelText('Direction'), 'Minimise');
  expect(spec().objective).toEqual({ type: 'minimize', objectiveMetricName: 'loss' });
  expect(text).toContain('# Prints lines such as "accuracy=0.93".');
});

it('keeps what is typed while it is typed', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  const goal = screen.getByLabelText('Goal');
  await userEvent.type(goal, '1.');
  expect(goal).toHaveValue('1.');
  await userEvent.type(goal, '50');
  expect(goal).toHaveValue('1.50');
  expect(spec().objective).toMatchObject({ goal: 1.5 });
  await userEvent.tab();
  expect(goal).toHaveValue('1.5');
});

it('writes a seed as it is typed, however large', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  const seed = screen.getByLabelText('Seed');
  await userEvent.type(seed, '9223372036854775807');
  expect(text).toContain('  seed: 9223372036854775807\n');
  await userEvent.tab();
  expect(seed).toHaveValue('9223372036854775807');
});

it.each([
  ['', undefined],
  [' 42 ', 42],
  ['-0.5', -0.5],
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['1e30', 1e30],
  ['0x10', '0x10'],
  ['1e999', '1e999'],
])('takes %j for what it is', (typed, value) => {
  expect(numberOrText(typed)).toBe(value);
});

it('offers every setting of the chosen algorithm with its help', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  const algorithm = within(screen.getByRole('region', { name: 'Algorithm' }));
  await userEvent.selectOptions(algorithm.getByLabelText('Algorithm'), 'tpe');
  expect(algorithm.getByText('The share. (0 < x < 1)')).toBeInTheDocument();
  await userEvent.type(algorithm.getByLabelText('gamma'), '0.2');
  await userEvent.selectOptions(algorithm.getByLabelText('joint'), 'true');
  await userEvent.selectOptions(algorithm.getByLabelText('weights'), 'uniform');
  expect(spec().algorithm).toEqual({
    algorithmName: 'tpe',
    algorithmSettings: [
      { name: 'gamma', value: '0.2' },
      { name: 'joint', value: 'true' },
      { name: 'weights', value: 'uniform' },
    ],
  });
  await userEvent.selectOptions(algorithm.getByLabelText('joint'), 'false (default)');
  await userEvent.clear(algorithm.getByLabelText('gamma'));
  expect(spec().algorithm).toMatchObject({ algorithmSettings: [{ name: 'weights' }] });
});

it('adds, changes and removes parameters', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  const space = within(screen.getByRole('region', { name: 'Search space' }));
  await userEvent.click(space.getByRole('button', { name: 'Add a parameter' }));
  const second = within(space.getByRole('group', { name: 'parameter 2' }));
  await userEvent.type(second.getByLabelText('Name'), 'optimizer');
  await userEvent.selectOptions(second.getByLabelText('Type'), 'words');
  await userEvent.type(second.getByLabelText('Values'), 'sgd, adam');
  // No value of a range without steps is ever met.
  const condition = { name: 'Add a condition to optimizer' };
  expect(second.queryByRole('button', condition)).toBeNull();
  const first = within(space.getByRole('group', { name: 'parameter 1' }));
  await userEvent.type(first.getByLabelText('Step'), '0.1');
  await userEvent.click(second.getByRole('button', condition));
  await userEvent.clear(first.getByLabelText('Step'));
  await userEvent.type(second.getByLabelText('is one of'), '0.1');
  expect(spec().parameters).toMatchObject([
    { name: 'lr' },
    {
      name: 'optimizer',
      parameterType: 'categorical',
      feasibleSpace: { list: ['sgd', 'adam'] },
      activeWhen: { parameter: 'lr', values: ['0.1'] },
    },
  ]);
  await userEvent.click(space.getByRole('button', { name: 'Remove parameter 1' }));
  expect(spec().parameters).toMatchObject([{ name: 'optimizer' }]);
});

it('hands new parameters to the command', async () => {
  const start = editDocument(BLANK_DOCUMENT, ['spec', 'parameters', 1], {
    name: 'width',
    parameterType: 'int',
    feasibleSpace: { min: '1', max: '9' },
  });
  render(<Harness start={start} />);
  await userEvent.click(screen.getByRole('button', { name: /Hand the missing parameters/ }));
  expect(text).toContain('- --width=${trialParameters.width}');
  expect(spec().trialTemplate).toMatchObject({
    trialParameters: [{ name: 'lr' }, { name: 'width', reference: 'width' }],
  });
});

it('offers every early stopping rule with its settings', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  await userEvent.click(screen.getByRole('button', { name: /Early stopping/ }));
  const section = within(screen.getByRole('region', { name: 'Early stopping' }));
  await userEvent.click(section.getByRole('checkbox', { name: /End trials early/ }));
  expect(section.getByText('The worse half ends.')).toBeInTheDocument();
  await userEvent.selectOptions(section.getByLabelText('Rule'), 'patience');
  expect(section.getByText('How many points. (>= 1)')).toBeInTheDocument();
  await userEvent.type(section.getByLabelText('patience'), '4');
  await userEvent.tab();
  expect(spec().earlyStopping).toEqual({
    algorithmName: 'patience',
    algorithmSettings: [{ name: 'patience', value: '4' }],
  });
  await userEvent.selectOptions(section.getByLabelText('Rule'), 'medianstop');
  expect(spec().earlyStopping).toEqual({ algorithmName: 'medianstop' });
});

it('switches architecture search and early stopping on and off', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  await userEvent.click(screen.getByRole('button', { name: /Architecture search/ }));
  await userEvent.click(screen.getByRole('checkbox', { name: /Search for a network/ }));
  await userEvent.clear(screen.getByLabelText('Layers'));
  await userEvent.type(screen.getByLabelText('Layers'), '4');
  expect(spec().nasConfig).toMatchObject({ graphConfig: { numLayers: 4n } });
  await userEvent.click(screen.getByRole('checkbox', { name: /Search for a network/ }));
  await userEvent.click(screen.getByRole('button', { name: /Early stopping/ }));
  await userEvent.click(screen.getByRole('checkbox', { name: /End trials early/ }));
  expect(spec().earlyStopping).toEqual({ algorithmName: 'medianstop' });
  await userEvent.click(screen.getByRole('checkbox', { name: /End trials early/ }));
  expect(text).toBe(BLANK_DOCUMENT);
});

it('shows what each metrics collector needs, and takes away what another had', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  await userEvent.click(screen.getByRole('button', { name: /Metrics collector/ }));
  const section = within(screen.getByRole('region', { name: 'Metrics collector' }));
  const kind = section.getByLabelText('Where metrics are read');
  await userEvent.selectOptions(kind, 'PrometheusMetric');
  await userEvent.clear(section.getByLabelText('Path'));
  await userEvent.type(section.getByLabelText('Path'), '/values');
  await userEvent.tab();
  expect(spec().metricsCollectorSpec).toEqual({
    collector: { kind: 'PrometheusMetric' },
    source: { httpGet: { port: 0n, path: '/values' } },
  });
  await userEvent.selectOptions(kind, 'Custom');
  await userEvent.type(section.getByLabelText('Command that collects'), 'python3{Enter}read.py');
  await userEvent.type(section.getByLabelText('Its working directory'), 'tools');
  await userEvent.type(section.getByLabelText('Path'), 'table.csv');
  await userEvent.tab();
  expect(spec().metricsCollectorSpec).toEqual({
    collector: {
      kind: 'Custom',
      customCollector: { name: 'collector', command: ['python3', 'read.py'], workingDir: 'tools' },
    },
    source: { fileSystemPath: { path: 'table.csv' } },
  });
  await userEvent.selectOptions(kind, 'File');
  expect(spec().metricsCollectorSpec).toEqual({
    collector: { kind: 'File' },
    source: { fileSystemPath: { path: 'table.csv' } },
  });
});

it('leaves the trials to programs elsewhere', async () => {
  render(<Harness start={BLANK_DOCUMENT} />);
  await userEvent.selectOptions(
    screen.getByLabelText('Who runs the trials'),
    'Programs elsewhere, through the SDK',
  );
  expect(spec().trialRunner).toBe('Client');
  expect(spec().trialTemplate).toBeUndefined();
  expect(screen.queryByLabelText('Command')).not.toBeInTheDocument();
  expect(screen.queryByRole('region', { name: 'Metrics collector' })).not.toBeInTheDocument();
});

it('shows a fault beside its field and at its section', () => {
  const fault = {
    source: '',
    line: 16,
    column: 29,
    field: 'spec.parameters[0].feasibleSpace.min',
    message: '1 should be below max, which is <b>0</b>',
  };
  render(<Harness start={BLANK_DOCUMENT} faults={[fault]} />);
  expect(screen.getByLabelText('From')).toBeInvalid();
  expect(screen.getByLabelText('From')).toHaveAccessibleDescription(fault.message);
  expect(screen.getByRole('button', { name: 'Search space has a fault' })).toBeInTheDocument();
});

it('survives documents of any form', () => {
  for (const start of [
    '',
    '- a\n- b\n',
    'spec: 3\n',
    'spec: {parameters: {a: 1}, nasConfig: []}\n',
  ]) {
    const { unmount } = render(<Harness start={start} />);
    expect(screen.getByRole('region', { name: 'Objective' })).toBeInTheDocument();
    unmount();
  }
  render(<Harness start="a: [1" />);
  expect(screen.getByText('The YAML cannot be read.')).toBeInTheDocument();
});
