// Serves folders, on loopback unless told otherwise, to pages that are isolated from other origins, as threads in WebAssembly need.

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
 * @param {Record<string, string | object>} folders what is served, by the address that it begins with: `{'/model/': 'out/model'}`;
 *     a file stands for its address alone, and an object is answered as JSON.
 * @param {{host?: string, port?: number}} [address] loopback and a free port where nothing is said.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServer(folders, {host = '127.0.0.1', port = 0} = {}) {
  const server = http.createServer((request, response) => answer(folders, request, response));
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

function answer(folders, request, response) {
  const file = locate(folders, request.url);
  if (typeof file === 'object') {
    response.writeHead(200, {...HEADERS, 'Content-Type': contentType('object.json')}).end(JSON.stringify(file));
    return;
  }
  const size = file && fileSize(file);
  if (size === undefined) {
    response.writeHead(404, HEADERS).end();
    return;
  }
  response.writeHead(200, {...HEADERS, 'Content-Length': size, 'Content-Type': contentType(file)});
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

/** @returns {string | object | undefined} the file or object that an address names, if it may be served. */
function locate(folders, url) {
  let address;
  try {
    address = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return undefined;
  }
  const prefix = Object.keys(folders).find((start) => address.startsWith(start));
  if (prefix === undefined || address.includes('\0') || address.split('/').includes('..')) return undefined;
  const found = folders[prefix];
  if (typeof found === 'object') return address === prefix ? found : undefined;
  return path.join(found, address.slice(prefix.length));
}

function fileSize(file) {
  const found = statSync(file, {throwIfNoEntry: false});
  return found?.isFile() ? found.size : undefined;
}
