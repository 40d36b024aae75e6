import { withSelection } from '../draw/with_selection';
import type { TrialTable } from '../data/trial_table';
import { ChartCanvas } from './ChartCanvas';
import { ChartCard, type ChartCardProps } from './ChartCard';
import type { SelectionStore } from './selection_store';

type ChartFrameProps = Omit<ChartCardProps, 'children' | 'exported'> & {
  table: TrialTable;
  selection: SelectionStore;
  onOpenTrial?: (row: number) => void;
  onTurn?: (right: number, down: number) => void;
};

// A chart of an experiment's trials in its card, joined to the page's selection.
export function ChartFrame({ table, selection, onOpenTrial, onTurn, ...card }: ChartFrameProps) {
  return (
    <ChartCard
      {...card}
      exported={(model, theme) => withSelection(model, table, selection.selection, theme)}
    >
      {(drawn) => (
        <ChartCanvas
          id={card.id}
          title={card.title}
          drawn={drawn}
          table={table}
          selection={selection}
          onOpenTrial={onOpenTrial}
          onTurn={onTurn}
        />
      )}
    </ChartCard>
  );
}
