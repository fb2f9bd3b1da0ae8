// Serves one model with a page to try it on: `bazel run //:NAME.serve`.
//
//   node serve.mjs --label=LABEL --model=DIR --info=FILE --node_modules=DIR [--host=127.0.0.1] [--port=0]
//
// Nothing but the model, the page and TensorFlow.js is served; --port=0 takes a free port.

import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseFlags, runMain, UserError} from '../node/lib/args.mjs';
import {readJson, readModelJson} from '../node/lib/artifact.mjs';
import {startServer} from '../page/server.mjs';

const TOOLS = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PROBLEMS = {
  EACCES: 'needs rights that you do not have; write --port=0 for a free one',
  EADDRINUSE: 'is taken by another program; write --port=0 for a free one',
  EADDRNOTAVAIL: 'is no address of this machine; write --host=127.0.0.1, or --host=0.0.0.0 for all its addresses',
  ENOTFOUND: 'is not known as a host; write --host=127.0.0.1, or --host=0.0.0.0 for all addresses of this machine',
};

runMain(async (argv) => {
  const flags = parseFlags(argv, {
    host: {default: '127.0.0.1'}, info: {required: true}, label: {required: true}, model: {required: true},
    node_modules: {required: true}, port: {default: '0'},
  });
  const {json: {format, signature, userDefinedMetadata}} = readModelJson(flags.model);
  const about = {label: flags.label, info: readJson(flags.info, 'info file'), json: {format, signature, userDefinedMetadata}};
  const server = await listen(served(flags, about), flags.host, portNumber(flags.port));
  const ended = new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
  process.stdout.write(`${flags.label} is at ${server.url}/ until Ctrl-C is typed.\n`);
  await ended;
  await server.close();
});

/** What is served at which address; the first that an address begins with counts. */
function served(flags, about) {
  const page = path.join(TOOLS, 'serve', 'page');
  return {
    '/about.json': about,
    '/model/': flags.model,
    '/node/lib/': path.join(TOOLS, 'node', 'lib'),
    '/page/': path.join(TOOLS, 'page'),
    '/serve/': page,
    '/tfjs/': flags.node_modules,
    '/': path.join(page, 'index.html'),
  };
}

function portNumber(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65536) return port;
  throw new UserError(`--port=${text} is no port; write a number from 0 to 65535, 0 for a free one.`);
}

async function listen(folders, host, port) {
  try {
    return await startServer(folders, {host, port});
  } catch (error) {
    const problem = PROBLEMS[error.code];
    if (!problem) throw error;
    throw new UserError(`The address ${host}:${port} ${problem}.`);
  }
}
