import { describe, expect, it } from 'vitest';
import { editDocument, readDocument } from './yaml_document';

const TEXT = `# Tunes a network.
kind: Experiment
metadata:
  name: one # the name

spec:
  # What is sought.
  objective: {type: maximize, objectiveMetricName: accuracy}
  maxTrialCount: 30
  parameters:
    - name: lr
      parameterType: double
      feasibleSpace: {min: "0.001", max: "1.0"}
  trialTemplate:
    trialSpec:
      text: |
        keep
          this
`;

describe('editDocument', () => {
  it('changes one value and leaves every other byte', () => {
    expect(editDocument(TEXT, ['metadata', 'name'], 'two')).toBe(
      TEXT.replace('name: one', 'name: two'),
    );
    expect(editDocument(TEXT, ['spec', 'parameters', 0, 'feasibleSpace', 'min'], '0.01')).toBe(
      TEXT.replace('"0.001"', '"0.01"'),
    );
    expect(editDocument(TEXT, ['spec', 'maxTrialCount'], 50)).toBe(TEXT.replace('30', '50'));
  });

  it('puts a new key where people expect it', () => {
    const text = editDocument(TEXT, ['spec', 'algorithm', 'algorithmName'], 'tpe');
    expect(text).toBe(
      TEXT.replace('  maxTrialCount', '  algorithm:\n    algorithmName: tpe\n  maxTrialCount'),
    );
  });

  it('appends to a list', () => {
    const text = editDocument(TEXT, ['spec', 'parameters', 1], { name: 'width' });
    expect(text).toBe(TEXT.replace('  trialTemplate', '    - name: width\n  trialTemplate'));
  });

  it('takes away what a removal leaves empty, but no row of a list', () => {
    const twice = editDocument(TEXT, ['spec', 'constraints', 0], 'lr < 1');
    expect(editDocument(twice, ['spec', 'constraints', 0], undefined)).toBe(TEXT);
    const row = editDocument(TEXT, ['spec', 'parameters', 1], { name: 'width' });
    const cleared = editDocument(row, ['spec', 'parameters', 1, 'name'], undefined);
    expect(readDocument(cleared).plain).toMatchObject({ spec: { parameters: [{}, {}] } });
  });

  it('keeps lists unindented where the text has them so', () => {
    const text = 'spec:\n  parameters:\n  - name: a\n';
    expect(editDocument(text, ['spec', 'parameters', 0, 'name'], 'b')).toBe(
      'spec:\n  parameters:\n  - name: b\n',
    );
  });

  it('keeps whole numbers that a double cannot hold, and writes them', () => {
    const text = 'spec:\n  seed: 9223372036854775807\n  maxTrialCount: 30\n';
    expect(editDocument(text, ['spec', 'maxTrialCount'], 50)).toBe(text.replace('30', '50'));
    expect(editDocument(text, ['spec', 'seed'], 9007199254740993n)).toBe(
      text.replace('9223372036854775807', '9007199254740993'),
    );
    const list = editDocument(text, ['spec', 'sizes'], [4611686018427387905n, 1]);
    expect(list).toContain('- 4611686018427387905\n    - 1\n');
  });

  it('writes texts that look like numbers as texts', () => {
    const text = editDocument('spec: {}\n', ['spec', 'value'], '10');
    expect(readDocument(text).plain).toEqual({ spec: { value: '10' } });
  });

  it('begins from nothing, and replaces what is in the way', () => {
    expect(readDocument(editDocument('', ['metadata', 'name'], 'x')).plain).toEqual({
      metadata: { name: 'x' },
    });
    for (const slip of ['spec:\n', 'spec: 3\n', 'just a word\n']) {
      const text = editDocument(slip, ['spec', 'parameters', 0, 'name'], 'x');
      expect(readDocument(text).plain).toEqual({ spec: { parameters: [{ name: 'x' }] } });
    }
  });

  it('edits the first of several documents and leaves the others alone', () => {
    const rest = '---\nmetadata:   {name:   untouched}\n';
    expect(editDocument(TEXT + rest, ['metadata', 'name'], 'two')).toBe(
      TEXT.replace('name: one', 'name: two') + rest,
    );
    const marked = '# head\n---\n' + TEXT;
    expect(readDocument(editDocument(marked + rest, ['metadata', 'name'], 'two')).count).toBe(2);
  });
});

describe('readDocument', () => {
  it('reads whole numbers without rounding', () => {
    const { plain } = readDocument('seed: 9223372036854775807\ngoal: 0.5\n');
    expect(plain).toEqual({ seed: 9223372036854775807n, goal: 0.5 });
  });

  it('says why a text cannot be read', () => {
    expect(readDocument('a: [1, 2').fault).toBeTruthy();
    expect(readDocument('a: &x [*x, *x]\nb: *nowhere').fault).toBeTruthy();
  });

  it('does not hang on a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}]`,
    );
    const bomb = ['l0: &l0 [x, x, x]', ...levels].join('\n');
    expect(readDocument(bomb).fault).toBeTruthy();
  });
});
