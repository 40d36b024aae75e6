import {
  isCollection,
  isMap,
  isScalar,
  parseAllDocuments,
  parseDocument,
  type Document,
  type Pair,
} from 'yaml';
import type { DocumentPath } from './document_path';
import { keyPosition } from './key_order';

export interface ReadDocument {
  plain: unknown; // the first document as data; whole numbers are bigints
  fault: string | undefined; // why it cannot be read; then the form has nothing to show
  count: number; // of documents in the text
}

// A seed has up to 63 bits; a double would round it, and write the rounded one.
const OPTIONS = { uniqueKeys: false, intAsBigInt: true };

const SEPARATOR = /^---(?=\s|$)/m;

// The first document begins after what stands before its own "---", and ends before the next one.
function firstDocumentEnd(text: string): number {
  const start = /^(?:\s*(?:#.*)?\n)*---(?:\s|$)/.exec(text)?.[0].length ?? 0;
  const next = text.slice(start).search(SEPARATOR);
  return next < 0 ? text.length : start + next;
}

export function readDocument(text: string): ReadDocument {
  try {
    const documents = parseAllDocuments(text, OPTIONS);
    const count = 'empty' in documents ? 0 : documents.length;
    const first = 'empty' in documents ? undefined : documents[0];
    const fault = first?.errors[0]?.message.split('\n')[0];
    if (fault !== undefined) return { plain: undefined, fault, count };
    return { plain: first?.toJS({ maxAliasCount: 100 }), fault: undefined, count };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { plain: undefined, fault, count: 0 };
  }
}

// The text with the value at the path of its first document set, or taken away (undefined).
// Comments, blank lines, quotes and the form of everything else stay. The text must be readable.
export function editDocument(text: string, path: DocumentPath, value: unknown): string {
  const end = firstDocumentEnd(text);
  const head = text.slice(0, end);
  const document = parseDocument(head, OPTIONS);
  if (document.errors.length > 0) return text;
  if (value === undefined) remove(document, path);
  else set(document, path, value);
  const written = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    indentSeq: !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(head),
  });
  return written + text.slice(end);
}

function set(document: Document, path: DocumentPath, value: unknown): void {
  makeWay(document, path);
  const isNew = !document.hasIn(path);
  const present = document.getIn(path, true);
  if (isScalar(present) && (typeof value !== 'object' || value === null)) {
    present.value = value; // keeps its comment
    // A block of text that is now a word need not stay a block.
    if (!String(value).includes('\n') && present.type?.startsWith('BLOCK')) present.type = 'PLAIN';
  } else {
    document.setIn(path, document.createNode(value));
  }
  if (isNew) moveToItsPlace(document, path);
}

// Whatever stands on the way and is no map or list (an empty "spec:", a slip) gives way.
function makeWay(document: Document, path: DocumentPath): void {
  if (document.contents !== null && !isCollection(document.contents)) document.contents = null;
  for (let length = 1; length < path.length; ++length) {
    const part = path.slice(0, length);
    const node = document.getIn(part, true);
    if (node === undefined) break;
    if (!isCollection(node)) {
      document.setIn(part, document.createNode(typeof path[length] === 'number' ? [] : {}));
    } else if (node.items.length === 0) {
      node.flow = false; // what grows is easier to read one a line
    }
  }
}

function moveToItsPlace(document: Document, path: DocumentPath): void {
  // Every map on the way may be new in the one above.
  for (let length = 1; length <= path.length; ++length) {
    const key = path[length - 1];
    const parentPath = path.slice(0, length - 1);
    const parent = length === 1 ? document.contents : document.getIn(parentPath, true);
    if (!isMap(parent) || typeof key !== 'string') continue;
    const last = parent.items.at(-1);
    if (keyOf(last) !== key) continue;
    const others = parent.items.slice(0, -1);
    const position = keyPosition(parentPath, key, others.map(keyOf));
    if (position === others.length) continue;
    parent.items.pop();
    parent.items.splice(position, 0, last as (typeof parent.items)[number]);
  }
}

function keyOf(pair: Pair | undefined): string {
  return isScalar(pair?.key) ? String(pair.key.value) : String(pair?.key ?? '');
}

// Takes a value away, and the maps and lists that are left empty by it, except a list's items: a
// row of the form whose only field is cleared stays a row.
function remove(document: Document, path: DocumentPath): void {
  let at = path;
  while (at.length > 0 && document.hasIn(at)) {
    document.deleteIn(at);
    const parentPath = at.slice(0, -1);
    const parent = document.getIn(parentPath, true);
    const isItem = typeof parentPath.at(-1) === 'number';
    if (parentPath.length < 2 || isItem || !isCollection(parent) || parent.items.length > 0) return;
    at = parentPath;
  }
}
