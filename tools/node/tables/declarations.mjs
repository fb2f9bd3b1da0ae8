// Constructor arguments from a package's TypeScript declarations.

const FOLDERS = ['dist', 'dist/engine', 'dist/layers', 'dist/layers/preprocessing'];

/**
 * @param {import('./source.mjs').Package} layers
 * @returns {Map<string, Map<string, {type: string, required: boolean}>>} by class name: the properties of the
 *     interface that its constructor takes, inherited ones included.
 */
export function readInterfaces(layers) {
  const text = FOLDERS.flatMap((folder) => layers.list(folder, '.d.ts').map((file) => layers.read(`${folder}/${file}`)))
      .join('\n').replace(/\/\*[^]*?\*\//g, '');
  const interfaces = new Map();
  for (const [, name, bases, body] of text.matchAll(/interface (\w+)(?: extends ([\w, ]+))? \{\n?([^]*?)^\}/gm)) {
    const own = new Map();
    for (const [, property, optional, type] of body.matchAll(/^ {4}(\w+)(\??): ([^\n]*?);?$/gm)) {
      own.set(property, {type, required: !optional});
    }
    interfaces.set(name, {bases: (bases ?? '').split(',').map((base) => base.trim()).filter(Boolean), own});
  }
  const properties = (name) => {
    const {bases, own} = interfaces.get(name) ?? {bases: [], own: []};
    return new Map([...bases.flatMap((base) => [...properties(base)]), ...own]);
  };
  const classes = new Map();
  for (const [, name, body] of text.matchAll(/class (\w+)[^{]*\{\n([^]*?)^\}/gm)) {
    const parameter = /^ {4}constructor\(\w+\??: (\w+)\);/m.exec(body)?.[1];
    if (parameter) classes.set(name, properties(parameter));
  }
  return classes;
}
