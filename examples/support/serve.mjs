// Serves folders on a free port of this machine until it is interrupted.
//
//   node serve.mjs /ADDRESS/=FOLDER…      the first that fits an address answers

import {startServer} from '../../tools/page/server.mjs';

const folders = process.argv.slice(2).map((argument) => {
  const at = argument.indexOf('=');
  return [argument.slice(0, at), argument.slice(at + 1)];
});
const {url} = await startServer(Object.fromEntries(folders));
console.log(`${url}/index.html   (Ctrl-C ends it)`);
