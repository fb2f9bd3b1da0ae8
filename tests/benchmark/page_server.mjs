// Serves a page as servers do that compress ahead of time: code and JSON with Brotli, weights as they are. Counts what is sent.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import {contentType} from '../../tools/web/lib/assets.mjs';

const COMPRESSED = /\.(html|js|json|mjs|wasm)$/;

/**
 * @param {string} folder
 * @returns {Promise<{url: string, sent: Map<string, number>, close: () => void}>} with the bytes that were sent by address.
 */
export async function servePage(folder) {
  const bodies = new Map();
  const sent = new Map();
  for (const file of fs.readdirSync(folder, {recursive: true})) {
    const full = path.join(folder, file);
    if (!fs.statSync(full).isFile()) continue;
    const content = fs.readFileSync(full);
    bodies.set(`/${file}`, COMPRESSED.test(file) ? zlib.brotliCompressSync(content) : content);
  }
  const server = http.createServer((request, response) => {
    const body = bodies.get(request.url);
    if (!body) return response.writeHead(404).end();
    sent.set(request.url, body.length);
    const encoding = COMPRESSED.test(request.url) ? {'Content-Encoding': 'br'} : {};
    return response.writeHead(200, {
      ...encoding, 'Content-Length': body.length, 'Content-Type': contentType(request.url),
      'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin',
    }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${server.address().port}`, sent, close: () => server.close()};
}
