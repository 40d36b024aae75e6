// The exponential moving average: each value is `weight` times what was before and the rest times
// itself, freed of the pull of the beginning (Kingma, Ba, ICLR 2015, section 3). NaN stays a gap
// and is not averaged. `weight` is from 0 to less than 1.
export function smoothed(values: Float64Array, weight: number): Float64Array {
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}
