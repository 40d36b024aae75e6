import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serveDist } from './dist_proxy';

export const WEB_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN_FILE = 'token';
const START_MS = 30_000;
const STOP_MS = 15_000;

function executable(): string {
  const path = process.env.QALAM_BINARY ?? resolve(WEB_FOLDER, '../build/bin/qalam');
  if (!existsSync(path)) throw new Error(`no ${path}: build qalam, or name it by QALAM_BINARY`);
  return path;
}

// A `qalam serve` of its own: on free ports, with a database in a folder that goes with it. With
// QALAM_WEB=dist the pages come from that folder of web/ rather than from the executable, so that work on the
// pages needs no build of the rest.
export class QalamServer {
  private constructor(
    private readonly folder: string,
    private child: ChildProcess,
    readonly url: string, // http://127.0.0.1:PORT of the server itself
    readonly pages: string, // where the browser goes
    private readonly closePages: () => Promise<void>,
  ) {}

  // With a token, the server wants it.
  static async start(token = ''): Promise<QalamServer> {
    const folder = await mkdtemp(join(tmpdir(), 'qalam-e2e-'));
    try {
      if (token) await writeFile(join(folder, TOKEN_FILE), token, { mode: 0o600 });
      const { child, url } = await launch(folder, '127.0.0.1:0');
      const pages = process.env.QALAM_WEB;
      const dist = pages ? await serveDist(resolve(WEB_FOLDER, pages), url) : undefined;
      const close = dist?.close ?? (() => Promise.resolve());
      return new QalamServer(folder, child, url, dist?.url ?? url, close);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  // Ends the process, as a crash does; the database stays for startAgain.
  async kill(): Promise<void> {
    await end(this.child, 'SIGKILL');
  }

  // On the same port and database.
  async startAgain(): Promise<void> {
    ({ child: this.child } = await launch(this.folder, new URL(this.url).host));
  }

  async stop(): Promise<void> {
    await end(this.child, 'SIGTERM');
    await this.closePages();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async api<T = unknown>(route: string, method = 'GET', body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${route}`, {
      method,
      headers: method === 'GET' ? {} : { 'Content-Type': 'application/json' },
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

async function launch(folder: string, http: string): Promise<{ child: ChildProcess; url: string }> {
  const token = join(folder, TOKEN_FILE);
  const child = spawn(
    executable(),
    [
      'serve',
      ...['--db', join(folder, 'qalam.db')],
      ...['--listen', '127.0.0.1:0', '--http', http],
      '--until-stdin-closes', // so that none outlives tests that are killed
      ...(existsSync(token) ? ['--token-file', token] : []),
    ],
    {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      // The programs that the examples train with lie beside it.
      env: { ...process.env, PATH: `${dirname(executable())}:${process.env.PATH}` },
    },
  );
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const url = await new Promise<string>((found, failed) => {
    const give = (why: string) => failed(new Error(`qalam serve ${why}\n${complaints}`));
    const timer = setTimeout(() => give('did not say its address'), START_MS);
    child.once('error', (error) => give(error.message));
    child.once('exit', (code) => give(`ended with ${code}`));
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', (line) => {
      const match = /^web UI (http:\/\/\S+?)\/?$/.exec(line);
      if (!match?.[1]) return;
      clearTimeout(timer);
      found(match[1]);
    });
  }).catch(async (error: unknown) => {
    await end(child, 'SIGKILL');
    throw error;
  });
  return { child, url };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
