// The cards of what the model takes.

import {make} from './dom.mjs';
import {bytesText} from './format.mjs';
import {byteSize, shapeText} from './shapes.mjs';
import {sourcesOf} from './sources.mjs';

/** @returns {string} how large a tensor is, for the shape at hand. */
export function sizeText({dtype, shape}) {
  const size = shape && byteSize(dtype, shape.map((each) => each ?? 1));
  if (size === undefined) return 'size not fixed';
  return shape.includes(null) ? `${bytesText(size)} with ? = 1` : bytesText(size);
}

/** A name, dtype and shape as one line. */
export const portLine = (port) => make('div.port', {}, make('b.name', {}, port.name), make('span.kind', {}, port.dtype),
    make('code', {}, shapeText(port.shape)), make('span.soft', {}, sizeText(port)));

export class Inputs {
  constructor(ports, element) {
    this.cards = ports.map((port, i) => new Card(port, i));
    element.replaceChildren(...this.cards.map((card) => card.element));
  }

  /** @returns {Promise<Record<string, object>>} by name. */
  async values() {
    const values = {};
    for (const card of this.cards) values[card.port.name] = await card.value();
    return values;
  }
}

class Card {
  constructor(port, index) {
    this.port = port;
    this.sources = sourcesOf(port);
    this.panel = make('div');
    const names = Object.keys(this.sources);
    const radios = names.map((name) => {
      const radio = make('input', {type: 'radio', name: `source-${index}`, value: name, checked: name === names[0]});
      radio.onchange = () => this.choose(name);
      return make('label', {}, radio, make('span', {}, name));
    });
    this.element = make('fieldset.input', {data: {input: port.name}}, make('legend', {}, portLine(port)), make('div.choice', {}, ...radios), this.panel);
    this.choose(names[0]);
  }

  choose(name) {
    this.chosen = this.sources[name];
    this.panel.replaceChildren(this.chosen.element);
  }

  value() {
    return this.chosen.value();
  }
}

