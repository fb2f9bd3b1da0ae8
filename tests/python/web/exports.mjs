// Prints what a module of JavaScript exports, and what its declarations say: node exports.mjs TYPESCRIPT MODULE DECLARATIONS

import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [typescript, module, declarations] = process.argv.slice(2).map((argument) => path.resolve(argument));
const ts = createRequire(typescript)(typescript);
const program = ts.createProgram([declarations], {target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext});
const checker = program.getTypeChecker();
const declared = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)));
const loaded = await import(pathToFileURL(module));
// Node guesses a few names of CommonJS modules; what they export is the default.
const exported = Object.keys(module.endsWith('.cjs') ? loaded.default : loaded);
console.log(JSON.stringify({exported: exported.sort(), declared: declared.map(({name}) => name).sort()}));
