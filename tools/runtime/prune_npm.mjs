// Deletes the installed files that nothing opens: prune_npm.mjs NODE_MODULES RULES, the rules as in prune.py.
import fs from 'node:fs';
import path from 'node:path';

const [root, rulesFile] = process.argv.slice(2);
const rules = fs.readFileSync(rulesFile, 'utf8').split('\n').map((line) => line.split('#')[0].trim()).filter(Boolean).map((line) => {
  const pattern = line.slice(1).trim().replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return {keep: line[0] === '+', pattern: new RegExp(`^${pattern}$`)};
});

function prune(folder) {
  for (const entry of fs.readdirSync(folder, {withFileTypes: true})) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      prune(file);
    } else {
      const rule = rules.find(({pattern}) => pattern.test(path.relative(root, file)));
      if ((rule && !rule.keep) || entry.isSymbolicLink()) fs.unlinkSync(file);
    }
  }
  if (fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
}

prune(root);
