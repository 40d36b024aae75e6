import { cellOf, stateOf, type TrialTable } from '../data/trial_table';
import { formatNumber } from '../draw/format_number';
import { stateWords } from '../kinds/history';
import styles from './chart.module.css';

export interface TooltipPlace {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

const MOST_PARAMETERS = 12;
const WIDTH = 230;

// What a trial is, beside its mark. Also read out, as the keyboard walks through trials.
export function ChartTooltip({
  table,
  place,
  width,
}: {
  table: TrialTable;
  place: TooltipPlace;
  width: number;
}) {
  const { row } = place;
  const toLeft = place.x + 14 + WIDTH > width && place.x > WIDTH;
  const entries: [string, string][] = table.objectives.map((objective) => [
    objective.metric,
    formatNumber(objective.values[row]!, 6),
  ]);
  for (const column of table.parameters.slice(0, MOST_PARAMETERS)) {
    const cell = cellOf(column, row);
    if (cell !== null)
      entries.push([column.name, typeof cell === 'number' ? formatNumber(cell) : cell]);
  }
  const more = table.parameters.length - MOST_PARAMETERS;
  return (
    <div
      className={styles.tooltip}
      role="status"
      style={{
        left: toLeft ? undefined : Math.min(place.x + 14, Math.max(0, width - WIDTH)),
        right: toLeft ? width - place.x + 14 : undefined,
        top: place.y + 10,
        maxWidth: WIDTH,
      }}
    >
      <strong>
        Trial {table.numbers[row]} · {stateWords(stateOf(table, row))}
      </strong>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {more > 0 && <p>and {more} more</p>}
    </div>
  );
}
