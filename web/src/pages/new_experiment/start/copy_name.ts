const LONGEST = 54; // of an experiment's name

// A name for a copy: run -> run-2, run-2 -> run-3; within the length that is allowed.
export function copyName(name: string): string {
  const match = /^(.*?)(?:-(\d{1,6}))?$/.exec(name);
  const stem = match?.[1] ?? name;
  const suffix = `-${Number(match?.[2] ?? 1) + 1}`;
  return stem.slice(0, LONGEST - suffix.length).replace(/-+$/, '') + suffix;
}
