// Files of a bundle: named by their content, listed for the manifest, compressed where that helps.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const TYPES = {
  '.bin': 'application/octet-stream', '.cjs': 'text/javascript', '.css': 'text/css', '.html': 'text/html',
  '.jpeg': 'image/jpeg', '.jpg': 'image/jpeg', '.js': 'text/javascript', '.json': 'application/json',
  '.mjs': 'text/javascript', '.png': 'image/png', '.svg': 'image/svg+xml', '.ts': 'application/typescript',
  '.txt': 'text/plain', '.wasm': 'application/wasm', '.webp': 'image/webp',
};
// Below this, compressing saves no packet; of less than a twentieth, no time.
const WORTH_BYTES = 1024;
const WORTH_SHARE = 0.95;
// Brotli's best takes seconds a megabyte, which weights do not repay.
const LARGE = 1 << 20;

const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();

/** Writes into one folder and remembers what it wrote. */
export class Assets {
  constructor(folder, {compress}) {
    this.folder = folder;
    this.compress = compress;
    this.list = [];
  }

  /**
   * Adds a file.
   *
   * @param {string} name its path in the bundle.
   * @param {Uint8Array} bytes
   * @param {{hashed?: boolean}} [options] whether the content's hash goes into the name; then it may be cached for ever.
   * @returns {{path: string, bytes: number, sha256: string}}
   */
  add(name, bytes, {hashed = true} = {}) {
    const digest = sha256(bytes);
    const {dir, name: stem, ext} = path.posix.parse(name);
    const file = hashed ? path.posix.join(dir, `${stem}.${digest.toString('hex').slice(0, 16)}${ext}`) : name;
    if (!this.list.some((asset) => asset.path === file)) {
      this.write(file, bytes);
      this.list.push({
        path: file, bytes: bytes.length, sha256: digest.toString('hex'),
        integrity: `sha256-${digest.toString('base64')}`, contentType: contentType(file), cacheable: hashed,
        encodings: this.encodings(file, bytes),
      });
    }
    return {path: file, bytes: bytes.length, sha256: digest.toString('hex')};
  }

  encodings(file, bytes) {
    if (!this.compress || bytes.length < WORTH_BYTES) return {};
    const quality = bytes.length > LARGE ? 6 : 11;
    const made = {
      br: zlib.brotliCompressSync(bytes, {params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: quality, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      }}),
      gz: zlib.gzipSync(bytes, {level: 9}),
    };
    const kept = {};
    for (const [encoding, content] of Object.entries(made)) {
      if (content.length > bytes.length * WORTH_SHARE) continue;
      this.write(`${file}.${encoding}`, content);
      kept[encoding] = {path: `${file}.${encoding}`, bytes: content.length};
    }
    return kept;
  }

  write(file, bytes) {
    const target = path.join(this.folder, file);
    fs.mkdirSync(path.dirname(target), {recursive: true});
    fs.writeFileSync(target, bytes);
  }
}

export function contentType(file) {
  const type = TYPES[path.posix.extname(file).toLowerCase()] ?? 'application/octet-stream';
  return /^text\/|javascript|typescript|json/.test(type) ? `${type}; charset=utf-8` : type;
}
