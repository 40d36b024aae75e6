// Starts `qalam serve` on a database of a kind that bench_ui_fill makes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const START_MS = 60_000;
// Of /proc/PID/stat; the same on every Linux that this runs on.
const TICKS_PER_SECOND = 100;

// Calls `use` with a server on a database filled with `count` of `kind` (none where kind is
// undefined), and takes all of it away again.
export async function withServer(bin, kind, count, use) {
  const folder = mkdtempSync(join(tmpdir(), 'qalam-bench-ui-'));
  const database = join(folder, 'qalam.db');
  let child;
  try {
    if (kind) {
      const filled = spawnSync(join(bin, 'bench_ui_fill'), [database, kind, String(count)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (filled.status !== 0) throw new Error(`bench_ui_fill ${kind} failed`);
    }
    child = spawn(
      join(bin, 'qalam'),
      ['serve', '--db', database, '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'],
      { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    return await use(await addresses(child));
  } finally {
    if (child && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function addresses(child) {
  const found = { pid: child.pid };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('qalam serve says no address')), START_MS);
    child.once('exit', (code) => reject(new Error(`qalam serve ended with ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      found.grpc ??= /^listening on (\S+)/.exec(line)?.[1];
      found.url ??= /^web UI (http:\/\/\S+?)\/?$/.exec(line)?.[1];
      if (!found.grpc || !found.url) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

export async function api(server, route, method = 'GET', body = undefined) {
  const answer = await fetch(`${server.url}/api/v1${route}`, {
    method,
    headers: method === 'GET' ? {} : { 'Content-Type': 'application/json' },
    body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
  });
  if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// The processor's time that a process has taken so far, seconds.
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

// An experiment of trials that only wait, for others to report to.
export async function startWaitingTrials(server, name, count) {
  const document = JSON.stringify({
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Experiment',
    metadata: { name },
    spec: {
      objective: { type: 'maximize', objectiveMetricName: 'probe' },
      algorithm: { algorithmName: 'random' },
      maxTrialCount: count,
      parallelTrialCount: count,
      parameters: [{ name: 'x', parameterType: 'double', feasibleSpace: { min: '0', max: '1' } }],
      trialTemplate: {
        primaryContainerName: 'main',
        trialParameters: [{ name: 'x', reference: 'x' }],
        trialSpec: {
          apiVersion: 'batch/v1',
          kind: 'Job',
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'main',
                    command: ['sleep', '600'],
                    env: [{ name: 'X', value: '${trialParameters.x}' }],
                  },
                ],
                restartPolicy: 'Never',
              },
            },
          },
        },
      },
    },
  });
  await api(server, '/experiments', 'POST', { document });
  for (;;) {
    const { trials } = await api(server, `/experiments/default/${name}/trials`);
    const running = trials.filter((trial) => trial.state === 'Running');
    if (running.length === count) return running.map((trial) => trial.name);
    await new Promise((rested) => setTimeout(rested, 100));
  }
}

// Ends what startWaitingTrials began: trials outlive their server.
export async function stopExperiment(server, name) {
  await api(server, `/experiments/default/${name}/stop`, 'POST');
  for (;;) {
    const { state } = await api(server, `/experiments/default/${name}`);
    if (state === 'Stopped') return;
    await new Promise((rested) => setTimeout(rested, 100));
  }
}
