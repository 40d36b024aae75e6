// A command as one would type it to a POSIX shell: words with anything special are quoted.
export function shellWords(command: readonly string[]): string {
  return command.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
