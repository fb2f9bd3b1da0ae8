// Decompresses the files of the package @sparticuz/chromium: unpack_chromium.mjs FROM TO. Archives are left to Bazel.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const [from, to] = process.argv.slice(2);
fs.mkdirSync(to, {recursive: true});
for (const name of fs.readdirSync(from).filter((file) => file.endsWith('.br'))) {
  const bytes = zlib.brotliDecompressSync(fs.readFileSync(path.join(from, name)));
  fs.writeFileSync(path.join(to, path.basename(name, '.br')), bytes, {mode: 0o755});
}
