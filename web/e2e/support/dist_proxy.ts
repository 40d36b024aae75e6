import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const POLICY =
  "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; " +
  "frame-ancestors 'none'; form-action 'self'";

// Serves a folder as the executable serves what is embedded in it, and passes the API on.
export async function serveDist(
  dist: string,
  server: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const proxy = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', server);
    if (pathname.startsWith('/api/')) pass(server, request, response);
    else sendFile(dist, pathname, response);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const { port } = proxy.address() as AddressInfo;
  const close = () =>
    new Promise<void>((closed) => {
      proxy.close(() => closed());
      proxy.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

function pass(server: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const headers = { ...request.headers, host: new URL(server).host };
  if (headers.origin) headers.origin = server;
  const options = { method: request.method, headers };
  const onward = http.request(server + (request.url ?? '/'), options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined); // also ends when the server dies in between
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function sendFile(dist: string, pathname: string, response: http.ServerResponse): void {
  let file = join(dist, normalize(pathname));
  if (!existsSync(file) || statSync(file).isDirectory()) file = join(dist, 'index.html');
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': POLICY,
  });
  createReadStream(file).pipe(response);
}
