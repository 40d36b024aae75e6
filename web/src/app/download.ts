// Hands the browser something that was made in the page, as a file.
export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the content over once the click's task is done.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
