// Serves folders with the page's server until stdin ends: serve.mjs SERVER PREFIX=FOLDER...
import {pathToFileURL} from 'node:url';

const [server, ...pairs] = process.argv.slice(2);
const {startServer} = await import(pathToFileURL(server));
const {url, close} = await startServer(Object.fromEntries(pairs.map((pair) => pair.split('='))));
process.stdout.write(`${url}\n`);
process.stdin.resume().on('end', close);
