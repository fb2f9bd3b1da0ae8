// Serves folders on loopback, to pages that are isolated from other origins, as threads in WebAssembly need.

import {createReadStream, statSync} from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {contentType} from '../web/lib/assets.mjs';

const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/**
 * @param {Record<string, string>} folders what is served, by the address that it begins with: `{'/model/': 'out/model'}`.
 * @returns {Promise<{url: string, close: () => Promise<void>}>} on a free port.
 */
export async function startServer(folders) {
  const server = http.createServer((request, response) => answer(folders, request, response));
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

function answer(folders, request, response) {
  const file = locate(folders, request.url);
  const size = file && fileSize(file);
  if (size === undefined) {
    response.writeHead(404, HEADERS).end();
    return;
  }
  response.writeHead(200, {...HEADERS, 'Content-Length': size, 'Content-Type': contentType(file)});
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

/** @returns {string | undefined} the file that an address names, if it may be served. */
function locate(folders, url) {
  let address;
  try {
    address = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return undefined;
  }
  const prefix = Object.keys(folders).find((start) => address.startsWith(start));
  if (prefix === undefined || address.includes('\0') || address.split('/').includes('..')) return undefined;
  return path.join(folders[prefix], address.slice(prefix.length));
}

function fileSize(file) {
  const found = statSync(file, {throwIfNoEntry: false});
  return found?.isFile() ? found.size : undefined;
}
