import { useCallback, useMemo } from 'react';
import { useUrlState } from '../../app/url_state';

// What a chart is set to, in the address as "CHART.OPTION=value"; what is as by default is not
// there. Keep `defaults` the same object.
export function useChartOptions<T extends Record<string, string>>(
  chart: string,
  defaults: T,
): [T, (option: keyof T & string, value: string) => void] {
  const [parameters, change] = useUrlState();
  const text = Object.keys(defaults)
    .map((option) => parameters.get(`${chart}.${option}`) ?? '')
    .join('\n');
  const options = useMemo(() => {
    const given = text.split('\n');
    const entries = Object.keys(defaults).map((option, index) => [
      option,
      given[index] || defaults[option],
    ]);
    return Object.fromEntries(entries) as T;
  }, [text, defaults]);
  const set = useCallback(
    (option: keyof T & string, value: string) => {
      change({ [`${chart}.${option}`]: value === defaults[option] ? undefined : value });
    },
    [change, chart, defaults],
  );
  return [options, set];
}
