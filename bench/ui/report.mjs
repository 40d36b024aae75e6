// Keeps what was measured: as JSON, and as a page to read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const JSON_FILE = fileURLToPath(new URL('../results/ui.json', import.meta.url));
const PAGE_FILE = fileURLToPath(new URL('../../docs/benchmarks/ui.md', import.meta.url));

function line({ what, value, unit, aim, least, met, peer, load }, format) {
  const bound = `${least ? 'at least' : 'at most'} ${format(aim)} ${unit}`;
  const cells = [what, bound, `${format(value)} ${unit}`, met ? 'met' : '**missed**', load, peer];
  return `| ${cells.map((cell) => String(cell).trim()).join(' | ')} |`;
}

// Returns the names of the files.
export function writeReport(report, format) {
  mkdirSync(fileURLToPath(new URL('.', `file://${JSON_FILE}`)), { recursive: true });
  writeFileSync(JSON_FILE, JSON.stringify(report, null, 1) + '\n');
  const page = [
    '# The web UI in chromium',
    '',
    'Written by `make bench-ui`; how each row is measured stands in',
    '[bench/ui/README.md](../../bench/ui/README.md). The load is the average number of processes',
    'that wanted a processor in the minute before the row was done: the chromium that draws, the',
    'server, and whatever else the machine had to do.',
    '',
    `${report.date}, ${report.cores} cores, ${report.model}, no graphics card` +
      `${report.quick ? '; a quick run' : ''}.`,
    ...(report.note ? ['', report.note] : []),
    '',
    '| what | aim | measured | | load | beside |',
    '|---|--:|--:|---|--:|---|',
    ...report.rows.map((row) => line(row, format)),
    '',
  ];
  writeFileSync(PAGE_FILE, page.join('\n'));
  return `${JSON_FILE}, ${PAGE_FILE}`;
}
