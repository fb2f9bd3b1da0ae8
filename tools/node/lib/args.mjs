// Reads `--name=value` flags; every program here takes its arguments this way and no other.

/** An error whose message is one complete sentence for the user; programs print it without a stack. */
export class UserError extends Error {}

/**
 * @param {string[]} argv arguments after the program's name.
 * @param {Record<string, {required?: boolean, default?: string}>} known flags that the program takes.
 * @returns {Record<string, string | undefined>} a value for each known flag.
 * @throws {UserError} on an unknown, malformed, repeated or missing flag.
 */
export function parseFlags(argv, known) {
  const values = {};
  for (const argument of argv) {
    const match = /^--([a-z_]+)=(.*)$/s.exec(argument);
    if (!match || !Object.hasOwn(known, match[1])) {
      const names = Object.keys(known).map((name) => `--${name}=…`);
      throw new UserError(`The argument "${argument}" is not understood; accepted are ${names.join(', ')}.`);
    }
    if (Object.hasOwn(values, match[1])) {
      throw new UserError(`The flag --${match[1]} is given twice; give it once.`);
    }
    values[match[1]] = match[2];
  }
  for (const [name, {required, default: fallback}] of Object.entries(known)) {
    if (values[name] === undefined) {
      if (required) throw new UserError(`The flag --${name}=… is missing; it is needed.`);
      values[name] = fallback;
    }
  }
  return values;
}

/**
 * @param {string[]} argv arguments after the program's name.
 * @returns {Record<string, string[]>} the values of each flag, in order, for flags that may be given more than once.
 */
export function parseRepeatedFlags(argv) {
  const flags = {};
  for (const argument of argv) {
    const [, name, value] = argument.match(/^--([a-z_]+)=(.*)$/s) ?? [];
    if (!name) throw new UserError(`"${argument}" is no flag; write --name=value.`);
    (flags[name] ??= []).push(value);
  }
  return flags;
}

/** Runs `main`, turning a UserError into its sentence on stderr and exit code 1; other errors keep their stack. */
export async function runMain(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
